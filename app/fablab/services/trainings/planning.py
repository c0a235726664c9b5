"""A training planned, changed, called off; its machines are taken with it."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.billing import services as billing
from app.booking import services as booking
from app.booking.models import OCCUPYING, Booking, Kind
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period
from app.core.refusals import Refused
from app.fablab import queries
from app.fablab.models import Training, TrainingSeat
from app.fablab.rules import (
    BookingsInTheWay,
    TooFewSeats,
    TrainingCancelled,
    decides_now,
)
from app.fablab.services.trainings.seating import (
    close_ranks,
    end_seat,
    lapse_offers,
    machine_rows,
    machines_of,
    offer_next,
    ref_of,
    seats_in,
    turn_of,
)
from app.place.models import Place

LIEUS_OWN = (Kind.SESSION, Kind.TRAINING)  # a training never drives out another, nor a course


AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A training as its organiser wishes it."""

    title: str
    trainer_id: int
    period: Period
    seats: int
    machine_ids: Collection[int] = ()
    clearance_type_id: int | None = None
    description: str = ""
    min_seats: int = 0
    decide_hours: int = 24
    free_hours: int = 48
    cents: int = 0
    group_cents: Mapping[str, int] | None = None


def training_would_cancel(place: Place, *, machine_ids: Iterable[int], period: Period) -> list[Booking]:
    """The bookings that a training would drive out of its machines: shown before it is confirmed."""
    things = machines_of(place, machine_ids)
    margin = max((max(thing.rules.buffer_before, thing.rules.buffer_after) for thing in things), default=0)
    found = booking.bookings_in_the_way([thing.id for thing in things], period.widened(before=margin, after=margin))
    return [one for one in found if one.kind not in LIEUS_OWN]


def plan_training(*, place: Place, wish: Wish, confirmed: bool, actor_id: int, now: datetime) -> Training:
    """Plan a session and take its machines. What is booked on them is only cancelled, and given back, once `confirmed`."""
    with transaction():
        booking.take_turn(place.id)
        in_the_way = training_would_cancel(place, machine_ids=wish.machine_ids, period=wish.period)
        if in_the_way and not confirmed:
            raise Refused(BookingsInTheWay(count=len(in_the_way)))
        training = Training(
            place_id=place.id,
            clearance_type_id=wish.clearance_type_id,
            title=wish.title,
            description=wish.description,
            trainer_id=wish.trainer_id,
            starts_at=wish.period.starts_at,
            ends_at=wish.period.ends_at,
            seats=wish.seats,
            min_seats=wish.min_seats,
            decide_hours=wish.decide_hours,
            free_hours=wish.free_hours,
            cents=wish.cents,
            group_cents=dict(wish.group_cents or {}),
            machines=machine_rows(wish.machine_ids),
            actor_id=actor_id,
            uid=f"{uuid.uuid4()}@worklab",
            created_at=now,
            changed_at=now,
        )
        db.session.add(training)
        db.session.flush()
        entry = journal.record("training.planned", training.id, place_id=place.id, actor_id=actor_id, at=now)
        for one in in_the_way:
            booking.cancel(booking_id=one.id, actor_id=actor_id, by_lieu=True, now=now, reason=wish.title, cause_id=entry.id, offers=False)
        _take_machines(training, place, now=now, actor_id=actor_id)
        _entrust(training, actor_id=actor_id, now=now)
        return training


def change_training(*, training_id: int, actor_id: int, now: datetime, **facts: object) -> Training:
    """Change what is said of a session, its trainer, its seats. More seats serve who waits; those taken stay."""
    with transaction():
        training = turn_of(training_id)
        if training.state != "planned":
            raise Refused(TrainingCancelled(title=training.title))
        seated = queries.seated(training_id)
        if int(str(facts.get("seats", training.seats))) < seated:
            raise Refused(TooFewSeats(count=seated))
        changed = sorted(name for name, value in facts.items() if getattr(training, name) != value)
        for name in changed:
            setattr(training, name, facts[name])
        if "trainer_id" in changed:
            _entrust(training, actor_id=actor_id, now=now)
        if changed:
            training.sequence += 1
            training.changed_at = now
            journal.record("training.changed", training.id, place_id=training.place_id, actor_id=actor_id, at=now, changed=changed)
        close_ranks(training)
        offer_next(training, now=now)
        db.session.flush()
        return training


def cancel_training(*, training_id: int, reason: str, actor_id: int | None, now: datetime) -> Training:
    """Call a session off: everyone gets everything back and is told once; its machines are free again."""
    with transaction():
        training = turn_of(training_id)
        if training.state != "planned":
            raise Refused(TrainingCancelled(title=training.title))
        training.state, training.cancel_reason = "cancelled", reason
        training.sequence += 1
        training.changed_at = now
        entry = journal.record("training.cancelled", training.id, place_id=training.place_id, actor_id=actor_id, at=now)
        for seat in seats_in(training, "waiting", "held", "enrolled"):
            if seat.state == "enrolled":
                billing.give_back_money(ref=ref_of(seat), cents=seat.cents, now=now)
            end_seat(seat, "cancelled", now=now)
            journal.record(
                "training.seat_cancelled", seat.id, place_id=training.place_id, member_id=seat.member_id, cause_id=entry.id, at=now
            )
        if training.booking is not None and training.booking.status in OCCUPYING and training.booking.ends_at > now:
            booking.cancel(booking_id=training.booking.id, actor_id=actor_id, by_lieu=True, now=now, reason=reason, cause_id=entry.id)
        return training


def settle_trainings(*, now: datetime) -> int:
    """What is due: offers that lapse, sessions with too few people or whose machine broke down; how many things changed."""
    changed = 0
    lapsed = sa.select(TrainingSeat.training_id).where(TrainingSeat.state == "held", TrainingSeat.held_until <= now).distinct()
    for training_id in db.session.scalars(lapsed.limit(AT_ONCE)).all():
        with transaction():
            changed += lapse_offers(turn_of(training_id), now=now)
    coming = sa.select(Training).where(Training.state == "planned", Training.starts_at > now, Training.starts_at < now + timedelta(days=60))
    for training in db.session.scalars(coming.order_by(Training.starts_at).limit(AT_ONCE)).all():
        reason = _why_off(training, now=now)
        if reason:
            cancel_training(training_id=training.id, reason=reason, actor_id=None, now=now)
            changed += 1
    return changed


TOO_FEW, MACHINE_GONE = "too_few", "machine_gone"  # the reasons of the lieu itself, in words where they are told


def _take_machines(training: Training, place: Place, *, now: datetime, actor_id: int) -> None:
    """The engine writes the occupancies, with the training as their holder. Staff and leads set the hours they like."""
    things = machines_of(place, [machine.id for machine in training.machines])
    if not things:
        return
    period = Period(training.starts_at, training.ends_at)
    request = booking.ask(
        [(thing, period) for thing in things], kind=Kind.TRAINING, member_id=training.trainer_id, actor_id=actor_id, now=now
    )
    training.booking_id = booking.take_for_lieu(request, reason=training.title).id
    db.session.flush()


def _entrust(training: Training, *, actor_id: int, now: datetime) -> None:
    """Whoever was asked to lead it is told."""
    if training.trainer_id != actor_id:
        journal.record(
            "training.entrusted", training.id, place_id=training.place_id, actor_id=actor_id, member_id=training.trainer_id, at=now
        )


def _why_off(training: Training, *, now: datetime) -> str:
    if training.booking_id is not None:
        held = db.session.get_one(Booking, training.booking_id, populate_existing=True)
        if held.status not in OCCUPYING:
            return MACHINE_GONE
    if training.min_seats and decides_now(starts_at=training.starts_at, decide_hours=training.decide_hours, now=now):
        return TOO_FEW if queries.enrolled(training.id) < training.min_seats else ""
    return ""
