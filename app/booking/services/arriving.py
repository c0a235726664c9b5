"""Someone agrees, someone comes, nobody comes."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.billing import services as billing
from app.booking import queries
from app.booking.models import NOT_FOR_PEOPLE, Booking, Occupancy, Status
from app.booking.rules import AlreadyCancelled, AlreadyOver, CheckInOver, NotConfirmed, NotYetThere, Thing
from app.booking.services.cancelling import CANCELLED, everything, give_back
from app.booking.services.freeing import free, offer_freed
from app.booking.services.waiting import turn_of
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period
from app.core.refusals import Refused
from app.place.models import Place
from app.place.services import touch_calendar

A_DAY = timedelta(days=1)
EARLY = timedelta(minutes=30)  # one may come a little before


def approve(booking_id: int, *, actor_id: int, now: datetime) -> Booking:
    """Staff says yes to a booking that waited for it."""
    with transaction():
        booking = turn_of(booking_id)
        _refuse_unless_pending(booking)
        booking.status = Status.CONFIRMED
        booking.sequence += 1
        booking.changed_at = now
        touch_calendar(booking.place_id)
        journal.record("booking.confirmed", booking.id, place_id=booking.place_id, actor_id=actor_id, member_id=booking.member_id, at=now)
        db.session.flush()
        return booking


def reject(booking_id: int, *, actor_id: int, reason: str, now: datetime) -> Booking:
    """Staff says no, and why; everything comes back."""
    with transaction():
        booking = turn_of(booking_id)
        _refuse_unless_pending(booking)
        booking.cancel_reason = reason
        give_back(booking, everything(booking), now=now, actor_id=actor_id)
        free(booking, Status.REJECTED, now=now, actor_id=actor_id)
        return booking


def wait_again(booking_id: int, *, now: datetime) -> Booking:
    """Somebody who came too comes no more: what was confirmed waits for company again."""
    with transaction():
        booking = turn_of(booking_id)
        if booking.status == Status.CONFIRMED:
            booking.status = Status.PENDING
            booking.sequence += 1
            booking.changed_at = now
            touch_calendar(booking.place_id)
            journal.record("booking.pending", booking.id, place_id=booking.place_id, member_id=booking.member_id, at=now)
            db.session.flush()
        return booking


def release(booking_id: int, *, now: datetime) -> Booking:
    """What it waited for did not come in time; everything comes back."""
    with transaction():
        booking = turn_of(booking_id)
        _refuse_unless_pending(booking)
        give_back(booking, everything(booking), now=now, actor_id=None)
        free(booking, Status.RELEASED, now=now, actor_id=None)
        return booking


def check_in(booking_id: int, *, actor_id: int | None, now: datetime) -> Booking:
    """The person is here (they say so, or staff, or the hall's page); saying it twice changes nothing."""
    with transaction():
        booking = turn_of(booking_id)
        if booking.status == Status.CHECKED_IN:
            return booking
        if booking.status in CANCELLED:
            raise Refused(AlreadyCancelled())
        if booking.status in (Status.NO_SHOW, Status.DONE) or booking.ends_at <= now:
            raise Refused(CheckInOver())
        if booking.status != Status.CONFIRMED:
            raise Refused(NotConfirmed())
        place = db.session.get_one(Place, booking.place_id)
        if now < booking.starts_at - EARLY:
            raise Refused(NotYetThere(**{"from": (booking.starts_at - EARLY).astimezone(place.tz)}))
        limit = no_show_at(booking, queries.directory(place).any(booking.resource_id))
        if limit is not None and now >= limit:
            raise Refused(CheckInOver())
        booking.status = Status.CHECKED_IN
        booking.checked_in_at = now
        booking.changed_at = now
        touch_calendar(booking.place_id)
        journal.record("booking.checked_in", booking.id, place_id=booking.place_id, actor_id=actor_id, member_id=booking.member_id, at=now)
        db.session.flush()
        return booking


def leave(booking_id: int, *, actor_id: int | None, now: datetime) -> Booking:
    """Done before the end: what is left of the time goes to others. What was paid for the whole stays paid."""
    with transaction():
        booking = turn_of(booking_id)
        if booking.status != Status.CHECKED_IN:
            raise Refused(NotConfirmed() if booking.status == Status.CONFIRMED else AlreadyOver())
        until = max(now.replace(second=0, microsecond=0), booking.starts_at + timedelta(minutes=1))
        rest = Period(until, booking.ends_at)
        held = _held(booking)
        if rest.is_forward:
            booking.ends_at = until
            for row in held:
                row.ends_at = until + timedelta(minutes=row.buffer_after)
        billing.use(ref=booking.price_ref, now=now, actor_id=actor_id)
        booking.status = Status.DONE
        booking.sequence += 1
        booking.changed_at = now
        touch_calendar(booking.place_id)
        journal.record("booking.done", booking.id, place_id=booking.place_id, actor_id=actor_id, member_id=booking.member_id, at=now)
        db.session.flush()
        if rest.is_forward:
            offer_freed(booking.place_id, [row.resource_id for row in held], rest, now=now)
        return booking


def no_show_at(booking: Booking, thing: Thing) -> datetime | None:
    """From this instant an empty place is given to others; None where nobody signals their arrival: a group that has its seats
    for days, what the lieu takes for itself."""
    if not thing.rules.check_in or booking.kind in NOT_FOR_PEOPLE or booking.for_lieu or booking.ends_at - booking.starts_at > A_DAY:
        return None
    return max(booking.starts_at, booking.created_at) + timedelta(minutes=thing.rules.no_show_after)


def _refuse_unless_pending(booking: Booking) -> None:
    if booking.status in CANCELLED:
        raise Refused(AlreadyCancelled())
    if booking.status != Status.PENDING:
        raise Refused(NotConfirmed())


def _held(booking: Booking) -> list[Occupancy]:
    query = sa.select(Occupancy).where(Occupancy.booking_id == booking.id, Occupancy.active)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
