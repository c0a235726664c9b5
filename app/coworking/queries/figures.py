"""How full the lieu is: half-days by weekday, hours, no-shows, over as long as one likes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.booking import queries as booking
from app.booking.models import Booking, Resource, Status
from app.booking.rules import grid
from app.core.db import db
from app.core.period import Period, at
from app.members.models import Member
from app.place import queries as place_queries
from app.place.models import Place

PEOPLE = ("booking", "space", "session", "training")  # holders that mean that somebody is there
DONE = (Status.CONFIRMED, Status.CHECKED_IN, Status.DONE)
TOLD = (*DONE, Status.NO_SHOW, Status.LATE_CANCELLED, Status.CANCELLED)
MOST = 20_000  # lines of a table to take away


@dataclass(frozen=True, slots=True)
class HalfFigure:
    """A half-day of the week over a period: how many seats were taken of how many there were."""

    weekday: int
    half: int  # 0: morning
    taken: int
    seats: int

    @property
    def percent(self) -> int | None:
        """None where the lieu was never open then."""
        return 100 * self.taken // self.seats if self.seats else None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the bookings that were to take place."""

    came: int
    no_shows: int
    late: int
    cancelled: int
    forgiven: int

    @property
    def no_show_percent(self) -> float:
        due = self.came + self.no_shows
        return 100 * self.no_shows / due if due else 0.0


class TableRow(NamedTuple):
    day: date
    start: datetime
    end: datetime
    thing: str
    person: str
    guest: str
    for_lieu: bool
    status: str
    price_cents: int


def halves_of_week(place: Place, first: date, last: date) -> list[HalfFigure]:
    """Each half-day of the week: seats taken, of the seats of the days when the lieu was open."""
    things = booking.directory(place)
    seats = [thing.id for thing in things.of_kind("desk") if thing.bookable]
    days = (last - first).days + 1
    frame = grid.frame(place_queries.calendar(place.id), first, days)
    rows = booking.rows(seats, _period(place, first, last)) if seats else {}
    taken: Counter[tuple[int, int]] = Counter()
    offered: Counter[tuple[int, int]] = Counter()
    for number, half in enumerate(frame.sold):
        if half:
            offered[frame.days[number // 2].weekday(), number % 2] += len(seats)
    bounds = [(half[0][0], half[-1][1]) if half else (0, 0) for half in frame.sold]
    for held in rows.values():
        for number in _touched(held, bounds):
            taken[frame.days[number // 2].weekday(), number % 2] += 1
    return [HalfFigure(weekday, half, taken[weekday, half], offered[weekday, half]) for weekday in range(7) for half in (0, 1)]


def _touched(held: Sequence[grid.Row], bounds: Sequence[tuple[int, int]]) -> set[int]:
    """The half-days in which one seat was held by somebody: both lists are in order, each is walked once."""
    found: set[int] = set()
    number = 0
    for start, end, holder in held:
        if holder not in PEOPLE:
            continue
        while number < len(bounds) and bounds[number][1] <= start:
            number += 1
        ahead = number
        while ahead < len(bounds) and (bounds[ahead][0] < end or bounds[ahead] == (0, 0)):
            if bounds[ahead][1] > start and bounds[ahead][0] < end:
                found.add(ahead)
            ahead += 1
    return found


def minutes_by_hour(place: Place, first: date, last: date, kinds: Sequence[str]) -> list[int]:
    """Of each hour of the day, how many minutes of these things were used."""
    rows = db.session.execute(
        sa.select(Booking.starts_at, Booking.ends_at)
        .join(Resource, Resource.id == Booking.resource_id)
        .where(
            Booking.place_id == place.id,
            Booking.starts_at >= at(first, 0, place.tz),
            Booking.starts_at < at(last, 1440, place.tz),
            Booking.status.in_(DONE),
            Resource.kind.in_(kinds),
        )
    )
    counted = [0] * 24
    for starts_at, ends_at in rows:
        local = starts_at.astimezone(place.tz)
        left = min(int((ends_at - starts_at).total_seconds()) // 60, 24 * 60)
        minute = local.hour * 60 + local.minute
        while left > 0:
            step = min(60 - minute % 60, left)
            counted[minute // 60 % 24] += step
            minute, left = minute + step, left - step
    return counted


def outcomes(place: Place, first: date, last: date) -> Outcomes:
    rows = db.session.execute(
        sa.select(Booking.status, Booking.forgiven_at.is_not(None), sa.func.count(Booking.id))
        .where(
            Booking.place_id == place.id,
            Booking.starts_at >= at(first, 0, place.tz),
            Booking.starts_at < at(last, 1440, place.tz),
            Booking.kind.not_in(("event", "session", "training")),
            Booking.status.in_(TOLD),
        )
        .group_by(Booking.status, Booking.forgiven_at.is_not(None))
    )
    found: Counter[str] = Counter()
    forgiven = 0
    for status, is_forgiven, count in rows:
        found[status] += count
        forgiven += count if is_forgiven else 0
    return Outcomes(
        came=found[Status.CHECKED_IN] + found[Status.DONE],
        no_shows=found[Status.NO_SHOW],
        late=found[Status.LATE_CANCELLED],
        cancelled=found[Status.CANCELLED],
        forgiven=forgiven,
    )


def used_by_lieu(place: Place, first: date, last: date) -> int:
    """How many half-days of its own seats the lieu kept for itself, which nobody pays."""
    kept = db.session.scalars(
        sa.select(Booking.covered_by).where(
            Booking.place_id == place.id,
            Booking.starts_at >= at(first, 0, place.tz),
            Booking.starts_at < at(last, 1440, place.tz),
            Booking.status.in_(DONE),
            Booking.for_lieu,
        )
    )
    return sum(part["units"] for parts in kept for part in parts if part["unit"] == "half_day")


def table(place: Place, first: date, last: date) -> list[TableRow]:
    """Every booking of a period, to take away."""
    rows = db.session.execute(
        sa.select(
            *(Booking.starts_at, Booking.ends_at, Resource.name, Member.name, Booking.guest_name, Booking.for_lieu),
            *(Booking.status, Booking.price_cents),
        )
        .join(Resource, Resource.id == Booking.resource_id)
        .join(Member, Member.id == Booking.member_id)
        .where(
            Booking.place_id == place.id,
            Booking.starts_at >= at(first, 0, place.tz),
            Booking.starts_at < at(last, 1440, place.tz),
            Booking.status.in_(TOLD),
        )
        .order_by(Booking.starts_at, Booking.id)
        .limit(MOST)
    )
    return [
        TableRow(_wall(start, place).date(), _wall(start, place), _wall(end, place), thing, person, guest, for_lieu, status, cents)
        for start, end, thing, person, guest, for_lieu, status, cents in rows
    ]


def _wall(moment: datetime, place: Place) -> datetime:
    """On the lieu's clock, as a spreadsheet writes it."""
    return moment.astimezone(place.tz).replace(tzinfo=None)


def _period(place: Place, first: date, last: date) -> Period:
    return Period(at(first, 0, place.tz), at(last, 1440, place.tz))
