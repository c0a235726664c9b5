"""Reads of coworking: a week as the grid, the plan and the lists see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.booking import queries as booking
from app.booking.queries import Directory
from app.booking.rules import Thing, grid
from app.booking.rules.grid import Cell, Frame, Row
from app.core.cache import Stamped
from app.core.period import Period, at
from app.place import queries as place_queries
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class Week:
    """Some days of everything: the lieu's half-days, and two cells a day for each thing."""

    frame: Frame
    cells: dict[int, list[Cell]]
    rows: dict[int, list[Row]]
    now: int
    today: date


_frames: Stamped[Frame] = Stamped()


def week_of(place: Place, first: date, *, now: datetime, days: int = 7, only: Thing | None = None) -> Week:
    """One read of what holds things, then arithmetic; a second read where desks have residents. `only`: one thing's week."""
    things, calendar = booking.directory(place), place_queries.calendar(place.id)
    frame = _frames.get((place.id, first, days), place.settings_stamp, lambda: grid.frame(calendar, first, days))
    period = Period(at(first, 0, place.tz), at(frame.days[-1], 1440, place.tz))
    looked = list(things.things.values()) if only is None else [only, *things.seats(only.id), *things.inside(only.id)]
    rows = booking.rows_everywhere(place.id, period) if only is None else booking.rows([thing.id for thing in looked], period)
    seconds, today = int(now.timestamp()), now.astimezone(place.tz).date()
    away = _away(looked, frame)
    ends: dict[int, int] = {}  # where each horizon ends
    cells: dict[int, list[Cell]] = {}
    for thing in looked:
        if thing.is_pool:
            continue
        own = frame if thing.rules.hours is None else grid.frame(calendar, first, days, hours=thing.rules.hours)
        last = ends.get(thing.rules.horizon_days)
        if last is None:
            day = today + timedelta(days=thing.rules.horizon_days)
            last = ends[thing.rules.horizon_days] = int(at(day, 1440, place.tz).timestamp())
        found = grid.cells(thing, own, _rows_of(thing, things, rows), now=seconds, last=last)
        cells[thing.id] = found if thing.id not in away else grid.resident_cells(found, away[thing.id])
    for pool in looked:
        if pool.is_pool:
            cells[pool.id] = grid.pool_cells([cells[seat.id] for seat in things.seats(pool.id)])
    return Week(frame, cells, rows, seconds, today)


def _rows_of(thing: Thing, things: Directory, rows: dict[int, list[Row]]) -> list[Row]:
    """What holds a thing; of a whole space, what holds anything inside it too."""
    own = rows.get(thing.id, [])
    if thing.kind != "space":
        return own
    inside = (row for inner in things.inside(thing.id) for row in rows.get(inner.id, ()))
    return sorted([*own, *((start, end, "booking" if holder == "outage" else holder) for start, end, holder in inside)])


def _away(things: Iterable[Thing], frame: Frame) -> dict[int, list[bool]]:
    """Of each resident's desk, the days when it is lent."""
    fixed = [thing for thing in things if thing.is_fixed]
    if not fixed:
        return {}
    absences = booking.away([thing.id for thing in fixed], frame.days[0], frame.days[-1])
    return {thing.id: [any(start <= day <= end for start, end in absences.get(thing.id, ())) for day in frame.days] for thing in fixed}
