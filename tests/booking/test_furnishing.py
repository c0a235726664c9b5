"""Things come, change and go; what is booked, closed or shared around them follows."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.booking import queries, services
from app.booking.models import Booking, Occupancy, Resource, WaitlistEntry
from app.core import clock
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.place.models import Place
from tests.factories import between, book, book_half, make_member, make_thing, thing


@pytest.fixture
def add(lieu):
    def add(kind, code, **more):
        return services.add_thing(
            place_id=lieu.place.id, kind=kind, code=code, name=more.pop("name", code), actor_id=lieu.max.id, now=clock.now(), **more
        )

    return add


@pytest.fixture
def change(lieu):
    def change(row, **more):
        return services.change_thing(resource_id=row.id, actor_id=lieu.max.id, now=clock.now(), **more)

    return change


def present(lieu):
    db.session.refresh(lieu.place)
    return queries.directory(lieu.place)


def held(resource_id, holder):
    return db.session.scalar(
        sa.select(sa.func.count()).where(Occupancy.resource_id == resource_id, Occupancy.holder == holder, Occupancy.active)
    )


def close(lieu, first, last):
    days = {"first_day": date.fromisoformat(first), "last_day": date.fromisoformat(last)}
    services.close(place_id=lieu.place.id, label="Fermeture", actor_id=lieu.max.id, now=clock.now(), **days)


# ---------------------------------------------------------------- arriving


def test_a_new_thing_can_be_booked_at_once(lieu, add):
    row = add("booth", "cabine", rules={"max_minutes": 60})

    assert present(lieu)[row.id].rules.max_minutes == 60
    assert book(thing(row.id), between("2026-12-08", "10:00", "11:00"), lieu.camille).status == "confirmed"


def test_a_new_thing_is_held_by_the_closures_already_announced(lieu, add):
    close(lieu, "2026-12-24", "2026-12-31")
    row = add("desk", "B1")

    assert held(row.id, "closure") == 1


def test_a_new_thing_goes_to_who_booked_the_whole_space(lieu, add):
    space = add("space", "atelier")
    whole = book(thing(space.id), between("2026-12-08", "10:00", "12:00"), lieu.camille)
    saw = add("machine", "scie", space_id=space.id, family="bois")

    row = db.session.scalars(sa.select(Occupancy).where(Occupancy.resource_id == saw.id)).one()
    assert (row.booking_id, row.holder) == (whole.id, "space")


def test_a_code_serves_once_for_each_kind(lieu, add):
    add("space", "grande-salle")  # the pool has it too
    with pytest.raises(Refused) as refused:
        add("room", "R")
    assert refused.value.codes == ["code_taken"]


def test_a_pool_arrives_with_its_seats(lieu, add):
    pool = add("pool", "etage", family="E", seats=3, equipment=["écran"], rules={"sold_by": "half_day"})

    assert [(seat.code, seat.equipment) for seat in present(lieu).seats(pool.id)] == [(f"E{n}", ("écran",)) for n in (1, 2, 3)]
    assert db.session.get_one(Resource, pool.id).capacity == 3


# ---------------------------------------------------------------- changing


def test_a_setting_is_changed_and_given_back_to_its_kind(lieu, change):
    change(lieu.room, rules={"max_minutes": 60, "buffer_after": None})
    rules = present(lieu)[lieu.room.id].rules
    assert (rules.max_minutes, rules.buffer_after, rules.notice_minutes) == (60, 0, 120)

    change(lieu.room, rules={"max_minutes": None})
    assert present(lieu)[lieu.room.id].rules.max_minutes == 720


def test_one_way_of_cancelling_replaces_the_other(lieu, change):
    change(lieu.room, rules={"free_until": 1080})
    assert (present(lieu)[lieu.room.id].rules.free_until, present(lieu)[lieu.room.id].rules.free_hours) == (1080, None)
    change(lieu.room, rules={"free_hours": 48})
    assert (present(lieu)[lieu.room.id].rules.free_until, present(lieu)[lieu.room.id].rules.free_hours) == (None, 48)


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"min_minutes": 120, "max_minutes": 60}, "La durée la plus courte dépasse la plus longue."),
        ({"step": 60, "min_minutes": 30, "max_minutes": 45}, "Aucune durée ne convient"),
        ({"hours": {"0": [[600, 540]]}}, "La fermeture doit venir après l’ouverture."),
        ({"hours": {"0": [[540, 720], [700, 800]]}}, "Deux plages du même jour se chevauchent."),
    ],
)
def test_settings_that_nobody_could_satisfy_are_refused(lieu, change, rules, sentence):
    with pytest.raises(Refused) as refused:
        change(lieu.room, rules=rules)
    assert refused.value.reasons[0].sentence.startswith(sentence)
    assert present(lieu)[lieu.room.id].rules.max_minutes == 720


def test_a_change_is_a_line_of_the_journal_and_no_change_is_none(lieu, change):
    change(lieu.room, name="Salle du haut", description="Au calme")
    change(lieu.room, name="Salle du haut")

    entries = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == "resource.changed")).all()
    assert [entry.facts for entry in entries] == [{"changed": ["description", "name"]}]


def test_bookings_already_made_keep_their_terms(lieu, change):
    booking = book(lieu.room, between("2026-12-08", "10:00", "12:00"), lieu.camille)
    change(lieu.room, rules={"max_minutes": 60, "late_fee_percent": 0, "free_hours": 1})

    row = db.session.get_one(Booking, booking.id)
    assert (row.status, row.late_fee_percent, row.free_until) == ("confirmed", 100, booking.free_until)


def test_a_pool_grows_and_shrinks_by_its_end(lieu, change):
    change(lieu.pool, seats=10)
    assert [seat.code for seat in present(lieu).seats(lieu.pool.id) if not seat.is_fixed][-2:] == ["A9", "A10"]
    change(lieu.pool, seats=7)
    assert [seat.code for seat in present(lieu).seats(lieu.pool.id) if not seat.is_fixed][-1] == "A7"
    change(lieu.pool, seats=9)
    codes = [seat.code for seat in present(lieu).seats(lieu.pool.id) if not seat.is_fixed]
    assert codes == [f"A{number}" for number in range(1, 10)]
    assert db.session.scalar(sa.select(sa.func.count()).where(Resource.code == "A9")) == 1  # brought back, not made twice


def test_a_seat_that_is_booked_does_not_leave(lieu, change):
    book_half(lieu.seat("A8"), "2026-12-08", "morning", lieu.camille)
    with pytest.raises(Refused) as refused:
        change(lieu.pool, seats=7)
    assert refused.value.reasons[0].words == {"count": 1, "names": "A8"}
    assert len(present(lieu).seats(lieu.pool.id)) == 9


def test_seats_follow_their_pool(lieu, change, add):
    space = add("space", "salle")
    change(lieu.pool, space_id=space.id, rules={"approval": True})

    seat = present(lieu).by_code("A3")
    assert (seat.space_id, seat.rules.approval, seat.is_fixed) == (space.id, True, False)
    assert present(lieu).by_code("D1").rules.sold_by == "resident"


# ---------------------------------------------------------------- leaving


def test_what_was_booked_on_a_thing_that_leaves_is_given_back(lieu):
    booking = book(lieu.room, between("2026-12-08", "10:00", "12:00"), lieu.camille)
    past = [row.id for row in services.bookings_on(lieu.room.id, now=clock.now())]
    gone = services.retire_thing(resource_id=lieu.room.id, reason="Travaux", actor_id=lieu.max.id, now=clock.now())

    assert past == [booking.id] == [row.id for row in gone]
    row = db.session.get_one(Booking, booking.id, populate_existing=True)
    assert (row.status, row.cancel_reason) == ("cancelled", "Travaux")
    assert lieu.room.id not in present(lieu).things
    assert present(lieu).any(lieu.room.id).name == "R"
    entry, cause = db.session.scalars(
        sa.select(JournalEntry).where(JournalEntry.event.in_(["booking.cancelled", "resource.retired"])).order_by(JournalEntry.event)
    ).all()
    assert entry.cause_id == cause.id


def test_nobody_waits_for_a_thing_that_left(lieu):
    period = between("2026-12-08", "10:00", "12:00")
    book(lieu.room, period, lieu.camille)
    services.join_waitlist(services.ask([(lieu.room, period)], member_id=lieu.leo.id, actor_id=lieu.leo.id, now=clock.now()))
    services.retire_thing(resource_id=lieu.room.id, reason="", actor_id=lieu.max.id, now=clock.now())

    assert db.session.scalars(sa.select(WaitlistEntry.state)).all() == ["left"]
    assert db.session.scalar(sa.select(sa.func.count()).where(Booking.member_id == lieu.leo.id)) == 0


def test_a_pool_leaves_with_its_seats_and_comes_back_with_them(lieu, change):
    services.retire_thing(resource_id=lieu.pool.id, reason="", actor_id=lieu.max.id, now=clock.now())
    assert [one.code for one in present(lieu).things.values()] == ["D1", "R"]

    change(lieu.pool, state="in_service")
    assert len(present(lieu).seats(lieu.pool.id)) == 8


def test_a_thing_that_comes_back_is_held_by_the_closures_announced_meanwhile(lieu, change):
    change(lieu.room, state="retired")
    close(lieu, "2026-12-24", "2026-12-31")
    change(lieu.room, state="in_service")

    assert held(lieu.room.id, "closure") == 1


def test_a_space_leaves_once_it_is_empty(lieu, add, change):
    space = add("space", "atelier")
    saw = add("machine", "scie", space_id=space.id)
    with pytest.raises(Refused) as refused:
        change(space, state="retired")
    assert (refused.value.codes, refused.value.reasons[0].words["count"]) == (["not_empty"], 1)

    change(saw, space_id=None)
    change(space, state="retired")
    assert space.id not in present(lieu).things


def test_who_booked_the_whole_space_keeps_it_when_one_thing_of_it_leaves(lieu, add):
    space = add("space", "atelier")
    saw = add("machine", "scie", space_id=space.id)
    whole = book(thing(space.id), between("2026-12-08", "10:00", "12:00"), lieu.camille)

    assert services.retire_thing(resource_id=saw.id, reason="", actor_id=lieu.max.id, now=clock.now()) == []
    assert db.session.get_one(Booking, whole.id, populate_existing=True).status == "confirmed"


# ---------------------------------------------------------------- in common, and on the plan


def test_what_all_desks_follow_is_said_once(lieu):
    services.set_common_rules(
        place_id=lieu.place.id,
        of={"desk": {"free_until": 1200, "no_show_after": 30}, "room": {"free_hours": 48, "horizon_days": 90}},
        actor_id=lieu.max.id,
        now=clock.now(),
    )
    booth = make_thing(lieu.place, "cabine", kind="booth")
    rules = {code: present(lieu).by_code(code).rules for code in ("A1", "R")}

    assert (rules["A1"].free_until, rules["A1"].no_show_after) == (1200, 30)
    assert (rules["R"].free_hours, rules["R"].horizon_days) == (48, 90)
    assert (thing(booth.id).rules.free_hours, thing(booth.id).rules.horizon_days) == (0, 90)


def test_the_plan_is_drawn_again_until_someone_moves_something(lieu, add, change):
    space = add("space", "salle")
    change(lieu.pool, space_id=space.id)
    first = add("room", "petite", space_id=space.id)
    assert thing(first.id).plan_box is not None
    assert all(seat.plan_box for seat in present(lieu).seats(lieu.pool.id) if not seat.is_fixed)

    change(first, plan_box=[300, 4, 56, 40])  # by hand
    second = add("room", "autre", space_id=space.id)
    assert thing(first.id).plan_box == (300, 4, 56, 40)
    assert thing(second.id).plan_box is None


def test_things_of_another_lieu_are_left_alone(lieu, add):
    other = Place(code="ailleurs", name="Ailleurs")
    from app.core.db import transaction

    with transaction():
        db.session.add(other)
        db.session.flush()
    services.add_thing(place_id=other.id, kind="room", code="R", name="R", actor_id=None, now=clock.now())
    assert len(present(lieu).of_kind("room")) == 1
    assert make_member().id
