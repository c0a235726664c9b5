"""A week of everything, two cells a day: pure arithmetic on whole seconds since 1970.

Integers, because a lieu's week holds a thousand occupancies; instants of the wall clock come only from the calendar, so a
day of 23 or 25 hours is as long as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from app.booking.rules import Thing
from app.core.period import at
from app.place.rules import Calendar

Stretch = tuple[int, int]  # from, to
Row = tuple[int, int, str]  # from, to, and what holds the thing then
Half = tuple[Stretch, ...]  # the open stretches of a half-day, in order; none: closed
WHOLE = -1  # all that is left of the half-day is free

# What a cell says; the letters are the classes of the stylesheet's `.week`.
FREE, MINE, TAKEN, WAITING, OUT, SHUT = "l", "m", "p", "a", "o", "f"


class Cell(NamedTuple):
    """One half-day of one thing. `free`: minutes of its longest free stretch, or `WHOLE`; of a pool, its free places."""

    kind: str
    free: int = 0


PAST_OR_CLOSED, BUSY, BROKEN, ALL_FREE = Cell(SHUT), Cell(TAKEN), Cell(OUT), Cell(FREE, WHOLE)


# One `<td>`: its cell, the day, which half (m, a, or nothing for a day whose halves are alike), its width.
Drawn = tuple[Cell, int, str, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """The half-days of some days, as the lieu's hours cut them: two for each day, morning then afternoon.

    `sold` has the half-days that are sold; `open` all the open time, an evening opening too.
    """

    days: tuple[date, ...]
    sold: tuple[Half, ...]
    open: tuple[Half, ...]


def frame(calendar: Calendar, first: date, days: int = 7, *, hours: Mapping[str, Sequence[Sequence[int]]] | None = None) -> Frame:
    """The half-days from a day on; `hours`: a thing's own, instead of the lieu's."""
    all_days = tuple(first + timedelta(days=ahead) for ahead in range(days))
    sold: list[Half] = []
    opened: list[Half] = []
    for day in all_days:
        spans = [] if calendar.closure_on(day) else calendar.spans(day, hours)
        midnight = int(at(day, 0, calendar.zone).timestamp())
        plain = int(at(day, 1440, calendar.zone).timestamp()) - midnight == 86400
        for part, least, most in ((calendar.morning, 0, calendar.afternoon[0]), (calendar.afternoon, calendar.afternoon[0], 1440)):
            for halves, begins, ends in ((sold, *part), (opened, least, most)):
                halves.append(
                    tuple(
                        (midnight + 60 * opens, midnight + 60 * closes)
                        if plain
                        else (int(at(day, opens, calendar.zone).timestamp()), int(at(day, closes, calendar.zone).timestamp()))
                        for opens, closes in ((max(opens, begins), min(closes, ends)) for opens, closes in spans)
                        if opens < closes
                    )
                )
    return Frame(all_days, tuple(sold), tuple(opened))


def cells(thing: Thing, frame: Frame, rows: Sequence[Row], *, now: int, last: int) -> list[Cell]:
    """Two cells for each day of the frame. `rows`: what holds the thing, in order, never two at once; `last`: where its horizon ends."""
    if not thing.bookable or thing.state == "out_of_service":
        out = BROKEN if thing.bookable else PAST_OR_CLOSED
        return [out if half and half[-1][1] > now else PAST_OR_CLOSED for half in frame.open]
    if thing.rules.sold_by != "minutes":
        return list(_by_half_days(frame.sold, rows, now=now, last=last))
    return list(_by_minutes(thing, frame.open, rows, now=now, last=last))


def pool_cells(seats: Sequence[Sequence[Cell]]) -> list[Cell]:
    """A pool says how many of its places are free."""
    return [_together(half) for half in zip(*seats, strict=True)]


def resident_cells(cells: Sequence[Cell], away: Sequence[bool]) -> list[Cell]:
    """A resident's desk is theirs, but for the days they said they are away."""
    return [cell if away[number // 2] or cell.kind == SHUT else BUSY for number, cell in enumerate(cells)]


def drawn(cells: Sequence[Cell], *, whole_days: Sequence[int] | None = None) -> Iterator[Drawn]:
    """The cells as they are drawn: two halves alike are one. `whole_days`: of a pool, the places free all day, day by day."""
    for day in range(len(cells) // 2):
        morning, afternoon = cells[2 * day], cells[2 * day + 1]
        if morning == afternoon and (
            morning[0] != FREE or morning[1] == WHOLE or (whole_days is not None and whole_days[day] == morning[1])
        ):
            yield morning, day, "", 2
        else:
            yield morning, day, "m", 1
            yield afternoon, day, "a", 1


def free_all_day(seats: Iterable[Sequence[Cell]]) -> list[int]:
    """How many of the seats are free in both halves, day by day."""
    halves = [[cell.kind == FREE for cell in seat] for seat in seats]
    days = len(halves[0]) // 2 if halves else 0
    return [sum(seat[2 * day] and seat[2 * day + 1] for seat in halves) for day in range(days)]


def touched(frame: Frame, start: int, end: int) -> Iterator[int]:
    """The half-days that this time touches; outside opening hours, the one that it is nearest to."""
    for number, half in enumerate(frame.open):
        if half and start < half[-1][1] and end > half[0][0]:
            yield number


def free_stretches(thing: Thing, half: Half, rows: Iterable[Row], *, now: int) -> list[Stretch]:
    """The stretches of a half-day that can still be booked: after the notice, beside the buffers, on the step."""
    rules = thing.rules
    return _gaps(
        half,
        rows,
        earliest=now + 60 * rules.notice_minutes,
        step=60 * rules.step,
        least=60 * rules.min_minutes,
        before=60 * rules.buffer_before,
        after=60 * rules.buffer_after,
    )


def _gaps(half: Half, rows: Iterable[Row], *, earliest: int, step: int, least: int, before: int, after: int) -> list[Stretch]:
    found = []
    for opens, closes in half:
        cursor = opens if opens > earliest else earliest
        for start, end, _holder in rows:
            if end + before <= cursor:
                continue
            if start - after >= closes:
                break
            begins, stops = -(-cursor // step) * step, (start - after) // step * step
            if stops - begins >= least:
                found.append((begins, stops))
            cursor = end + before
        begins, stops = -(-cursor // step) * step, closes // step * step
        if stops - begins >= least:
            found.append((begins, stops))
    return found


def has(half: Half, moment: int) -> bool:
    """Whether a moment is in one of these stretches."""
    return any(begins <= moment < ends for begins, ends in half)


def joined(*halves: Half) -> Half:
    """The open stretches of a whole day, where two that touch are one."""
    stretches: list[Stretch] = []
    for opens, closes in (stretch for half in halves for stretch in half):
        if stretches and stretches[-1][1] >= opens:
            stretches[-1] = (stretches[-1][0], closes)
        else:
            stretches.append((opens, closes))
    return tuple(stretches)


def _by_half_days(halves: Iterable[Half], rows: Sequence[Row], *, now: int, last: int) -> Iterator[Cell]:
    position, count = 0, len(rows)
    for half in halves:
        if not half or half[-1][1] <= now or half[0][0] >= last:
            yield PAST_OR_CLOSED
            continue
        start = half[0][0] if half[0][0] > now else now
        while position < count and rows[position][1] <= start:
            position += 1
        if position < count and rows[position][0] < half[-1][1]:
            yield _held(rows[position][2])
        else:
            yield ALL_FREE


def _by_minutes(thing: Thing, halves: Iterable[Half], rows: Sequence[Row], *, now: int, last: int) -> Iterator[Cell]:
    rules = thing.rules
    step, least, before, after = (60 * minutes for minutes in (rules.step, rules.min_minutes, rules.buffer_before, rules.buffer_after))
    earliest, position, count = now + 60 * rules.notice_minutes, 0, len(rows)
    for half in halves:
        if not half or half[-1][1] <= now or half[0][0] >= last:
            yield PAST_OR_CLOSED
            continue
        opens, closes = half[0][0] - before, half[-1][1] + after
        while position < count and rows[position][1] <= opens:
            position += 1
        beyond = position
        while beyond < count and rows[beyond][0] < closes:
            beyond += 1
        if beyond == position and half[0][0] >= earliest:
            yield ALL_FREE
            continue
        here = rows[position:beyond]
        gaps = _gaps(half, here, earliest=earliest, step=step, least=least, before=before, after=after)
        if gaps:
            yield Cell(FREE, max(stops - begins for begins, stops in gaps) // 60) if here else ALL_FREE
        else:
            yield next((_held(row[2]) for row in here if row[2] in ("outage", "closure")), BUSY)


def _held(holder: str) -> Cell:
    if holder == "outage":
        return BROKEN
    return PAST_OR_CLOSED if holder == "closure" else BUSY


def _together(half: Sequence[Cell]) -> Cell:
    free = sum(cell.kind == FREE for cell in half)
    if free:
        return Cell(FREE, free)
    kinds = {cell.kind for cell in half}
    if kinds == {SHUT}:
        return PAST_OR_CLOSED
    return BROKEN if kinds == {OUT} else BUSY
