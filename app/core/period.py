"""Periods of time: half-open `[starts_at, ends_at)`, aware, measured in UTC."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `starts_at`, included, to `ends_at`, excluded; both kept in UTC."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is not UTC:  # most are: a page makes thousands
            object.__setattr__(self, "starts_at", _utc(self.starts_at))
        if self.ends_at.tzinfo is not UTC:
            object.__setattr__(self, "ends_at", _utc(self.ends_at))

    @property
    def minutes(self) -> int:
        """Whole minutes really elapsed: five hours from midnight to six on the night the clocks go forward."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def is_forward(self) -> bool:
        return self.starts_at < self.ends_at

    def overlaps(self, other: "Period") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, other: "Period") -> bool:
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def widened(self, *, before: int, after: int) -> "Period":
        """The same with `before` and `after` minutes around it (buffers)."""
        return Period(self.starts_at - timedelta(minutes=before), self.ends_at + timedelta(minutes=after))

    def local(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        return self.starts_at.astimezone(zone), self.ends_at.astimezone(zone)


def monday_of(day: date) -> date:
    """The day its week begins."""
    return day - timedelta(days=day.weekday())


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a period carries its zone")
    return moment.astimezone(UTC)


def exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether this naive wall-clock time happens: 02:30 does not on the night the clocks go forward."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall.replace(fold=0)


def is_ambiguous(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether this naive wall-clock time happens twice (the night the clocks go back)."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first != second and exists(wall, zone)


@lru_cache(maxsize=8192)
def at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock minute of a day (1440 is the next midnight); a missing one slides forward.

    A lieu's weeks have few of them, and each page asks for hundreds.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def day_period(day: date, zone: ZoneInfo) -> Period:
    """One civil day: 23, 24 or 25 hours."""
    return Period(at(day, 0, zone), at(day, 1440, zone))


def days_of(period: Period, zone: ZoneInfo) -> Iterator[date]:
    """Each civil day that the period touches."""
    day = period.starts_at.astimezone(zone).date()
    while at(day, 0, zone) < period.ends_at:
        yield day
        day += timedelta(days=1)


_ORDER = attrgetter("starts_at", "ends_at")  # the order of periods, without one comparison of ours for each


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same time said with as few periods as possible, in order."""
    result: list[Period] = []
    for period in sorted(periods, key=_ORDER):
        if result and period.starts_at <= result[-1].ends_at:
            if period.ends_at > result[-1].ends_at:
                result[-1] = Period(result[-1].starts_at, period.ends_at)
        else:
            result.append(period)
    return result


def without(whole: Period, taken: Iterable[Period]) -> list[Period]:
    """What is left of `whole` once `taken` is removed, in order."""
    free, cursor = [], whole.starts_at
    for period in merged(other for other in taken if other.ends_at > whole.starts_at and other.starts_at < whole.ends_at):
        if period.starts_at > cursor:
            free.append(Period(cursor, period.starts_at))
        cursor = max(cursor, period.ends_at)
    if cursor < whole.ends_at:
        free.append(Period(cursor, whole.ends_at))
    return free
