"""Trainings: they take their machines, fill their seats, keep one for who waits, and give the clearance."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.billing.models import Charge
from app.booking import services as booking
from app.booking.models import Booking, Occupancy
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.checks import trainings as faults
from app.fablab.models import Training, TrainingSeat
from app.fablab.services import Wish
from tests.factories import between, book, make_member


def plan(fablab, *, day="2026-12-12", start="10:00", end="12:00", confirmed=True, **more) -> Training:
    facts = {"title": "Initiation laser", "clearance_type_id": fablab.clearance.id, "machine_ids": [fablab.laser.id], "seats": 2}
    wish = Wish(trainer_id=fablab.ana.id, period=between(day, start, end), **facts | more)
    return services.plan_training(place=fablab.place, wish=wish, confirmed=confirmed, actor_id=fablab.max.id, now=clock.now())


def enrol(training, member) -> TrainingSeat:
    return services.enrol(training_id=training.id, member_id=member.id, actor_id=member.id, now=clock.now())


def refused(gesture, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        gesture(*args, **kwargs)
    return caught.value


def state(seat) -> str:
    return db.session.get_one(TrainingSeat, seat.id, populate_existing=True).state


def due(member) -> int:
    return db.session.scalar(sa.select(sa.func.sum(Charge.cents)).where(Charge.member_id == member.id)) or 0


def test_a_session_takes_its_machines_and_shows_first_what_it_would_cancel(fablab):
    lost = book(fablab.laser, between("2026-12-12", "11:00", "12:00"), fablab.ben)
    kept = book(fablab.laser, between("2026-12-12", "14:00", "15:00"), fablab.ben)

    no = refused(plan, fablab, confirmed=False)
    assert no.codes == ["overlap"] and no.reasons[0].words["count"] == 1
    assert db.session.get_one(Booking, lost.id).status == "confirmed"
    assert db.session.scalar(sa.select(sa.func.count(Training.id))) == 0

    training = plan(fablab)
    assert db.session.get_one(Booking, lost.id, populate_existing=True).status == "cancelled"
    assert db.session.get_one(Booking, kept.id).status == "confirmed"
    assert due(fablab.ben) == kept.price_cents
    assert refused(book, fablab.laser, between("2026-12-12", "11:00", "12:00"), fablab.ana).codes == ["blocked_by_training"]
    (cause,) = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == "training.planned"))
    gone = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == "booking.cancelled")).one()
    assert gone.cause_id == cause.id
    assert refused(plan, fablab).codes == ["blocked_by_training"]  # never another session of the lieu
    assert list(faults(db.session())) == []

    services.cancel_training(training_id=training.id, reason="Max est malade", actor_id=fablab.max.id, now=clock.now())
    assert book(fablab.laser, between("2026-12-12", "11:00", "12:00"), fablab.ana).status == "confirmed"


def test_the_session_stays_when_nobody_signals_their_arrival(fablab, frozen):

    training = plan(fablab)
    frozen("2026-12-12T10:30+01:00")
    booking.settle_arrivals(now=clock.now())
    assert db.session.get_one(Booking, training.booking_id, populate_existing=True).status == "confirmed"
    assert db.session.scalar(sa.select(Occupancy.active).where(Occupancy.booking_id == training.booking_id))


def test_a_refusal_names_the_next_session_that_has_a_seat_left(fablab):
    full = plan(fablab, day="2026-12-05", start="09:00", end="10:00", seats=1, title="Laser, débuter")
    enrol(full, fablab.ben)
    later = plan(fablab, day="2026-12-05", start="14:00", end="16:00")
    plan(fablab, day="2026-12-19", start="14:00", end="16:00")

    no = refused(book, fablab.laser, between("2026-12-08", "14:00", "15:00"), fablab.chloe)
    assert no.codes == ["not_qualified"]
    assert no.reasons[0].words["title"] == "Initiation laser"
    assert no.reasons[0].words["when"] == later.starts_at
    assert no.reasons[0].href == f"/fablab/trainings/{later.id}"
    assert db.session.scalar(sa.select(sa.func.count(Booking.id)).where(Booking.kind == "machine")) == 0


def test_a_seat_is_paid_at_the_price_of_ones_group_and_given_back_in_time(fablab, frozen):
    training = plan(fablab, cents=3000, seats=3, group_cents={"partenaire": 1000}, free_hours=48)
    seats = {
        name: enrol(training, member)
        for name, member in (("chloe", fablab.chloe), ("ben", fablab.ben), ("dora", make_member("Dora", tariff_group="partenaire")))
    }
    assert [seat.cents for seat in seats.values()] == [3000, 1500, 1000]  # full, half off, its own price
    assert refused(enrol, training, fablab.chloe).codes == ["already_enrolled"]

    frozen("2026-12-10T10:00+01:00")  # 48 hours before, included
    assert services.leave_training(seat_id=seats["ben"].id, actor_id=fablab.ben.id, by_lieu=False, now=clock.now()).cents == 1500
    frozen("2026-12-10T10:01+01:00")
    late = services.leave_training(seat_id=seats["chloe"].id, actor_id=fablab.chloe.id, by_lieu=False, now=clock.now())
    assert (late.cents, late.fee_cents) == (0, 3000)
    assert (due(fablab.chloe), due(fablab.ben)) == (3000, 0)
    assert refused(services.leave_training, seat_id=seats["ben"].id, actor_id=fablab.ben.id, by_lieu=False, now=clock.now()).codes == [
        "not_enrolled"
    ]


def test_a_seat_given_up_is_kept_twenty_minutes_for_each_who_waits_in_turn(fablab, frozen):
    training = plan(fablab, seats=1, cents=2000)
    first = enrol(training, fablab.chloe)
    no = refused(enrol, training, fablab.ben)
    assert (no.codes, no.waitlist, no.status) == (["full"], True, 409)

    def wait(member):
        return services.wait_for_seat(training_id=training.id, member_id=member.id, actor_id=member.id, now=clock.now())

    ben, dora = wait(fablab.ben), wait(make_member("Dora"))
    assert [queries.place_in_line(seat) for seat in (ben, dora)] == [1, 2]
    services.leave_training(seat_id=first.id, actor_id=fablab.chloe.id, by_lieu=False, now=clock.now())
    assert (state(ben), state(dora)) == ("held", "waiting")
    assert refused(enrol, training, make_member("Elie")).codes == ["full"]  # nobody slips in between

    frozen("2026-12-01T10:20+01:00")
    assert refused(services.accept_seat, seat_id=ben.id, actor_id=fablab.ben.id, now=clock.now()).codes == ["offer_lapsed"]
    assert services.settle_trainings(now=clock.now()) == 1
    assert (state(ben), state(dora)) == ("lapsed", "held")
    assert services.accept_seat(seat_id=dora.id, actor_id=dora.member_id, now=clock.now()).state == "enrolled"
    assert services.accept_seat(seat_id=dora.id, actor_id=dora.member_id, now=clock.now()).cents == 2000
    assert due(db.session.get_one(type(fablab.ben), dora.member_id)) == 2000
    assert [entry.event for entry in db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == "training.seat_offered"))] == [
        "training.seat_offered"
    ] * 2

    more = services.change_training(training_id=training.id, actor_id=fablab.max.id, now=clock.now(), seats=2)
    assert more.seats == 2
    assert refused(services.change_training, training_id=training.id, actor_id=fablab.max.id, now=clock.now(), seats=0).codes == [
        "bad_seats"
    ]


def test_too_few_people_at_the_hour_of_decision_and_it_is_called_off(fablab, frozen):
    training = plan(fablab, min_seats=2, decide_hours=24, cents=2000)
    kept = plan(fablab, day="2026-12-12", start="14:00", end="16:00", min_seats=1, decide_hours=24)
    seat = enrol(training, fablab.chloe)
    enrol(kept, fablab.chloe)

    frozen("2026-12-11T09:59+01:00")
    assert services.settle_trainings(now=clock.now()) == 0
    frozen("2026-12-11T10:00+01:00")
    assert services.settle_trainings(now=clock.now()) == 1
    assert services.settle_trainings(now=clock.now()) == 0
    assert (state(seat), due(fablab.chloe)) == ("cancelled", 0)
    assert db.session.get_one(Training, kept.id, populate_existing=True).state == "planned"
    assert book(fablab.laser, between("2026-12-12", "10:00", "11:00"), fablab.ana).status == "confirmed"


def test_a_machine_that_breaks_down_calls_the_session_off(fablab):

    training = plan(fablab, cents=2000)
    enrol(training, fablab.chloe)
    booking.declare_outage(
        thing=fablab.laser, period=None, starts_at=clock.now(), reason="Tube fêlé", actor_id=fablab.max.id, now=clock.now()
    )
    assert services.settle_trainings(now=clock.now()) == 1
    assert db.session.get_one(Training, training.id, populate_existing=True).state == "cancelled"
    assert due(fablab.chloe) == 0


def test_who_came_is_cleared_that_day_by_who_showed_them(fablab, frozen):
    training = plan(fablab, day="2026-12-05", cents=2000, seats=3)
    came, missed, knew = enrol(training, fablab.chloe), enrol(training, make_member("Dora")), enrol(training, fablab.ana)
    attend = {"training_id": training.id, "present": {came.id, knew.id}, "cleared": {came.id, missed.id}, "actor": fablab.max}
    assert refused(services.record_attendance, **attend, now=clock.now()).codes == ["too_early"]

    frozen("2026-12-05T12:00+01:00")
    (given,) = services.record_attendance(**attend, now=clock.now())

    assert (given.member_id, given.given_on, given.expires_on) == (fablab.chloe.id, date(2026, 12, 5), date(2027, 12, 5))
    assert (given.given_by_id, given.evidence) == (fablab.max.id, f"training:{training.id}")
    assert [state(seat) for seat in (came, missed, knew)] == ["present", "absent", "present"]
    assert due(db.session.get_one(type(fablab.ana), missed.member_id)) == 2000
    assert services.record_attendance(**attend, now=clock.now()) == []
    assert book(fablab.laser, between("2026-12-08", "14:00", "15:00"), fablab.chloe).status == "confirmed"
    assert refused(enrol, training, make_member("Elie")).codes == ["too_late"]


def test_a_suspended_person_or_a_full_tab_has_no_seat(fablab):
    training = plan(fablab, cents=2000)
    assert refused(enrol, training, make_member("Zoe", status="suspended")).codes == ["suspended"]

    with transaction():
        fablab.place.tab_cap_cents = 1000
        db.session.flush()
    assert refused(enrol, training, fablab.chloe).codes == ["balance"]
    assert services.settle_trainings(now=clock.now() + timedelta(hours=1)) == 0
