"""A place is freed: the first who waits has it kept for them in the same transaction, so nobody can slip in between."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.booking import queries
from app.booking.models import Booking, Occupancy, Series, SeriesDate, Status, WaitlistEntry
from app.booking.services.asking import ask
from app.booking.services.examining import examine
from app.booking.services.writing import write
from app.core import journal
from app.core.db import db
from app.core.period import Period
from app.place.models import Place
from app.place.services import touch_calendar

OFFER = timedelta(minutes=20)
# A place that comes free at the last minute is offered all the same: notice, step and length were for choosing it.
LATE = frozenset(("notice", "step", "too_short"))
SERVED = 50  # waiters looked at for one freed place


def free(
    booking: Booking,
    status: Status,
    *,
    now: datetime,
    actor_id: int | None,
    cause_id: int | None = None,
    offers: bool = True,
) -> None:
    """End a booking and give its things back, inside the caller's transaction."""
    vacate(booking)
    booking.status = status
    booking.held_until = None
    booking.sequence += 1
    booking.changed_at = now
    db.session.flush()
    touch_calendar(booking.place_id)
    entry = journal.record(
        f"booking.{status}",
        booking.id,
        place_id=booking.place_id,
        actor_id=actor_id,
        member_id=booking.member_id,
        cause_id=cause_id,
        at=now,
    )
    if not offers:
        return
    things = [row.resource_id for row in booking.occupancies]
    offer_freed(booking.place_id, things, Period(booking.starts_at, booking.ends_at), now=now, cause_id=entry.id)


def vacate(booking: Booking) -> None:
    """Its occupancies stay as history, and no longer hold anything."""
    db.session.execute(
        sa.update(Occupancy)
        .where(Occupancy.booking_id == booking.id, Occupancy.active)
        .values(active=False)
        .execution_options(synchronize_session=False)
    )


def offer_freed(place_id: int, resource_ids: Collection[int], period: Period, *, now: datetime, cause_id: int | None = None) -> None:
    """Serve the waiting list in turn, for as long as something is left to give; tell the owners of skipped dates."""
    place = db.session.get_one(Place, place_id)
    directory = queries.directory(place)
    concerned = _concerned(directory, resource_ids)
    if period.ends_at > now:
        for entry in queries.waiting(concerned, period)[:SERVED]:
            _offer(entry, directory, now=now, cause_id=cause_id)
    _tell_series(concerned, period, now=now)


def _concerned(directory: queries.Directory, resource_ids: Collection[int]) -> list[int]:
    """The things freed, the pools they are seats of, the spaces around them."""
    found: list[int] = []
    todo = list(resource_ids)
    while todo:
        resource_id = todo.pop()
        if resource_id in found or resource_id not in directory.things:
            continue
        found.append(resource_id)
        thing = directory[resource_id]
        todo += [above for above in (thing.pool_id, thing.space_id) if above is not None]
    return found


def _offer(entry: WaitlistEntry, directory: queries.Directory, *, now: datetime, cause_id: int | None) -> None:
    thing = directory.things.get(entry.resource_id)
    left = Period(max(entry.starts_at, now.replace(second=0, microsecond=0)), entry.ends_at)
    if thing is None or not left.is_forward:
        return
    found = examine(ask([(thing, left)], member_id=entry.member_id, actor_id=entry.member_id, now=now))
    found.ignored = LATE
    if found.standing:
        return
    booking = write(found, status=Status.HELD, held_until=now + OFFER, cause_id=cause_id)
    entry.state = "offered"
    entry.booking_id = booking.id
    entry.offered_at = now
    db.session.flush()
    journal.record(
        "booking.held_offer", booking.id, place_id=entry.place_id, member_id=entry.member_id, cause_id=cause_id, at=now, entry_id=entry.id
    )


def _tell_series(resource_ids: Collection[int], period: Period, *, now: datetime) -> None:
    """The obstacle of a skipped date is gone: its owner is told once, and can book it again in one click."""
    rows = db.session.execute(
        sa.select(SeriesDate, Series)
        .join(Series, Series.id == SeriesDate.series_id)
        .where(
            Series.resource_id.in_(resource_ids),
            SeriesDate.state == "skipped",
            SeriesDate.freed_told_at.is_(None),
            SeriesDate.original_start < period.ends_at,
            SeriesDate.ends_at > period.starts_at,
            SeriesDate.original_start > now,
        )
        .limit(SERVED)
    ).all()
    for date, series in rows:
        thing = queries.directory(db.session.get_one(Place, series.place_id)).things.get(series.resource_id)
        if thing is None:
            continue
        request = ask([(thing, Period(date.original_start, date.ends_at))], member_id=series.member_id, actor_id=series.member_id, now=now)
        if examine(request, priced=False).reasons:
            continue
        date.freed_told_at = now
        db.session.flush()
        journal.record("series.date_freed", date.id, place_id=series.place_id, member_id=series.member_id, at=now, series_id=series.id)
