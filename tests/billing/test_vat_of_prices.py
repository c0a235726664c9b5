"""A lieu liable to VAT keeps its prices before VAT; people read, and owe, what they come to with it."""

from datetime import date

import pytest

from app.billing import queries
from app.billing.models import Article, Charge
from app.booking import services as booking
from app.core import clock
from app.core.db import db, transaction
from tests.factories import between, book, book_half, clear, make_member, price
from tests.pages import error_of, fields_of, text_of


@pytest.fixture
def liable(lieu):
    with transaction():
        lieu.place.vat_regimes = [{"depuis": "2026-01-01", "regime": "redevable"}]
        lieu.place.settings_stamp += 1
    clear(lieu.camille, lieu.clearance)
    price(lieu.place, "resource:laser", "minutes", 625)
    return lieu


DOORS = {  # where a price is typed, which of its fields is one, and what else is asked there
    "/manage/catalogue/plans/new": ("cents", {"name": "Mi-temps", "code": "mi-temps"}),
    "/manage/catalogue/passes/new": ("cents", {"name": "Carnet", "code": "c10", "units": "10", "of_what": "half_day:desk", "months": "12"}),
    "/manage/catalogue/prices/desk/half_day": ("cents", {"since": "2026-12-14", "preview": "1"}),
    "/manage/resources/new/room": ("hour_cents", {"name": "Salle", "code": "salle"}),
    "/fablab/stock/new": ("cents", {"name": "Café", "code": "cafe", "unit": "tasse"}),
    "/fablab/stock/new#solidaire": ("cents_of_solidaire", {"name": "Thé", "code": "the", "unit": "tasse", "cents": "1"}),
    "/fablab/trainings/new": ("cents", {"title": "Laser", "day": "2026-12-12", "start": "10:00", "end": "12:00"}),
}


def test_wherever_a_price_is_typed_with_vat_one_that_none_without_gives_is_refused(liable, log_in):
    client = log_in(liable.max)
    for door, (field, asked) in DOORS.items():
        path = door.partition("#")[0]
        shown = client.get(path)
        assert "Sinon, ils sont hors taxes." in text_of(shown), door
        for typed, neighbours in (("9.99", ("9,98 €", "10,00 €")), ("0.99", ("0,98 €", "1,00 €")), ("3.33", ("3,32 €", "3,34 €"))):
            refused = client.post(path, data=fields_of(shown.text) | asked | {field: typed, "with_taxes": "y"})
            said = error_of(refused, field).replace("\u00a0", " ")
            assert refused.status_code == 422 and all(neighbour in said for neighbour in neighbours), (door, said)
        without = client.post(path, data=fields_of(shown.text) | asked | {field: "9.99"})
        assert "Aucun prix hors taxes" not in without.text, door  # before VAT, it is one


def test_a_price_typed_with_vat_is_kept_and_asked_exactly(liable, log_in):
    client = log_in(liable.max)
    client.post("/fablab/stock/new", data={"name": "Café", "code": "cafe", "unit": "tasse", "cents": "1,20", "with_taxes": "y"})
    room = fields_of(client.get("/manage/resources/new/room").text) | {"name": "Studio", "code": "studio", "hour_cents": "9.98"}
    client.post("/manage/resources/new/room", data=room | {"with_taxes": "y"})

    assert [row.cents for row in db.session.query(Article)] == [100]
    assert queries.price_list(liable.place).one(["resource:studio"], "minutes", queries.Asked(group="plein", on=date(2026, 12, 2))) == 832


def charges() -> list[tuple[int, int, str]]:
    return [(one.cents, one.rate_bp, one.activity) for one in db.session.query(Charge).order_by(Charge.id)]


def test_forty_five_minutes_at_seven_fifty_an_hour(liable, log_in, client):
    made = book(liable.laser, between("2026-12-03", "10:00", "10:45"), liable.camille)

    assert (made.price_cents, made.covered_by[-1]["cents"]) == (563, 563)
    assert charges() == [(469, 2000, "machine")]
    assert queries.open_cents(liable.camille.id) == queries.due_cents(liable.camille.id) == 563
    log_in(liable.camille)
    assert "7,50" in client.get("/fablab/laser").text
    booking.cancel(booking_id=made.id, actor_id=liable.camille.id, by_lieu=True, now=clock.now())
    assert [cents for cents, _, _ in charges()] == [469, -469]
    assert queries.open_cents(liable.camille.id) == 0


def test_vat_of_the_tab_is_on_the_sum_of_its_lines(liable):
    for hour in ("09:00", "11:00", "14:00"):
        book(liable.laser, between("2026-12-03", hour, f"{hour[:2]}:45"), liable.camille)

    assert queries.open_cents(liable.camille.id) == 1688  # 3 × 469 = 1407, VAT 281; line by line it would be 3 × 563 = 1689


def test_half_days_of_such_a_lieu_and_a_late_fee(liable, frozen):
    made = book_half(liable.pool, "2026-12-03", "morning", make_member("Paul"))
    assert made.price_cents == 840  # 7.00 before VAT
    late = book(liable.laser, between("2026-12-02", "14:00", "14:45"), liable.camille)
    frozen("2026-12-02T13:00+01:00")

    given_back = booking.cancel(booking_id=late.id, actor_id=liable.camille.id, by_lieu=False, now=clock.now())

    assert (given_back.refund.fee_cents, given_back.refund.cents) == (282, 281)
    assert [cents for cents, _, _ in charges()] == [700, 469, -234]


def test_elsewhere_a_price_is_what_it_is(lieu):
    assert book_half(lieu.pool, "2026-12-03", "morning", make_member("Paul")).price_cents == 700
    assert charges()[0][1] == 0
