"""Carnets, coffees and memberships: what is sold, refused, given back."""

from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa

from app.billing import queries
from app.billing.models import Article, Charge, Invoice, Lot, PassType
from app.billing.queries.bills import BillTo
from app.billing.services import bills, selling, stock
from app.booking import services as booking
from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from tests.factories import book_half, make_member, price


@pytest.fixture
def liable(lieu):
    with transaction():
        lieu.place.vat_regimes = [{"depuis": "2026-01-01", "regime": "redevable"}]
        lieu.place.siret = "12345678900011"
        lieu.place.settings_stamp += 1
    return lieu


def make_pass(lieu, **more: object) -> PassType:
    said = {"code": "carnet-10", "name": "Carnet de 10", "units": 10, "unit": "half_day", "scope": "desk", "cents": 7500, "months": 12}
    with transaction():
        row = PassType(place_id=lieu.place.id, **(said | more))
        db.session.add(row)
        db.session.flush()
    return row


def make_article(lieu, code: str = "cafe", cents: int = 50, **more: object) -> Article:
    with transaction():
        row = Article(place_id=lieu.place.id, code=code, name="Café", unit="tasse", cents=cents, **more)
        db.session.add(row)
        db.session.flush()
    return row


def by(member) -> dict[str, object]:
    return {"now": clock.now(), "actor_id": member.id}


def invoices() -> list[Invoice]:
    return list(db.session.scalars(sa.select(Invoice).order_by(Invoice.id)))


def sums() -> list[tuple[int, int, int]]:
    return [(row.net_cents, row.vat_cents, row.gross_cents) for row in invoices()]


@pytest.mark.parametrize("on_tab", [False, True])
def test_a_carnet_is_taxed_when_sold_used_in_silence_and_what_is_left_is_credited(liable, frozen, on_tab):
    paul = make_member("Paul")
    lot = selling.sell_pass(pass_type_id=make_pass(liable).id, member_id=paul.id, on_tab=on_tab, **by(liable.max))
    assert lot.valid_to == date(2027, 11, 30)
    for day in ("2026-12-02", "2026-12-03", "2026-12-04"):
        assert book_half(liable.pool, day, "morning", paul).covered_by[0]["source"] == "pass"
    frozen("2026-12-31T20:00+01:00")
    run = bills.start_run(liable.place, date(2026, 12, 1), aim="invoices", now=clock.now())
    bills.go_on(run.id, now=clock.now())
    assert sums() == [(7500, 1500, 9000)]

    assert selling.refund_pass(lot_id=lot.id, reason="Déménagement", **by(liable.max)) == 5250

    assert sums()[1:] == [(-5250, -1050, -6300)]
    assert invoices()[1].credits_id == invoices()[0].id
    assert queries.balances(paul, place_id=liable.place.id, on=date(2026, 12, 31)).half_days == 0
    with pytest.raises(Refused) as refused:
        selling.refund_pass(lot_id=lot.id, reason="Encore", **by(liable.max))
    assert refused.value.codes == ["nothing_left_to_refund"]
    assert len(invoices()) == 2


def test_a_carnet_given_back_before_any_bill_leaves_the_tab(lieu):
    paul = make_member("Paul")
    lot = selling.sell_pass(pass_type_id=make_pass(lieu).id, member_id=paul.id, on_tab=True, **by(lieu.max))
    assert queries.due_cents(paul.id) == 7500

    selling.refund_pass(lot_id=lot.id, reason="Erreur", **by(lieu.max))

    assert queries.due_cents(paul.id) == 0 and invoices() == []


def test_a_ticket_that_comes_free_after_the_refund_is_worth_a_tenth_like_the_others(lieu):
    paul = make_member("Paul")
    lot = selling.sell_pass(pass_type_id=make_pass(lieu, cents=7501).id, member_id=paul.id, on_tab=True, **by(lieu.max))
    booked = book_half(lieu.pool, "2026-12-08", "morning", paul)
    first = selling.refund_pass(lot_id=lot.id, reason="Départ", **by(lieu.max))
    booking.cancel(booking_id=booked.id, actor_id=paul.id, by_lieu=False, now=clock.now())
    second = selling.refund_pass(lot_id=lot.id, reason="Départ", **by(lieu.max))
    assert (first, second) == (6751, 750)  # of 75.01, all of it and no cent more
    assert queries.open_cents(paul.id) == 0


def test_a_tariff_group_pays_its_price(lieu):
    kind, solene = make_pass(lieu), make_member("Solène", tariff_group="solidaire")
    selling.sell_pass(pass_type_id=kind.id, member_id=solene.id, on_tab=True, **by(lieu.max))
    assert queries.due_cents(solene.id) == 3750
    price(lieu.place, "pass:carnet-10", "piece", 2000, group="solidaire")
    selling.sell_pass(pass_type_id=kind.id, member_id=solene.id, on_tab=True, **by(lieu.max))
    assert queries.due_cents(solene.id) == 5750


def test_the_tab_has_two_caps_and_the_team_may_go_over_them(lieu):
    paul, coffee = make_member("Paul"), make_article(lieu, cents=1500)
    take = {"article_id": coffee.id, "quantity_milli": 1000, "member_id": paul.id}
    for _ in range(2):
        selling.take_article(**take, **by(paul))
    with pytest.raises(Refused) as refused:
        selling.take_article(**take, **by(paul))
    assert refused.value.codes == ["articles_full"]
    selling.take_article(**take, is_staff=True, **by(lieu.max))
    for code in ("a", "b", "c"):
        kind = make_pass(lieu, code=code, cents=3500)
        selling.sell_pass(pass_type_id=kind.id, member_id=paul.id, on_tab=True, **by(paul))
    assert queries.due_cents(paul.id) == 15_000
    with pytest.raises(Refused) as refused:
        selling.take_article(**take, **by(paul))
    assert refused.value.codes == ["tab_full", "articles_full"]


def test_plywood_and_screws_of_a_session_and_what_is_left_in_stock(lieu):
    plywood = make_article(lieu, "cp3", 80, stock_milli=5000)
    screw = make_article(lieu, "vis", 125)
    for article, quantity in ((plywood, 3500), (screw, 2000)):
        selling.take_article(article_id=article.id, quantity_milli=quantity, member_id=lieu.camille.id, **by(lieu.camille))

    assert queries.due_cents(lieu.camille.id) == 530
    assert db.session.get_one(Article, plywood.id, populate_existing=True).stock_milli == 1500
    with pytest.raises(Refused) as refused:
        selling.take_article(article_id=plywood.id, quantity_milli=1600, member_id=lieu.camille.id, **by(lieu.camille))
    assert refused.value.codes == ["out_of_stock"]
    assert queries.due_cents(lieu.camille.id) == 530


def test_a_membership_has_its_own_document_and_comes_once_a_year(liable, frozen):
    price(liable.place, "membership", "year", 1500)
    paul = make_member("Paul")
    book_half(liable.pool, "2026-12-03", "morning", paul)
    selling.sell_membership(place_id=liable.place.id, member_id=paul.id, on_tab=True, **by(liable.max))
    with pytest.raises(Refused):
        selling.sell_membership(place_id=liable.place.id, member_id=paul.id, **by(liable.max))
    frozen("2026-12-31T20:00+01:00")

    run = bills.start_run(liable.place, date(2026, 12, 1), aim="invoices", now=clock.now())
    bills.go_on(run.id, now=clock.now())

    assert sorted(sums()) == [(700, 140, 840), (1500, 0, 1500)]


def test_a_gift_makes_no_invoice_and_a_line_given_up_says_why(lieu, frozen):
    paul = make_member("Paul")
    selling.give(
        place_id=lieu.place.id, member_id=paul.id, unit="half_day", units=2, scope="desk", valid_to=None, reason="Bienvenue", **by(lieu.max)
    )
    assert book_half(lieu.pool, "2026-12-03", "morning", paul).price_cents == 0
    selling.take_article(article_id=make_article(lieu).id, quantity_milli=1000, member_id=paul.id, **by(paul))
    coffee = db.session.scalars(sa.select(Charge).where(Charge.activity == "article")).one()

    selling.waive(charge_id=coffee.id, reason="Machine en panne", **by(lieu.max))

    with pytest.raises(Refused):
        selling.waive(charge_id=coffee.id, reason="Encore", **by(lieu.max))
    frozen("2026-12-31T20:00+01:00")
    run = bills.start_run(lieu.place, date(2026, 12, 1), aim="invoices", now=clock.now())
    bills.go_on(run.id, now=clock.now())
    assert invoices() == []
    assert db.session.scalars(sa.select(Lot.source)).all()[-1] == "free"


def refused_codes(gesture) -> list[str]:
    with pytest.raises(Refused) as refused:
        gesture()
    return refused.value.codes


def test_what_is_off_sale_given_or_billed_already_is_not_sold_refunded_nor_waived(lieu):
    max_ = by(lieu.max)
    paul, closed = make_member("Paul"), make_pass(lieu, code="ancien", on_sale=False)
    assert refused_codes(lambda: selling.sell_pass(pass_type_id=closed.id, member_id=paul.id, **max_)) == ["not_on_sale"]
    gift = selling.give(
        place_id=lieu.place.id, member_id=paul.id, unit="half_day", units=2, scope="desk", valid_to=None, reason="Bienvenue", **max_
    )
    assert refused_codes(lambda: selling.refund_pass(lot_id=gift.id, reason="Rien", **max_)) == ["nothing_left_to_refund"]

    lot = selling.sell_pass(pass_type_id=make_pass(lieu).id, member_id=paul.id, on_tab=True, **max_)
    sale = selling.sale_of(lot.id)
    (drafted,) = bills.bill_payer(lieu.place, BillTo(paul.id), until=date(2026, 12, 31), origin="essai", now=clock.now())
    assert refused_codes(lambda: selling.waive(charge_id=sale.id, reason="Trop tard", **max_)) == ["already_on_an_invoice"]
    assert refused_codes(lambda: selling.refund_pass(lot_id=lot.id, reason="Départ", **max_)) == ["bill_still_drafted"]
    assert db.session.get_one(Lot, lot.id, populate_existing=True).granted == 10  # nothing was taken for a refund that did not happen
    bills.withdraw(drafted.id, now=clock.now())
    assert selling.refund_pass(lot_id=lot.id, reason="Départ", **max_) == 7500


def test_an_article_has_one_code_its_own_prices_may_go_and_a_delivery_brings_something(lieu):
    facts = {"place_id": lieu.place.id, "article_id": None, "code": "cp3", "name": "Contreplaqué", "unit": "plaque", "cents": 800}
    save = partial(stock.save_article, **by(lieu.max))
    sheet = save(**facts, group_cents={"solidaire": 500})
    assert refused_codes(lambda: save(**facts)) == ["code_taken"]

    def cents() -> int:
        return selling.article_price(queries.price_list(lieu.place), sheet, group="solidaire", on=date(2026, 12, 1))

    seen = [cents()]
    for own in (450, None):
        save(**facts | {"article_id": sheet.id}, group_cents={"solidaire": own})
        seen.append(cents())
    assert seen == [500, 450, 800]
    for milli in (0, -1000):
        assert refused_codes(lambda milli=milli: stock.receive(article_id=sheet.id, milli=milli, cents=None, note="", **by(lieu.max)))
    stock.receive(article_id=sheet.id, milli=3000, cents=2000, note="", **by(lieu.max))
    assert stock.count_stock(article_id=sheet.id, milli=2500, note="", **by(lieu.max)).milli == -500
    assert stock.count_stock(article_id=sheet.id, milli=2500, note="", **by(lieu.max)) is None
