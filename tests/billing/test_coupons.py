"""A coupon: what it takes off is seen before and on the bill, and its last use goes to one person."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from app.billing import queries
from app.billing.models import Charge, Coupon, CouponUse, Lot, PassType
from app.billing.rules.coupons import reduced
from app.billing.services import selling
from app.billing.services.coupons import save_coupon
from app.cli.kit import dumping, loading, shape
from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.place.models import Place
from tests.factories import make_member
from tests.pages import error_of, fields_of, text_of


def make_pass(place: Place, cents: int = 6000) -> PassType:
    with transaction():
        row = PassType(
            place_id=place.id, code="carnet-10", name="Carnet de 10", units=10, unit="half_day", scope="desk", cents=cents, months=12
        )
        db.session.add(row)
        db.session.flush()
    return row


def make_coupon(place: Place, **facts: object) -> Coupon:
    said = {"code": "BIENVENUE", "what": "pass", "percent": None, "off_cents": 1000, "most": None, "most_each": 1}
    days = {"first_day": date(2026, 12, 1), "last_day": date(2026, 12, 31)}
    return save_coupon(place_id=place.id, coupon_id=None, actor_id=None, now=clock.now(), **(said | days | facts))


def sell(kind: PassType, member_id: int, code: str = "bienvenue", now: datetime | None = None) -> Lot:
    return selling.sell_pass(pass_type_id=kind.id, member_id=member_id, coupon=code, on_tab=True, now=now or clock.now(), actor_id=None)


def test_so_much_or_so_many_hundredths_and_never_below_nothing():
    assert [reduced(6000, percent=15, off_cents=None), reduced(333, percent=50, off_cents=None)] == [5100, 167]
    assert [reduced(6000, percent=None, off_cents=1000), reduced(600, percent=None, off_cents=1000)] == [5000, 0]


def test_a_code_is_made_by_the_team_seen_by_the_person_and_written_on_the_line(lieu, log_in):
    kind, keeper = make_pass(lieu.place), log_in(make_member("Trésor", roles=("member", "treasurer")))
    path = "/manage/catalogue/coupons/new"
    sent = fields_of(keeper.get(path).text) | {"code": "bienvenue", "first_day": "2026-12-01", "last_day": "2026-12-31", "most": "2"}
    assert "et un seul" in error_of(keeper.post(path, data=sent), "off_cents")
    assert keeper.post(path, data=sent | {"off_cents": "10"}).status_code == 302
    assert "BIENVENUE" in text_of(keeper.get("/manage/catalogue/"))

    visitor = log_in(lieu.camille)
    assert "J’ai un code" in text_of(visitor.get("/billing/"))
    path = f"/billing/passes/{kind.id}/coupon"
    sent = fields_of(visitor.get(path).text)
    assert "n’existe pas" in text_of(visitor.post(path, data=sent | {"code": "RIEN", "preview": "1"}))
    shown = visitor.post(path, data=sent | {"code": "Bienvenue", "preview": "1"})
    assert "Acheter à 50,00 €" in text_of(shown) and db.session.query(CouponUse).count() == 0
    assert visitor.post(path, data=fields_of(shown.text) | {"confirm": "1"}).status_code == 302
    charge = db.session.scalars(sa.select(Charge).where(Charge.activity == "pass")).one()
    assert (charge.cents, charge.label, queries.open_cents(lieu.camille.id)) == (5000, "Carnet de 10 (code BIENVENUE)", 5000)
    lot = db.session.scalars(sa.select(Lot).where(Lot.source == "pass").order_by(Lot.id.desc())).first()
    assert lot is not None and selling.refund_pass(lot_id=lot.id, reason="Déménage", now=clock.now(), actor_id=None) == 5000

    text = dumping.dump(lieu.place)
    assert "codes_reduction:" in text
    loading.load(shape.read(text.encode()), now=clock.now())
    assert dumping.dump(lieu.place) == text and db.session.scalars(sa.select(Coupon.used)).one() == 1


def test_a_code_has_its_days_its_number_and_its_turn_for_each(lieu, frozen):
    kind = make_pass(lieu.place)
    make_coupon(lieu.place, percent=50, off_cents=None, most=2)
    make_coupon(lieu.place, code="AUTRE", what="pass:laser-5h")
    with pytest.raises(Refused) as taken:
        make_coupon(lieu.place, code="AUTRE")
    assert taken.value.codes == ["catalogue_code_taken"]

    def refused(code: str, who: int) -> list[str]:
        with pytest.raises(Refused) as said:
            sell(kind, who, code)
        return said.value.codes

    lot = sell(kind, lieu.camille.id)
    assert db.session.scalars(sa.select(CouponUse)).one().off_cents == 3000 and lot.granted == 10
    assert queries.open_cents(lieu.camille.id) == 3000
    assert refused("BIENVENUE", lieu.camille.id) == ["coupon_used_by_you"]
    assert refused("AUTRE", lieu.camille.id) == ["coupon_unknown"]
    sell(kind, lieu.leo.id)
    assert refused("BIENVENUE", lieu.max.id) == ["coupon_used_up"]
    frozen("2027-01-01T10:00+01:00")
    assert "coupon_not_now" in refused("BIENVENUE", lieu.max.id)
    assert db.session.query(CouponUse).count() == 2 and queries.open_cents(lieu.max.id) == 0
