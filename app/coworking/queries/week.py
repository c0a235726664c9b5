"""Reads of coworking: a week as the grid, the plan and the lists see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial

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
_cells: Stamped[list[Cell]] = Stamped()
QUARTER, FEW_MINUTES = 900, 300  # seconds: how fine « what is left of today » is, of the whole lieu and of one thing


def week_of(place: Place, first: date, *, now: datetime, days: int = 7, only: Thing | None = None) -> Week:
    """One read of what holds things, then arithmetic; a second read where desks have residents. `only`: one thing's week.

    What a thing says is worked out anew when what holds it has changed, and each quarter of an hour, or five minutes when one
    looks at it alone: a booking changes one line of sixty.
    """
    things, calendar = booking.directory(place), place_queries.calendar(place.id)
    frame = _frames.get((place.id, first, days), place.settings_stamp, lambda: grid.frame(calendar, first, days))
    period = Period(at(first, 0, place.tz), at(frame.days[-1], 1440, place.tz))
    looked = list(things.things.values()) if only is None else [only, *things.seats(only.id), *things.inside(only.id)]
    rows = booking.rows_everywhere(place.id, period) if only is None else booking.rows([thing.id for thing in looked], period)
    seconds, today = int(now.timestamp()), now.astimezone(place.tz).date()
    away, grain = _away(looked, frame), QUARTER if only is None else FEW_MINUTES
    moment = (today, seconds // grain)

    @cache
    def horizon(days: int) -> int:
        return int(at(today + timedelta(days=days), 1440, place.tz).timestamp())

    def work_out(thing: Thing, held: list[Row]) -> list[Cell]:
        own = frame if thing.rules.hours is None else grid.frame(calendar, first, days, hours=thing.rules.hours)
        return grid.cells(thing, own, held, now=seconds, last=horizon(thing.rules.horizon_days))

    cells: dict[int, list[Cell]] = {}
    for thing in looked:
        if thing.is_pool:
            continue
        held = _rows_of(thing, things, rows)
        found = _cells.get((thing.id, first, days, grain), (place.settings_stamp, moment, held), partial(work_out, thing, held))
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
