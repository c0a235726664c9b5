"""What the lieu sells, and from when: the page says what people will pay, and they pay it; what is booked keeps its price."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from app.billing import queries, services
from app.billing.models import PassType, Plan, Price, TariffGroup
from app.billing.queries import Asked
from app.billing.rules.prices import PriceRow, best_rows
from app.billing.services import selling
from app.cli.kit import dumping, loading, shape
from app.core import clock
from app.core.db import db, transaction
from tests.factories import book_half, make_member
from tests.pages import error_of, fields_of, text_of


@pytest.fixture
def keeper(lieu, log_in):
    return log_in(make_member("Trésor", roles=("member", "treasurer")))


def change(keeper, path: str, **said: str):
    """A price is looked at, then announced."""
    sent = fields_of(keeper.get(path).text) | said
    shown = keeper.post(path, data=sent | {"preview": "1"})
    return shown, lambda: keeper.post(path, data=fields_of(shown.text) | said | {"confirm": "1"})


def test_of_two_prices_the_one_that_began_last_counts():
    rows = [
        PriceRow("desk", "day", None, None, None, 1200, date(2027, 3, 1)),
        PriceRow("desk", "day", None, None, None, 1000),
        PriceRow("desk", "day", None, None, None, 1400, date(2027, 9, 1), date(2027, 9, 30)),
    ]

    def cents(day: date) -> int:
        return best_rows(rows, what=["desk"], unit="day", group="plein", plans=(), on=day)[0][0].cents

    assert [cents(date(2027, month, day)) for month, day in ((2, 28), (3, 1), (8, 31), (9, 1), (9, 30), (10, 1))] == [
        1000, 1200, 1200, 1400, 1400, 1200,
    ]  # fmt: skip


def test_from_the_first_of_march_the_half_day_costs_nine_euros(lieu, keeper):
    """Announced on the page, seen by each tariff before; booked after it pays the new price, what was booked keeps its own."""
    frozen_price = book_half(lieu.pool, "2026-12-15", "morning", make_member("Avant"))
    page = text_of(keeper.get("/manage/catalogue/"))
    assert {"7,00 €", "12,00 €", "8,00 €"} <= set(re.findall(r"\d+,\d\d €", page)) and "solidaire" in page
    shown, confirm = change(keeper, "/manage/catalogue/prices/desk/half_day", since="2026-12-14", cents="9")
    assert {"7,00 €", "9,00 €"} <= set(re.findall(r"\d+,\d\d €", text_of(shown)))
    assert "Une réservation déjà prise garde son prix." in text_of(shown)
    assert db.session.scalar(sa.select(sa.func.count()).where(Price.valid_from.is_not(None))) == 0  # looking changes nothing
    assert confirm().status_code == 302

    assert "9,00 € à partir du" in text_of(keeper.get("/manage/catalogue/"))
    before, after = (book_half(lieu.pool, day, "morning", make_member(f"Après {day}")) for day in ("2026-12-11", "2026-12-14"))
    assert (before.price_cents, after.price_cents, frozen_price.price_cents) == (700, 900, 700)
    text = dumping.dump(lieu.place)
    assert "prix_dates:" in text and "2026-12-14" in text
    loading.load(shape.read(text.encode()), now=clock.now())
    assert dumping.dump(lieu.place) == text

    (row,) = db.session.scalars(sa.select(Price).where(Price.valid_from.is_not(None)))
    assert keeper.post(f"/manage/catalogue/prices/{row.id}/withdrawal").status_code == 302
    assert book_half(lieu.pool, "2026-12-16", "morning", make_member("Retiré")).price_cents == 700


def test_a_price_with_vat_that_none_without_gives_is_refused_with_its_neighbours(lieu, keeper, frozen):
    with transaction():
        lieu.place.vat_regimes = [{"depuis": "2026-01-01", "regime": "redevable", "taux": 2000}]
        lieu.place.settings_stamp += 1
    path = "/manage/catalogue/prices/desk/half_day"
    shown, _ = change(keeper, path, since="2026-12-14", cents="9,99", with_taxes="y")
    assert "9,98 €" in error_of(shown, "cents").replace("\u00a0", " ") and "10,00 €" in error_of(shown, "cents").replace("\u00a0", " ")
    shown, confirm = change(keeper, path, since="2026-12-14", cents="10", with_taxes="y")
    assert "8,33 €" in text_of(shown) and confirm().status_code == 302
    prices = queries.price_list(lieu.place)
    asked = Asked(group="plein", on=date(2026, 12, 14))
    assert (prices.one(["desk"], "half_day", asked), prices.shown("desk", asked.on).one(["desk"], "half_day", asked)) == (833, 1000)
    past, _ = change(keeper, path, since="2026-11-30", cents="9")
    late = keeper.post(path, data=fields_of(past.text) | {"since": "2026-11-30", "cents": "9", "confirm": "1"})
    assert late.status_code == 422 and "un jour à venir" in text_of(late)


def test_formulas_carnets_and_tariffs_are_made_and_changed_by_pages(lieu, keeper):
    sent = fields_of(keeper.get("/manage/catalogue/groups/new").text) | {"name": "Associations", "code": "asso", "discount_percent": "50"}
    assert keeper.post("/manage/catalogue/groups/new", data=sent).status_code == 302
    assert "Le catalogue a déjà un code" in text_of(keeper.post("/manage/catalogue/groups/new", data=sent | {"idempotency_key": "other"}))
    sent = fields_of(keeper.get("/manage/catalogue/plans/new").text) | {
        "name": "Mi-temps", "code": "mi-temps", "cents": "65", "half_days": "20", "room_minutes": "60", "on_sale": "y",
    }  # fmt: skip
    assert keeper.post("/manage/catalogue/plans/new", data=sent).status_code == 302
    sent = fields_of(keeper.get("/manage/catalogue/passes/new").text) | {
        "name": "Carnet de 10", "code": "carnet-10", "cents": "60", "units": "10", "of_what": "half_day:desk", "on_sale": "y",
    }  # fmt: skip
    assert keeper.post("/manage/catalogue/passes/new", data=sent).status_code == 302
    plan, carnet = db.session.scalars(sa.select(Plan)).one(), db.session.scalars(sa.select(PassType)).one()
    group = db.session.scalars(sa.select(TariffGroup).where(TariffGroup.code == "asso")).one()
    assert (plan.cents, plan.allowances, carnet.units, carnet.scope, group.discount_percent) == (
        6500, {"half_days": 20, "room_minutes": 60}, 10, "desk", 50,
    )  # fmt: skip

    held = services.join(
        plan_id=plan.id, member_id=lieu.camille.id, first_day=date(2026, 12, 1), organisation_id=None, now=clock.now(), actor_id=None
    )
    shown = text_of(keeper.get("/manage/catalogue/"))
    assert "20 demi-journées" in shown and "remise de 50 %" in shown and "Carnet de 10" in shown
    path = f"/manage/catalogue/plans/{plan.id}"
    page = keeper.get(path)
    assert "1 personne l’a : elle garde son prix." in text_of(page)
    assert keeper.post(path, data=fields_of(page.text) | {"cents": "70"}).status_code == 302
    shown, confirm = change(keeper, "/manage/catalogue/prices/plan:mi-temps/month", since="2027-03-01", cents="80")
    assert {"70,00 €", "80,00 €", "35,00 €", "40,00 €"} <= set(re.findall(r"\d+,\d\d €", text_of(shown)))
    confirm()
    assert [queries.plan_price(lieu.place, plan, group="plein", on=day) for day in (date(2027, 2, 28), date(2027, 3, 1))] == [7000, 8000]
    assert queries.subscriptions_of(lieu.camille.id, place_id=lieu.place.id)[0].stretches[0].cents == 6500 and held is not None
    shown, confirm = change(keeper, "/manage/catalogue/prices/pass:carnet-10/piece", since="2026-12-01", cents="75")
    confirm()
    solidary = make_member("Solidaire", tariff_group="asso")
    for member, cents in ((lieu.camille, 7500), (solidary, 3750)):
        lot = selling.sell_pass(pass_type_id=carnet.id, member_id=member.id, now=clock.now(), actor_id=None, on_tab=True)
        assert queries.open_cents(member.id) == cents and lot.granted == 10


def test_the_catalogue_is_for_who_keeps_the_accounts(lieu, log_in):
    visitor = log_in(lieu.camille)
    for path in ("/manage/catalogue/", "/manage/catalogue/plans/new", "/manage/catalogue/prices/desk/day"):
        assert visitor.get(path).status_code in (403, 404)
