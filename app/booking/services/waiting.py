"""Holds and the waiting list: kept for a while, offered in turn, accepted or lapsed."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from app.booking import queries
from app.booking.models import OCCUPYING, Booking, Kind, Occupancy, Status, WaitlistEntry
from app.booking.policy import Request
from app.booking.rules import NotConfirmed, OfferLapsed, StillFree
from app.booking.services.asking import ask
from app.booking.services.examining import Examination, examine
from app.booking.services.freeing import LATE, free
from app.booking.services.writing import can_wait, first_status, refusal, settle_price, take_turn
from app.core import journal
from app.core.db import db, insert_unless_there, table, transaction
from app.core.period import Period
from app.core.prepared import Prepared
from app.core.refusals import Refused
from app.place.models import Place

AT_ONCE = 20  # lapsed holds ended in one go

_BOOKING = table(Booking)
_LAPSED = Prepared(
    sa.select(_BOOKING.c.id)
    .where(
        _BOOKING.c.place_id + 0 == sa.bindparam("place"),  # « + 0 »: never by the index of the lieu, which has years of bookings
        _BOOKING.c.status == Status.HELD.value,
        _BOOKING.c.held_until <= sa.bindparam("now"),
    )
    .order_by(_BOOKING.c.held_until, _BOOKING.c.id)
    .limit(AT_ONCE)
)


def let_lapse(place_id: int, *, now: datetime) -> int:
    """End the holds whose time is over, inside the caller's transaction; each freed place goes to the next who waits."""
    lapsed = _LAPSED.rows(place=place_id, now=now)
    for booking in (db.session.get_one(Booking, found.id, populate_existing=True) for found in lapsed):
        _close_entry(booking, "lapsed")
        free(booking, Status.EXPIRED, now=now, actor_id=None)
    return len(lapsed)


def join_waitlist(request: Request) -> WaitlistEntry:
    """Wait for a thing at a time: only when other people alone are in the way; the same wish twice is one place in line."""
    found = examine(request)
    if not found.standing or not can_wait(found):
        raise refusal(found) if found.standing else Refused(StillFree())
    want = request.first
    with transaction():
        take_turn(request.place.id)
        db.session.execute(
            insert_unless_there(WaitlistEntry).values(
                place_id=request.place.id,
                resource_id=want.thing.id,
                member_id=request.member.id,
                starts_at=want.period.starts_at,
                ends_at=want.period.ends_at,
                state="waiting",
                created_at=request.now,
            )
        )
        entry = db.session.scalars(
            sa.select(WaitlistEntry).where(
                WaitlistEntry.resource_id == want.thing.id,
                WaitlistEntry.member_id == request.member.id,
                WaitlistEntry.starts_at == want.period.starts_at,
                WaitlistEntry.ends_at == want.period.ends_at,
                WaitlistEntry.state.in_(("waiting", "offered")),
            )
        ).one()
        journal.record(
            "waitlist.joined", entry.id, place_id=request.place.id, actor_id=request.actor_id, member_id=request.member.id, at=request.now
        )
        return entry


def leave_waitlist(entry_id: int, *, member_id: int, actor_id: int, now: datetime) -> None:
    """Wait no longer; an offer that was open goes to the next."""
    with transaction():
        entry = db.session.get(WaitlistEntry, entry_id, populate_existing=True)
        if entry is None or entry.member_id != member_id or entry.state not in ("waiting", "offered"):
            return
        take_turn(entry.place_id)
        held = queries.booking(entry.booking_id) if entry.booking_id and entry.state == "offered" else None
        entry.state = "left"
        db.session.flush()
        journal.record("waitlist.left", entry.id, place_id=entry.place_id, actor_id=actor_id, member_id=member_id, at=now)
        if held is not None and held.status == Status.HELD:
            free(held, Status.RELEASED, now=now, actor_id=actor_id)


def place_in_line(entry: WaitlistEntry) -> int:
    """1 for the first who waits for the same thing at a time that overlaps."""
    before = sa.select(sa.func.count(WaitlistEntry.id)).where(
        WaitlistEntry.resource_id == entry.resource_id,
        WaitlistEntry.state == "waiting",
        WaitlistEntry.starts_at < entry.ends_at,
        WaitlistEntry.ends_at > entry.starts_at,
        sa.or_(
            WaitlistEntry.created_at < entry.created_at,
            sa.and_(WaitlistEntry.created_at == entry.created_at, WaitlistEntry.id < entry.id),
        ),
    )
    return (db.session.scalar(before) or 0) + 1


def confirm_hold(booking_id: int, *, actor_id: int | None, now: datetime, is_paid: bool = False) -> Booking:
    """What was kept becomes a booking: an offer accepted, a payment arrived. Its price and what covers it are frozen now."""
    with transaction():
        booking = turn_of(booking_id)
        if booking.status in (Status.CONFIRMED, Status.PENDING):
            return booking
        if booking.status != Status.HELD:
            raise Refused(OfferLapsed() if booking.status == Status.EXPIRED else NotConfirmed())
        if booking.held_until is None or booking.held_until <= now:
            raise Refused(OfferLapsed())
        found = examined_again(booking, now=now, pays_now=is_paid)
        if found.standing:
            raise refusal(found)
        booking.status = first_status(found.request)
        booking.held_until = None
        booking.changed_at = now
        booking.sequence += 1
        db.session.flush()
        db.session.execute(
            sa.update(Occupancy)
            .where(Occupancy.booking_id == booking.id)
            .values(lapses_at=None)
            .execution_options(synchronize_session=False)
        )
        settle_price(booking, found)
        _close_entry(booking, "taken")
        journal.record(
            f"booking.{booking.status}", booking.id, place_id=booking.place_id, actor_id=actor_id, member_id=booking.member_id, at=now
        )
        return booking


def request_of(booking: Booking, *, now: datetime, actor_id: int | None = None) -> Request:
    """The request that this booking answers, as it would be asked again."""
    directory = queries.directory(db.session.get_one(Place, booking.place_id))
    held = [(directory.any(row.resource_id), used_by(row)) for row in booking.occupancies if row.active or booking.status not in OCCUPYING]
    thing = directory.any(booking.resource_id)
    wants = [(thing, Period(booking.starts_at, booking.ends_at))] if thing.kind == "space" or len(held) <= 1 else held
    request = ask(
        wants,
        member_id=booking.member_id,
        actor_id=actor_id or booking.actor_id or booking.member_id,
        now=now,
        guest_name=booking.guest_name,
        organisation_id=booking.organisation_id,
        for_lieu=booking.for_lieu,
        note=booking.note,
        moving_id=booking.id,
    )
    return replace(request, kind=Kind(booking.kind), half=booking.half)


def examined_again(booking: Booking, *, now: datetime, pays_now: bool = False) -> Examination:
    """What is kept, looked at as it would be booked now: on the tab, or by card."""
    found = examine(replace(request_of(booking, now=now), pays_now=pays_now))
    found.ignored = LATE | {"horizon"}
    return found


def used_by(row: Occupancy) -> Period:
    """The time really asked for: without the buffers."""
    return Period(row.starts_at, row.ends_at).widened(before=-row.buffer_before, after=-row.buffer_after)


def turn_of(booking_id: int) -> Booking:
    """A booking as it is once the lieu's turn is ours, inside a transaction."""
    booking = queries.booking(booking_id)
    if booking is None:
        raise LookupError(booking_id)
    take_turn(booking.place_id)
    db.session.refresh(booking)
    return booking


def _close_entry(booking: Booking, state: str) -> None:
    """The waiting-list entry whose offer this was."""
    db.session.execute(
        sa.update(WaitlistEntry)
        .where(WaitlistEntry.booking_id == booking.id, WaitlistEntry.state == "offered")
        .values(state=state)
        .execution_options(synchronize_session=False)
    )
