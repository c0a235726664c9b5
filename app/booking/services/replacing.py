"""What the lieu had to cancel, and what can be had instead: each in one click."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.booking.models import NOT_FOR_PEOPLE, Booking, Status
from app.booking.policy import Request
from app.booking.services.examining import examine
from app.booking.services.reserving import take, taken_meanwhile
from app.booking.services.searching import alternatives
from app.booking.services.waiting import request_of, turn_of
from app.core import journal
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Alternative

TAKEN_AWAY = ("outage.declared", "outage.prolonged", "closure.declared", "training.planned")  # what cancels, and asks to choose again
ANSWERED = ("booking.replaced", "booking.let_go")


def instead_of(booking: Booking, *, now: datetime) -> list[Alternative]:
    """Up to three that this person can really have instead of what was cancelled, the nearest first; none once its time has come."""
    if booking.starts_at <= now:
        return []
    found = examine(asked_again(booking, now=now))
    return sorted(alternatives(found), key=lambda other: abs(other.starts_at - booking.starts_at))


def asked_again(booking: Booking, *, now: datetime) -> Request:
    """What the person had asked for, asked by themselves."""
    return replace(request_of(booking, now=now, actor_id=booking.member_id), moving_id=None)


def taken_away(member_id: int, *, now: datetime) -> list[Booking]:
    """The bookings to come that the lieu had to cancel, and that the person has neither replaced nor let go."""
    gone, why, answer = aliased(JournalEntry), aliased(JournalEntry), aliased(JournalEntry)
    answered = sa.exists().where(answer.event.in_(ANSWERED), answer.subject_id == Booking.id)
    return list(
        db.session.scalars(
            sa.select(Booking)
            .join(gone, sa.and_(gone.event == "booking.cancelled", gone.subject_id == Booking.id))
            .join(why, why.id == gone.cause_id)
            .where(
                Booking.member_id == member_id,
                Booking.starts_at > now,
                Booking.status == Status.CANCELLED,
                Booking.kind.not_in(NOT_FOR_PEOPLE),
                why.event.in_(TAKEN_AWAY),
                ~answered,
            )
            .order_by(Booking.starts_at, Booking.id)
        )
    )


def replacement_of(booking_id: int) -> int | None:
    """The booking that was made instead of this one, if any."""
    entry = db.session.scalar(
        sa.select(JournalEntry).where(JournalEntry.event == "booking.replaced", JournalEntry.subject_id == booking_id)
    )
    return int(entry.facts["by"]) if entry is not None else None


def replace_taken_away(booking_id: int, request: Request) -> Booking:
    """Book this instead of what the lieu had to cancel: once, however often it is pressed. It is examined and paid like any other."""
    try:
        with transaction():
            booking = turn_of(booking_id)
            known = replacement_of(booking_id)
            if known is not None:
                return db.session.get_one(Booking, known)
            made = take(request)
            journal.record(
                "booking.replaced",
                booking.id,
                place_id=booking.place_id,
                actor_id=request.actor_id,
                member_id=booking.member_id,
                at=request.now,
                by=made.id,
            )
            return made
    except IntegrityError as error:
        raise taken_meanwhile(request, error) from error


def let_go(booking_id: int, *, actor_id: int, now: datetime) -> None:
    """Nothing instead: it is no longer proposed."""
    with transaction():
        booking = turn_of(booking_id)
        journal.record("booking.let_go", booking.id, place_id=booking.place_id, actor_id=actor_id, member_id=booking.member_id, at=now)
