"""A seat goes out of service under a group: each of its times finds another seat, or only that seat is given back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.booking import queries
from app.booking.models import NOT_FOR_PEOPLE, Booking, Kind, Occupancy, Status
from app.booking.policy import Quote, Request, Want, quote_of
from app.booking.rules import Thing
from app.booking.services.cancelling import everything, give_back
from app.booking.services.examining import Examination, cover, facts_for, free_seats
from app.booking.services.waiting import request_of, used_by
from app.booking.services.writing import settle_price
from app.core import journal
from app.core.db import db
from app.core.period import Period
from app.place.models import Place
from app.place.services import touch_calendar


@dataclass(frozen=True, slots=True)
class Blocking:
    """What is being taken away, and when."""

    resource_ids: frozenset[int]
    period: Period

    def hits(self, row: Occupancy) -> bool:
        return row.active and row.resource_id in self.resource_ids and Period(row.starts_at, row.ends_at).overlaps(self.period)


def reseat(booking: Booking, blocked: Blocking, *, now: datetime, actor_id: int | None, cause_id: int) -> bool:
    """Keep a booking of several seats alive; false when it is not one, or when nothing of it would be left."""
    rows = [row for row in booking.occupancies if row.active]
    if booking.kind == Kind.SPACE or booking.kind in NOT_FOR_PEOPLE or len({row.resource_id for row in rows}) < 2:
        return False
    hit = [row for row in rows if blocked.hits(row)]
    directory = queries.directory(db.session.get_one(Place, booking.place_id))
    moved: list[list[int]] = []
    lost: list[Occupancy] = []
    for row in hit:
        seat = next(_other_seats(row, booking, blocked, directory, now=now), None)
        if seat is None:
            lost.append(row)
            continue
        moved.append([row.resource_id, seat.id])
        row.resource_id = seat.id
        db.session.flush()
    if len(lost) == len(rows):
        return False
    for row in lost:
        row.active = False
    db.session.flush()
    left = [row for row in rows if row.active]
    if all(row.resource_id != booking.resource_id for row in left):
        booking.resource_id = left[0].resource_id
    if lost:
        booking.starts_at, booking.ends_at = min(used_by(row).starts_at for row in left), max(used_by(row).ends_at for row in left)
        _give_back_share(booking, left, len(rows), now=now, actor_id=actor_id)
    booking.sequence += 1
    booking.changed_at = now
    db.session.flush()
    touch_calendar(booking.place_id)
    journal.record(
        "booking.reseated",
        booking.id,
        place_id=booking.place_id,
        actor_id=actor_id,
        member_id=booking.member_id,
        cause_id=cause_id,
        at=now,
        moved=sorted({tuple(pair) for pair in moved}),
        lost=len(lost),
    )
    return True


def _other_seats(row: Occupancy, booking: Booking, blocked: Blocking, directory: queries.Directory, *, now: datetime) -> Iterator[Thing]:
    """The seats of the same pool that are free at that time, and not blocked themselves."""
    thing = directory.any(row.resource_id)
    pool = directory.things.get(thing.pool_id or 0)
    if pool is None:
        return
    period = used_by(row)
    request = request_of(booking, now=now)
    asked = replace(request, wants=(Want(pool, period),), moving_id=None)
    for seat in free_seats(pool, period, asked, facts_for(asked)):
        if seat.id not in blocked.resource_ids:
            yield seat


def _give_back_share(booking: Booking, left: Sequence[Occupancy], of: int, *, now: datetime, actor_id: int | None) -> None:
    """Each lost seat gives back what it took; what is left keeps the price that was frozen, seat by seat."""
    if booking.status == Status.HELD:
        return
    request = _request_for(booking, left, now=now)
    quote = quote_of(request)
    share = _shared(quote, booking, len(left), of)
    give_back(booking, everything(booking), now=now, actor_id=actor_id)
    booking.priced += 1
    found = Examination(request, quote=share, coverage=cover(request, share))
    settle_price(booking, found)


def _request_for(booking: Booking, left: Sequence[Occupancy], *, now: datetime) -> Request:
    request = request_of(booking, now=now)
    directory = queries.directory(request.place)
    wants = tuple(Want(directory.any(row.resource_id), used_by(row)) for row in left)
    return replace(request, wants=wants, moving_id=booking.id)


def _shared(quote: Quote, booking: Booking, left: int, of: int) -> Quote:
    """The quote of what is left, at the price that each unit had."""
    paid = sum(int(part["units"]) for part in booking.covered_by if part["source"] == "money")
    units = sum(int(part["units"]) for part in booking.covered_by) * left // of
    price = booking.price_cents
    return replace(quote, units=units, price_of=lambda some: price * some // paid) if price and paid else replace(quote, units=units)
