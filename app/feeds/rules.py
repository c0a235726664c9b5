"""How far a feed looks, and how a pool of alike seats is told: pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.core.period import Period, at


class Busy(NamedTuple):
    """One thing taken for a while, by whom nobody is told."""

    key: str  # names this taking for ever
    resource_id: int
    pool_id: int | None
    name: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    changed_at: datetime


class Lent(NamedTuple):
    """A resident's desk, open to all while they are away."""

    resource_id: int
    period: Period


class Counted(NamedTuple):
    """A stretch during which as many seats of a pool are taken, of so many."""

    starts_at: datetime
    ends_at: datetime
    number: int
    total: int
    changed_at: datetime


def window(now: datetime, zone: ZoneInfo, *, months_back: int, months_ahead: int) -> Period:
    """Whole months around the present one: a feed that nobody changed keeps its bytes until the month ends."""
    today = now.astimezone(zone).date()
    return Period(at(_month(today, -months_back), 0, zone), at(_month(today, months_ahead + 1), 0, zone))


def counted(taken: Sequence[Busy], *, own: Collection[int], lent: Sequence[Lent] = ()) -> Iterator[Counted]:
    """How many seats are taken and of how many, stretch by stretch, in order; not the stretches when none is.

    A resident's desk is one of the pool's while it is lent, and as long as somebody sits there who booked it.
    """
    periods = [Period(one.starts_at, one.ends_at) for one in taken]
    moments = sorted({moment for one in (*periods, *(one.period for one in lent)) for moment in (one.starts_at, one.ends_at)})
    waiting = sorted(taken, key=lambda one: one.starts_at, reverse=True)
    present: list[Busy] = []
    stretch: Counted | None = None
    for begins, ends in pairwise(moments):
        while waiting and waiting[-1].starts_at <= begins:
            present.append(waiting.pop())
        present = [one for one in present if one.ends_at > begins]
        here = {
            *own,
            *(one.resource_id for one in present),
            *(one.resource_id for one in lent if one.period.starts_at <= begins < one.period.ends_at),
        }
        following = Counted(begins, ends, len(present), len(here), max((one.changed_at for one in present), default=begins))
        if stretch is not None and (stretch.number, stretch.total, stretch.ends_at) == (following.number, following.total, begins):
            stretch = stretch._replace(ends_at=ends, changed_at=max(stretch.changed_at, following.changed_at))
            continue
        if stretch is not None and stretch.number:
            yield stretch
        stretch = following
    if stretch is not None and stretch.number:
        yield stretch


def by_pool(taken: Iterable[Busy]) -> tuple[list[Busy], dict[int, list[Busy]]]:
    """What stands alone, and the seats of each pool."""
    alone: list[Busy] = []
    pools: dict[int, list[Busy]] = {}
    for one in taken:
        if one.pool_id is None:
            alone.append(one)
        else:
            pools.setdefault(one.pool_id, []).append(one)
    return alone, pools


def _month(day: date, number: int) -> date:
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)
