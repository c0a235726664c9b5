"""A seat of a training: had, waited for, accepted, given back; and who was there, which gives the clearance."""

from collections.abc import Collection
from datetime import datetime

from app.billing import services as billing
from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.fablab import queries
from app.fablab.models import Clearance, ClearanceType, Training, TrainingSeat
from app.fablab.rules import (
    NotEnrolled,
    NotYetHeld,
    SeatOfferLapsed,
    SeatRefund,
    SeatStillFree,
    TrainingCancelled,
    TrainingFull,
    seat_refund,
)
from app.fablab.services.clearances import write_clearance
from app.fablab.services.trainings.seating import (
    charge_seat,
    end_seat,
    free_seat,
    lapse_offers,
    new_seat,
    offer_next,
    price_of,
    ref_of,
    seats_in,
    turn_of,
    turn_of_seat,
    why_not,
    why_not_pay,
)
from app.members import queries as members
from app.members.models import Member
from app.members.rules import reasons_member
from app.place.models import Place


def enrol(*, training_id: int, member_id: int, actor_id: int, now: datetime) -> TrainingSeat:
    """Take a seat. Its price is frozen now and goes on the month's bill."""
    with transaction():
        training = turn_of(training_id)
        lapse_offers(training, now=now)
        person = members.person(member_id)
        reasons = why_not(training, person, now=now)
        cents = price_of(training, person)
        reasons += why_not_pay(training, person, cents)
        number = free_seat(training)
        if number is None and not reasons:
            reasons.append(TrainingFull(title=training.title))
        if reasons:
            raise Refused(*reasons, waitlist=all(reason.code == "full" for reason in reasons))
        seat = new_seat(training, member_id, "enrolled", actor_id=actor_id, now=now, number=number, cents=cents)
        charge_seat(seat, training, now=now)
        journal.record("training.enrolled", seat.id, place_id=training.place_id, actor_id=actor_id, member_id=member_id, at=now)
        return seat


def wait_for_seat(*, training_id: int, member_id: int, actor_id: int, now: datetime) -> TrainingSeat:
    """Wait for a seat: the first who waits is offered the next one that comes free."""
    with transaction():
        training = turn_of(training_id)
        lapse_offers(training, now=now)
        reasons = why_not(training, members.person(member_id), now=now)
        if not reasons and free_seat(training) is not None:
            reasons = [SeatStillFree()]
        if reasons:
            raise Refused(*reasons)
        seat = new_seat(training, member_id, "waiting", actor_id=actor_id, now=now)
        journal.record("training.waiting", seat.id, place_id=training.place_id, actor_id=actor_id, member_id=member_id, at=now)
        return seat


def accept_seat(*, seat_id: int, actor_id: int, now: datetime) -> TrainingSeat:
    """Say yes to a seat that was kept. Saying it twice changes nothing."""
    with transaction():
        seat, training = turn_of_seat(seat_id)
        if seat.state == "enrolled":
            return seat
        if seat.state != "held" or seat.held_until is None or seat.held_until <= now:
            raise Refused(SeatOfferLapsed())
        person = members.person(seat.member_id)
        cents = price_of(training, person)
        reasons = [*reasons_member(person.status), *why_not_pay(training, person, cents)]
        if reasons:
            raise Refused(*reasons)
        seat.state, seat.held_until, seat.cents, seat.changed_at = "enrolled", None, cents, now
        db.session.flush()
        charge_seat(seat, training, now=now)
        journal.record("training.enrolled", seat.id, place_id=training.place_id, actor_id=actor_id, member_id=seat.member_id, at=now)
        return seat


def refund_of_seat(seat: TrainingSeat, training: Training, *, now: datetime, by_lieu: bool) -> SeatRefund:
    """What giving this seat up now would give back."""
    return seat_refund(seat.cents, starts_at=training.starts_at, free_hours=training.free_hours, now=now, by_lieu=by_lieu)


def leave_training(*, seat_id: int, actor_id: int, by_lieu: bool, now: datetime) -> SeatRefund:
    """Give a seat up, or wait no longer; the seat goes to the next who waits."""
    with transaction():
        seat, training = turn_of_seat(seat_id)
        if seat.state not in ("waiting", "held", "enrolled") or (seat.state == "enrolled" and training.starts_at <= now):
            raise Refused(NotEnrolled())
        refund = refund_of_seat(seat, training, now=now, by_lieu=by_lieu)
        was_enrolled = seat.state == "enrolled"
        end_seat(seat, "left", now=now)
        if was_enrolled:
            billing.give_back_money(ref=ref_of(seat), cents=refund.cents, now=now)
        journal.record(
            "training.left",
            seat.id,
            place_id=training.place_id,
            actor_id=actor_id,
            member_id=seat.member_id,
            at=now,
            was_enrolled=was_enrolled,
            fee_cents=refund.fee_cents if was_enrolled else 0,
        )
        offer_next(training, now=now)
        return refund


def record_attendance(
    *, training_id: int, present: Collection[int], cleared: Collection[int], actor: Member, now: datetime
) -> list[Clearance]:
    """Who came (seats), and who of them may use the machines from that day on. Who did not come keeps owing the seat.

    It can be done again: a clearance already given for this session is not given twice, and none is taken back.
    """
    with transaction():
        training = turn_of(training_id)
        if training.state == "cancelled":
            raise Refused(TrainingCancelled(title=training.title))
        if now < training.starts_at:
            raise Refused(NotYetHeld())
        given = []
        for seat in seats_in(training, "held", "waiting"):
            end_seat(seat, "lapsed", now=now)
        for seat in seats_in(training, "enrolled", "present", "absent"):
            came = seat.id in present
            state = "present" if came else "absent"
            if seat.state != state:
                seat.state, seat.changed_at = state, now
                journal.record(
                    f"training.{state}", seat.id, place_id=training.place_id, actor_id=actor.id, member_id=seat.member_id, at=now
                )
            if came and seat.id in cleared:
                given += _validate(training, seat, actor=actor, now=now)
        training.state = "done"
        training.changed_at = now
        db.session.flush()
        return given


def _validate(training: Training, seat: TrainingSeat, *, actor: Member, now: datetime) -> list[Clearance]:
    """The clearance of the day of the session, unless the person has a right that goes as far."""
    if training.clearance_type_id is None:
        return []
    place = db.session.get_one(Place, training.place_id)
    day = training.starts_at.astimezone(place.tz).date()
    kind = db.session.get_one(ClearanceType, training.clearance_type_id)
    if queries.has_as_good(seat.member_id, kind, day=day, zone=place.tz):
        return []
    return [write_clearance(kind, member_id=seat.member_id, day=day, actor_id=actor.id, now=now, evidence=f"training:{training.id}")]
