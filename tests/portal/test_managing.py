"""Who runs the lieu adds, changes, retires, repairs and closes; what it would cancel is shown first."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from app.billing.models import Price
from app.booking import queries
from app.booking.models import Booking, Occupancy, Outage, Resource
from app.core.db import db
from app.fablab.models import Machine
from app.place.models import Closure
from tests.factories import (
    between,
    book,
    book_half,
    make_clearance_type,
    make_machine,
    make_member,
    make_place,
    make_pool,
    make_thing,
    price,
)
from tests.pages import error_of, fields_of, text_of


@pytest.fixture
def place(session, frozen):
    frozen("2026-12-01T10:00+01:00")
    return make_place()


@pytest.fixture
def manager(place, log_in):
    return log_in(make_member("Max", roles=["manager"]))


@pytest.fixture
def fill(manager):
    """Open the page, change these fields, send the rest as it came."""

    def fill(path, **typed):
        page = manager.get(path)
        assert page.status_code == 200, page.text
        return manager.post(path, data=fields_of(page.text) | typed)

    return fill


@pytest.fixture
def press(manager):
    """A button alone, on its page."""

    def press(path):
        return manager.post(path, data={})

    return press


def resource(code, kind=None) -> Resource:
    query = sa.select(Resource).where(Resource.code == code)
    return db.session.scalars(query if kind is None else query.where(Resource.kind == kind)).one()


def rules(row_id, place):
    db.session.refresh(place)
    return queries.directory(place).any(row_id).rules


# ---------------------------------------------------------------- who may


def test_the_morning_counts_the_places_that_are_offered(place, log_in, frozen):
    pool, camille = make_pool(place), make_member("Camille")
    make_thing(place, "D1", pool_id=pool.id, holder_id=camille.id, rules={"sold_by": "resident"})
    book_half(pool, "2026-12-08", "morning", camille)
    frozen("2026-12-08T08:00+01:00")

    assert "1 sur 8" in text_of(log_in(make_member("Max", roles=["manager"])).get("/manage/"))


@pytest.mark.parametrize(
    "path",
    ["/manage/resources/", "/manage/resources/common", "/manage/resources/new/room", "/manage/closures/", "/manage/closures/new"],
)
def test_these_pages_are_for_who_runs_the_lieu(place, client, log_in, path):
    assert client.get(path).status_code == 302
    log_in(make_member("Camille", roles=["member", "machine_lead", "treasurer"]))
    assert client.get(path).status_code == 404
    log_in(make_member("Max", roles=["manager"]))
    assert client.get(path).status_code == 200


def test_a_thing_of_another_lieu_is_no_different_from_none(place, manager):
    other = make_place(code="ailleurs")
    row = make_thing(other, "R", kind="room")
    for path in ("", "/hours", "/retirement", "/outages/new", "/seat"):
        assert manager.get(f"/manage/resources/{row.id}{path}").status_code == 404
    assert manager.post(f"/manage/resources/{row.id}/return").status_code == 404


# ---------------------------------------------------------------- adding


@pytest.mark.parametrize("kind", ["space", "pool", "desk", "office", "room", "booth", "machine"])
def test_each_kind_of_thing_is_added_by_its_page(place, fill, manager, kind):
    more = {"pool": {"prefix": "B", "seats": "3"}, "machine": {"family": "laser"}}.get(kind, {})
    page = fill(f"/manage/resources/new/{kind}", name="La nouvelle", code="nouvelle", **more)
    assert page.status_code == 302, page.text
    row = resource("nouvelle")
    assert (row.kind, row.name, row.rules, row.bookable) == (kind, "La nouvelle", {}, kind != "space")
    assert "La nouvelle" in manager.get("/manage/resources/").text
    assert manager.get(f"/manage/resources/{row.id}").status_code == 200
    if kind == "pool":
        assert [seat.code for seat in queries.directory(place).seats(row.id)] == ["B1", "B2", "B3"]
    if kind == "machine":
        assert db.session.get(Machine, row.id) is not None


def test_a_room_is_added_with_its_rules_and_its_prices(place, fill):
    make_thing(place, "etage", kind="space", name="Étage")
    space = resource("etage")
    fill(
        "/manage/resources/new/room",
        name="Salle bleue",
        code="bleue",
        space_id=str(space.id),
        capacity="8",
        description="Au calme.",
        equipment="- vidéoprojecteur\n\n• tableau",
        step="30",
        min_minutes="60",
        max_minutes="480",
        night="y",
        notice_minutes="120",
        buffer_after="15",
        cancel_hours="48",
        hour_cents="8,00",
        day_cap_cents="60",
    )
    row = resource("bleue")
    assert (row.space_id, row.capacity, row.equipment) == (space.id, 8, ["vidéoprojecteur", "tableau"])
    assert row.rules == {
        "step": 30, "min_minutes": 60, "max_minutes": 480, "night": True, "notice_minutes": 120, "buffer_after": 15, "free_hours": 48,
    }  # fmt: skip
    prices = db.session.execute(sa.select(Price.unit, Price.minutes, Price.cents).where(Price.what == "resource:bleue")).all()
    assert sorted(map(tuple, prices), key=str) == [("day_cap", None, 6000), ("minutes", 60, 800)]
    assert row.plan_box is not None


def test_a_machine_says_what_to_wear_and_what_it_asks(place, fill):
    laser = make_clearance_type(place, "Laser")
    added = fill(
        "/manage/resources/new/machine",
        name="Découpe laser",
        code="laser",
        family="laser",
        clearance_type_id=str(laser.id),
        protective_equipment="lunettes",
        safety_rules="Jamais seul\nExtincteur à portée",
        value_cents="6 500",
        lifetime_hours="4000",
        kilowatts="1,6",
        people="2",
    )
    assert added.location == "/fablab/laser/settings", "its photo, its manual and its leads come next"
    row = db.session.get_one(Machine, resource("laser").id)
    assert (row.clearance_type_id, row.protective_equipment, row.safety_rules) == (
        laser.id,
        ["lunettes"],
        ["Jamais seul", "Extincteur à portée"],
    )
    assert (row.value_cents, row.lifetime_hours, row.watts, resource("laser").rules) == (650_000, 4000, 1600, {"people": 2})


def test_a_resident_is_found_by_their_address(place, fill):
    pool = make_pool(place, 2)
    ines = make_member("Ines")
    page = fill(
        "/manage/resources/new/desk", name="D1", code="D1", sold_by="resident", holder_email="personne@example.org", pool_id=str(pool.id)
    )
    assert "Personne n’a cette adresse" in error_of(page, "holder_email")
    fill("/manage/resources/new/desk", name="D1", code="D1", sold_by="resident", holder_email=ines.email.upper(), pool_id=str(pool.id))
    assert (resource("D1").holder_id, resource("D1").pool_id, resource("D1").rules) == (ines.id, pool.id, {"sold_by": "resident"})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "é" * 121),
        ("code", "salle bleue"),
        ("code", "../etc"),
        ("capacity", "0"),
        ("capacity", "beaucoup"),
        ("step", "0"),
        ("step", "1e9"),
        ("max_minutes", "99999999999"),
        ("late_fee_percent", "101"),
        ("hour_cents", "-1"),
        ("hour_cents", "1,234"),
        ("cancel_until", "25:00"),
        ("space_id", "999"),
        ("state", "retired"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_the_rest_is_kept(place, fill, field, typed):
    page = fill("/manage/resources/new/room", **({"name": "Salle", "code": "salle", "description": "Au calme"} | {field: typed}))
    assert error_of(page, field)
    assert "Au calme</textarea>" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Resource)) == 0


def test_two_ways_of_cancelling_are_one_too_many(place, fill):
    page = fill("/manage/resources/new/room", name="Salle", code="salle", cancel_until="18:00", cancel_hours="24")
    assert "l’un ou l’autre" in error_of(page, "cancel_hours")


def test_a_refusal_is_shown_above_the_fields(place, fill):
    make_thing(place, "salle", kind="room")
    page = fill("/manage/resources/new/room", name="Salle", code="salle", min_minutes="60", max_minutes="30")
    assert page.status_code == 422
    assert "est déjà pris" in page.text
    page = fill("/manage/resources/new/room", name="Salle", code="autre", min_minutes="60", max_minutes="30")
    assert "La durée la plus courte dépasse la plus longue." in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Price)) == 0


# ---------------------------------------------------------------- changing


def test_sending_a_page_as_it_came_changes_nothing(place, fill):
    room = make_thing(
        place, "R", kind="room", capacity=10, rules={"buffer_after": 15, "night": True, "free_until": 1080, "step": 15}, equipment=["écran"]
    )
    pool, machine = make_pool(place, 3), make_machine(place)
    price(place, "resource:R", "minutes", 800)
    before = [
        (row.name, row.rules, row.equipment, row.capacity, row.pool_id, row.plan_box)
        for row in db.session.scalars(sa.select(Resource).order_by(Resource.id))
    ]
    for thing in (room, pool, machine):
        assert fill(f"/manage/resources/{thing.id}").status_code == 302
    rows = db.session.scalars(sa.select(Resource).order_by(Resource.id).execution_options(populate_existing=True))
    assert [(row.name, row.rules, row.equipment, row.capacity, row.pool_id, row.plan_box) for row in rows] == before
    assert db.session.execute(sa.select(Price.what, Price.cents)).all() == [("resource:R", 800)]


def test_an_emptied_rule_follows_the_others_again(place, fill):
    room = make_thing(place, "R", kind="room", rules={"max_minutes": 60, "night": True})
    price(place, "resource:R", "minutes", 800)
    fill(f"/manage/resources/{room.id}", max_minutes="", hour_cents="")
    assert (rules(room.id, place).max_minutes, rules(room.id, place).night) == (720, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Price)) == 0


def test_a_pool_grows_by_its_page_and_does_not_lose_a_booked_seat(place, fill):
    pool = make_pool(place, 2)
    assert fill(f"/manage/resources/{pool.id}", seats="4").status_code == 302
    db.session.refresh(place)
    book_half(queries.directory(place).by_code("A4"), "2026-12-08", "morning", make_member())
    page = fill(f"/manage/resources/{pool.id}", seats="2")
    assert page.status_code == 422
    assert "(A3, A4)" in page.text
    assert 'value="2"' in page.text


def test_a_seat_has_a_small_page_of_its_own(place, manager):
    pool = make_pool(place, 2)
    seat = resource("A1")
    assert manager.get(f"/manage/resources/{seat.id}").location == f"/manage/resources/{seat.id}/seat"
    assert "suit les règles du groupe" in manager.get(f"/manage/resources/{seat.id}/seat").text
    assert manager.get(f"/manage/resources/{pool.id}/seat").status_code == 404


def test_a_thing_has_hours_of_its_own_or_those_of_the_lieu(place, fill):
    room = make_thing(place, "R", kind="room")
    path = f"/manage/resources/{room.id}/hours"
    assert fill(path, day1="8h30-12h, 14:00 à 18 h 30", day5="22:00-24:00").status_code == 302
    hours = rules(room.id, place).hours
    assert {day: spans for day, spans in hours.items() if spans} == {"1": [[510, 720], [840, 1110]], "5": [[1320, 1440]]}
    assert error_of(fill(path, day2="de bon matin"), "day2")
    assert error_of(fill(path, day2="12:00-10:00"), "day2")
    assert error_of(fill(path, day2="08:00-10:00, 09:00-11:00"), "day2")
    assert fill(path, **{f"day{day}": "" for day in range(7)}).status_code == 302
    assert rules(room.id, place).hours is None


def test_what_all_follow_is_set_once(place, fill):
    desk, room = make_thing(place, "A1"), make_thing(place, "R", kind="room")
    assert fill("/manage/resources/common", horizon_days="90", desk_until="20:00", room_until="", room_hours="48").status_code == 302
    assert (rules(desk.id, place).horizon_days, rules(desk.id, place).free_until) == (90, 1200)
    assert (rules(room.id, place).horizon_days, rules(room.id, place).free_hours) == (90, 48)
    assert "l’un ou l’autre" in error_of(fill("/manage/resources/common", room_hours="48", room_until="18:00"), "room_hours")
    assert error_of(fill("/manage/resources/common", horizon_days="-1"), "horizon_days")


# ---------------------------------------------------------------- retiring, repairing


def test_a_thing_is_retired_once_one_has_seen_what_it_cancels(place, fill, manager, press):
    room, camille = make_thing(place, "R", kind="room", name="Salle bleue"), make_member("Camille")
    booking = book(room, between("2026-12-08", "10:00", "12:00"), camille)
    page = text_of(manager.get(f"/manage/resources/{room.id}/retirement"))
    assert "Une réservation sera annulée" in page
    assert "Camille" in page
    assert "mardi 8 décembre, de 10 h à 12 h" in page

    assert fill(f"/manage/resources/{room.id}/retirement", reason="Travaux").status_code == 302
    assert db.session.get_one(Booking, booking.id, populate_existing=True).status == "cancelled"
    page = text_of(manager.get("/manage/resources/"))
    assert "1 réservation a été annulée" in page
    assert "Une chose retirée" in page

    assert press(f"/manage/resources/{room.id}/return").status_code == 302
    assert resource("R").state == "in_service"


def test_a_space_that_is_not_empty_stays(place, fill):
    space = make_thing(place, "etage", kind="space", name="Étage")
    make_thing(place, "R", kind="room", space_id=space.id)
    page = fill(f"/manage/resources/{space.id}/retirement")
    assert page.status_code == 422
    assert "Étage contient encore 1 chose réservable." in text_of(page)


def test_a_breakdown_is_declared_once_one_has_seen_what_it_cancels(place, fill, manager, press):
    laser = make_machine(place)
    booking = book(laser, between("2026-12-01", "14:00", "15:00"), make_member("Camille"))
    later = book(laser, between("2026-12-05", "10:00", "11:00"), make_member("Sacha"))
    path = f"/manage/resources/{laser.id}/outages/new"
    page = fill(path, reason="Tube à changer", last_day="2026-12-03")
    assert page.status_code == 200
    assert "Une réservation sera annulée" in text_of(page)
    assert "Camille" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outage)) == 0

    assert manager.post(path, data=fields_of(page.text)).status_code == 302
    assert [db.session.get_one(Booking, one.id, populate_existing=True).status for one in (booking, later)] == ["cancelled", "confirmed"]
    (outage,) = db.session.scalars(sa.select(Outage)).all()
    assert "Tube à changer" in manager.get(f"/manage/resources/{laser.id}").text

    assert press(f"/manage/resources/{laser.id}/outages/{outage.id}/end").status_code == 302
    assert press(f"/manage/resources/{laser.id}/outages/{outage.id}/end").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).where(Occupancy.outage_id == outage.id, Occupancy.active)) == 0


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "Panne", "last_day": "2026-11-30"}, "last_day"),
        ({"reason": "Panne", "first_day": "2026-12-08", "last_day": "2026-12-07"}, "last_day"),
        ({"reason": "Panne", "first_hour": "10:00"}, "first_day"),
        ({"reason": "Panne", "first_day": "2027-03-28", "first_hour": "02:30"}, "first_hour"),
        ({"reason": "Panne", "first_day": "0001-01-01"}, "first_day"),
    ],
)
def test_a_wrong_breakdown_is_told_beside_its_field(place, fill, typed, field):
    laser = make_machine(place)
    assert error_of(fill(f"/manage/resources/{laser.id}/outages/new", **typed), field)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outage)) == 0


# ---------------------------------------------------------------- closing


def test_the_lieu_is_closed_once_one_has_seen_what_it_cancels(place, fill, manager, press):
    desk = make_thing(place, "A1")
    booking = book_half(desk, "2026-12-22", "morning", make_member("Camille"))
    page = fill("/manage/closures/new", first_day="2026-12-22", last_day="2027-01-02", label="Fermeture d’hiver")
    assert page.status_code == 200
    assert "Une réservation sera annulée" in text_of(page)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Closure)) == 0

    assert manager.post("/manage/closures/new", data=fields_of(page.text)).status_code == 302
    assert db.session.get_one(Booking, booking.id, populate_existing=True).status == "cancelled"
    (closure,) = db.session.scalars(sa.select(Closure)).all()
    assert (closure.first_day, closure.last_day, closure.label) == (date(2026, 12, 22), date(2027, 1, 2), "Fermeture d’hiver")
    assert "1 réservation a été annulée" in text_of(manager.get("/manage/closures/"))

    assert press(f"/manage/closures/{closure.id}/cancellation").status_code == 302
    assert press(f"/manage/closures/{closure.id}/cancellation").status_code == 404
    assert db.session.get_one(Closure, closure.id, populate_existing=True).cancelled


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first_day": "", "last_day": "2026-12-22"}, "first_day"),
        ({"first_day": "2026-12-22", "last_day": "2026-12-21"}, "last_day"),
        ({"first_day": "2026-11-22", "last_day": "2026-11-23"}, "last_day"),
        ({"first_day": "2026-12-22", "last_day": "2066-12-21"}, "last_day"),
        ({"first_day": "2026-12-22", "last_day": "2026-12-22", "label": ""}, "label"),
        ({"first_day": "2026-12-22", "last_day": "2026-12-22", "label": "\u202e" + "x" * 200}, "label"),
    ],
)
def test_a_wrong_closure_is_told_beside_its_field(place, fill, typed, field):
    assert error_of(fill("/manage/closures/new", **({"label": "Fermeture"} | typed)), field)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Closure)) == 0


def test_a_first_day_of_this_week_that_is_past_does_not_stop_a_closure(place, fill):
    page = fill("/manage/closures/new", first_day="2026-11-30", last_day="2026-12-02", label="Neige")
    assert page.status_code == 200
    assert re.search("Rien de réservé à ce moment-là", page.text)


def test_a_pool_and_the_space_around_it_may_share_a_code_but_not_a_price(place, fill):
    make_thing(place, "grande-salle", kind="space", bookable=True)
    pool = make_pool(place, 2)
    fill(f"/manage/resources/{pool.id}", hour_cents="2")
    fill(f"/manage/resources/{resource('grande-salle', 'space').id}", hour_cents="50")
    prices = db.session.execute(sa.select(Price.what, Price.cents).order_by(Price.cents)).all()
    assert [tuple(row) for row in prices] == [("resource:grande-salle", 200), ("space:grande-salle", 5000)]
