"""Move a booking: everything is checked again, and a refused move leaves the first booking as it was."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from app.billing import services as billing
from app.booking import queries
from app.booking.models import OCCUPYING, Booking, Kind, Status
from app.booking.policy import Request, Want
from app.booking.rules import AlreadyCancelled, AlreadyOver, BadInterval, free_until
from app.booking.services.asking import ask
from app.booking.services.cancelling import CANCELLED, everything, give_back
from app.booking.services.examining import Examination, examine
from app.booking.services.freeing import offer_freed, vacate
from app.booking.services.reserving import taken_meanwhile
from app.booking.services.waiting import request_of, turn_of
from app.booking.services.writing import asks_staff, occupy, refusal, settle_price
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period, at
from app.core.refusals import Refused
from app.place.services import touch_calendar


def move(booking_id: int, request: Request, *, cause_id: int | None = None) -> Booking:
    """Move to what `request` wants (made by a door, with `moving_id` set); the same price when it uses the same units.

    What covers it is found anew when it uses others, or goes where its lots are no longer valid.

    A booking whose free cancelling is over keeps that deadline, and one that staff agreed to waits for them again: moving is not
    a way round them. Asked twice, it moves once. `cause_id`: the larger gesture.
    """
    request = replace(request, moving_id=booking_id)
    found = examine(request)
    if found.standing:
        raise refusal(found)
    try:
        with transaction():
            booking = turn_of(booking_id)
            _refuse_ended(booking, request.now)
            if _is_there(booking, request):
                return booking
            found = examine(request)
            if found.standing:
                raise refusal(found)
            _rewrite(booking, found, cause_id)
            return booking
    except IntegrityError as error:
        raise taken_meanwhile(request, error) from error


def request_to_move(booking: Booking, *, starts_at: datetime | None, ends_at: datetime | None, actor_id: int, now: datetime) -> Request:
    """What a move asks for. Without an end it lasts as long as before; without a start it keeps its own.

    A booking of several things shifts them all by the same time on the wall clock.
    """
    request = request_of(booking, now=now, actor_id=actor_id)
    before = Period(booking.starts_at, booking.ends_at)
    begins = starts_at or before.starts_at
    after = Period(begins, ends_at or begins + (before.ends_at - before.starts_at))
    if len(request.wants) == 1:
        wants = [(request.first.thing, after)]
    else:
        if after.minutes != before.minutes:
            raise Refused(BadInterval())
        wants = [(want.thing, _shifted(want.period, before, after, request.place.tz)) for want in request.wants]
    return replace(
        ask(
            wants,
            member_id=booking.member_id,
            actor_id=actor_id,
            now=now,
            kind=Kind(booking.kind),
            note=booking.note,
            guest_name=booking.guest_name,
            organisation_id=booking.organisation_id,
            for_lieu=booking.for_lieu,
            moving_id=booking.id,
        ),
        series_id=booking.series_id,
    )


def or_another_seat(request: Request) -> Request:
    """To move to the same seat where it is free then, else to whichever of its pool is."""
    thing = request.first.thing
    if thing.pool_id is None or len(request.wants) > 1 or not any(reason.taken for reason in examine(request).standing):
        return request
    pool = queries.directory(request.place).any(thing.pool_id)
    return replace(request, wants=(Want(pool, request.first.period),))


def _shifted(period: Period, before: Period, after: Period, zone: ZoneInfo) -> Period:
    moved = after.local(zone)[0].replace(tzinfo=None) - before.local(zone)[0].replace(tzinfo=None)
    begins, ends = (moment.replace(tzinfo=None) + moved for moment in period.local(zone))
    return Period(*(at(wall.date(), wall.hour * 60 + wall.minute, zone) for wall in (begins, ends)))


def change_note(booking_id: int, note: str, *, actor_id: int, now: datetime) -> Booking:
    """Say something else about a booking; its calendar event is renewed."""
    with transaction():
        booking = turn_of(booking_id)
        if booking.note == note:
            return booking
        booking.note = note
        booking.sequence += 1
        booking.changed_at = now
        journal.record("booking.noted", booking.id, place_id=booking.place_id, actor_id=actor_id, member_id=booking.member_id, at=now)
        db.session.flush()
        return booking


def _is_there(booking: Booking, request: Request) -> bool:
    """Whether it is already what is asked for: the same click came twice."""
    wants = {(want.thing.id, want.period) for want in request.wants}
    return booking.note == request.note and wants == {(want.thing.id, want.period) for want in request_of(booking, now=request.now).wants}


def _refuse_ended(booking: Booking, now: datetime) -> None:
    if booking.status in CANCELLED:
        raise Refused(AlreadyCancelled())
    if booking.status not in OCCUPYING or booking.status == Status.CHECKED_IN or booking.ends_at <= now:
        raise Refused(AlreadyOver())


def _rewrite(booking: Booking, found: Examination, cause_id: int | None) -> None:
    request, period = found.request, found.request.period
    before = Period(booking.starts_at, booking.ends_at)
    things_before = [row.resource_id for row in booking.occupancies if row.active]
    vacate(booking)
    db.session.flush()
    wanted = request.first.thing
    booking.resource_id = found.takings[0].thing.id if wanted.is_pool else wanted.id
    booking.starts_at, booking.ends_at = period.starts_at, period.ends_at
    booking.half = request.half
    new_limit = free_until(period, rules=wanted.rules, zone=request.place.tz)
    if booking.free_until is None or request.now < booking.free_until:
        booking.free_until = new_limit
    booking.note = request.note
    if found.reasons:
        booking.override_reason = request.override_reason
    booking.sequence += 1
    booking.changed_at = request.now
    db.session.flush()
    occupy(booking, found)
    db.session.expire(booking, ["occupancies"])
    if booking.status == Status.CONFIRMED and asks_staff(request):
        booking.status = Status.PENDING
    if booking.status != Status.HELD and not (_same_units(booking, found) and billing.still_covers(booking.price_ref, on=request.day)):
        give_back(booking, everything(booking), now=request.now, actor_id=request.actor_id)
        booking.priced += 1
        settle_price(booking, found)
    touch_calendar(booking.place_id)
    entry = journal.record(
        "booking.moved",
        booking.id,
        place_id=booking.place_id,
        actor_id=request.actor_id,
        member_id=booking.member_id,
        cause_id=cause_id,
        at=request.now,
        from_start=before.starts_at.isoformat(),
        from_end=before.ends_at.isoformat(),
    )
    offer_freed(booking.place_id, things_before, before, now=request.now, cause_id=entry.id)


def _same_units(booking: Booking, found: Examination) -> bool:
    """Whether the new time uses as many units of the same kind of thing: then what was frozen stays frozen."""
    quote = found.quote
    assert quote is not None
    used = sum(part["units"] for part in booking.covered_by)
    return used == quote.units and all(part["unit"] == quote.unit for part in booking.covered_by)
