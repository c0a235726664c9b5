"""The week of everything: the page that is looked at most, so the one that costs least.

What everybody sees of a week is drawn once and kept in the process until something of it changes; what is one's own is drawn
beside it. The page holds no token: it may be kept by the browser, asked again, and travel compressed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote
from zlib import crc32

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup, escape

from app.booking.models import Status
from app.booking.queries import directory, rows_of
from app.booking.rules import Thing, grid
from app.booking.rules.grid import FREE, MINE, OUT, TAKEN, WAITING, WHOLE, Cell, Drawn, Frame
from app.core import clock
from app.core.cache import Stamped
from app.core.period import Period, at, monday_of
from app.coworking.queries import QUARTER, Week, week_of
from app.coworking.views.door import bp
from app.place import queries as place_queries
from app.place.models import Place
from app.place.rules import Calendar
from app.web import caching, compress, i18n, typography
from app.web.forms import FIRST_DAY, LAST_DAY, asked_day
from app.web.registry import sources

KEPT_WEEKS = 12  # on each side of now, the weeks whose drawing is kept


class Heading(NamedTuple):
    """A day of the week, and what is said of its halves: (word, width)."""

    label: str
    is_today: bool
    halves: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What everybody sees of a week, before and after one's own lines, and what is needed to draw those."""

    before: Markup
    after: Markup
    week: Week


_drawings: Stamped[Drawing] = Stamped(most=32)  # each weighs some 200 kB
_tops: Stamped[Markup] = Stamped(most=32)
_lines: Stamped[str] = Stamped()


@bp.get("/week")
def week() -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    today = now.astimezone(place.tz).date()
    monday = monday_of(asked_day("week") or today)
    by_seat = request.args.get("seats") == "1"
    moment = _moment(monday, today, now)
    stamp = "-".join(
        str(part)
        for part in (
            *(place.id, place.calendar_stamp, place.settings_stamp, f"{monday:%y%m%d}", int(by_seat), moment),
            *(current_user.id, int(sources().is_staff()), crc32(sources().open_now().encode())),
        )
    )
    if (same := caching.unchanged(stamp)) is not None:
        return same
    drawing = _drawing(place, monday, now, by_seat=by_seat, moment=moment)
    page = render_template("coworking/week.html", drawing=drawing, mine=_mine(place, drawing.week, current_user.id))
    return caching.keep(compress.allow(page), stamp)


def _moment(monday: date, today: date, now: datetime) -> str:
    """What time it is, as far as the drawing shows it: the day, and in the running week the quarter of an hour."""
    is_running = monday == monday_of(today)
    return f"{today:%y%m%d}" + (f".{int(now.timestamp()) // QUARTER}" if is_running else "")


def _drawing(place: Place, monday: date, now: datetime, *, by_seat: bool, moment: str) -> Drawing:
    def draw() -> Drawing:
        return _draw(place, week_of(place, monday, now=now), by_seat=by_seat, moment=moment)

    if abs((monday - now.date()).days) > 7 * KEPT_WEEKS:
        return draw()
    key = (place.id, monday, by_seat, i18n.language())
    return _drawings.get(key, (place.calendar_stamp, place.settings_stamp, moment), draw)


def _draw(place: Place, week: Week, *, by_seat: bool, moment: str) -> Drawing:
    """What has not changed since it was last drawn is taken as it is: a booking changes one line of sixty."""
    things, language = directory(place), i18n.language()
    pen, days = pen_of(language), [day.isoformat() for day in week.frame.days]

    def line(thing: Thing) -> str:
        cells = week.cells[thing.id]
        seats = [week.cells[seat.id] for seat in things.seats(thing.id)] if thing.is_pool else []

        def draw() -> str:
            return pen.line(thing, grid.drawn(cells, whole_days=grid.free_all_day(seats) if thing.is_pool else None), days)

        return _lines.get((thing.id, days[0], language), (place.settings_stamp, cells, seats), draw)

    groups = [
        ("postes", _("Postes"), [thing for thing in things.of_kind("pool", "desk", "office") if by_seat or thing.pool_id is None]),
        ("salles", _("Salles"), things.of_kind("room", "booth")),
        ("espaces", _("Espaces entiers"), things.of_kind("space")),  # often called like the room that stands in them
        ("machines", _("Machines"), things.of_kind("machine")),
    ]
    lines = [
        (anchor, label, Markup("".join(line(thing) for thing in listed if _is_shown(thing, by_seat=by_seat))))  # noqa: S704 - from our pen
        for anchor, label, listed in groups
    ]
    shown = [(anchor, label, listed) for anchor, label, listed in lines if listed]
    anchors = [(anchor, label) for anchor, label, _lines in shown]
    before = _tops.get(
        (place.id, days[0], by_seat, language),
        (place.settings_stamp, moment, anchors),
        lambda: _top(place, week, by_seat=by_seat, anchors=anchors),
    )
    return Drawing(before=before, after=pen.template.after(shown), week=week)


def _top(place: Place, week: Week, *, by_seat: bool, anchors: list[tuple[str, str]]) -> Markup:
    """What stands above the lines: other weeks, the days and what is said of their halves."""
    monday = week.frame.days[0]
    top: Markup = pen_of(i18n.language()).template.before(
        monday=monday,
        sunday=monday + timedelta(days=6),
        earlier=monday - timedelta(days=7) if monday - timedelta(days=7) >= FIRST_DAY else None,
        later=monday + timedelta(days=7) if monday + timedelta(days=13) <= LAST_DAY else None,
        this_week=monday_of(week.today),
        by_seat=by_seat,
        groups=anchors,
        headings=list(_headings(week, place_queries.calendar(place.id))),
    )
    return top


def _is_shown(thing: Thing, *, by_seat: bool) -> bool:
    return thing.bookable and not (by_seat and thing.is_pool)


HREF, NAME = "HREF", "NAME"  # stand for an address and a name where something is drawn once for all


class Pen:
    """Draws lines. Cells come by hundreds and are of thirty sorts: each sort is drawn once by the template, then copied."""

    def __init__(self) -> None:
        self.template: Any = current_app.jinja_env.get_template("coworking/grid.html").module
        self.say, self.free, self.one, self.many = typography.words(), _("libre"), _("{n} libre"), _("{n} libres")
        self.plain = {TAKEN: _("pris"), OUT: _("panne")}
        line: str = self.template.line(HREF, NAME)  # type: ignore[attr-defined]
        self._line = str(line).replace(HREF, "{address}").replace(NAME, "{name}").format
        self._sorts: tuple[dict[tuple[Cell, int], tuple[str, str]], ...] = ({}, {})  # of things, of pools
        self._own: dict[tuple[str, str, int], tuple[str, str]] = {}

    def line(self, thing: Thing, drawn: Iterable[Drawn], days: Sequence[str], own: Mapping[int, str] | None = None) -> Markup:
        """A thing's week. `own`: one's own cells, by what their `free` says, already drawn for one half or for a day."""
        code = quote(thing.code)
        sorts = self._sorts[thing.is_pool]
        parts = []
        for cell, day, half, span in drawn:
            if own is not None and cell.kind in (MINE, WAITING):
                parts.append(own[cell.free])
                continue
            before, after = sorts.get((cell, span)) or self._sort(cell, span, is_pool=thing.is_pool)
            parts.append(f"{before}r/{code}/{days[day]}{half}{after}" if after else before)
        address = f"../fablab/{code}" if thing.kind == "machine" else f"r/{code}"  # from `/coworking/week`
        return Markup(self._line(address=address, name=escape(thing.name)) + "".join(parts))  # noqa: S704 - drawn by our template

    def own(self, kind: str, word: str, span: int, booking_id: int) -> str:
        """One's own cell, which leads to its booking."""
        sort = self._own.get((kind, word, span))
        if sort is None:
            before, _href, after = str(self.template.td(kind, word, span, HREF)).partition(HREF)
            sort = self._own[kind, word, span] = before, after
        return f"{sort[0]}../bookings/{booking_id}{sort[1]}"

    def _sort(self, cell: Cell, span: int, *, is_pool: bool) -> tuple[str, str]:
        """What comes before and after its address; all of it before when it leads nowhere."""
        drawn = str(self.template.td(cell.kind, self._word(cell, is_pool=is_pool), span, HREF if cell.kind == FREE else ""))
        before, _href, after = drawn.partition(HREF)
        self._sorts[is_pool][cell, span] = before, after
        return before, after

    def _word(self, cell: Cell, *, is_pool: bool) -> str:
        if cell.kind != FREE:
            return self.plain.get(cell.kind, "")
        if is_pool:
            return self.say.plural(cell.free, self.one, self.many)
        return self.free if cell.free == WHOLE else self.say.minutes(cell.free)


@lru_cache(maxsize=len(i18n.LANGUAGES))
def pen_of(_language: str) -> Pen:
    """The pen of the language spoken now; the sorts of cells are few, it keeps them."""
    return Pen()


def _headings(week: Week, calendar: Calendar) -> Iterator[Heading]:
    say = typography.words()
    for number, day in enumerate(week.frame.days):
        closed = _("fermé") if calendar.closure_on(day) or not calendar.is_holiday(day) else _("férié")
        said = []
        for half, word in zip(week.frame.open[2 * number : 2 * number + 2], (_("matin"), _("ap.-m.")), strict=True):
            said.append(closed if not half else _("passé") if half[-1][1] <= week.now else word)
        alike = said[0] == said[1]
        yield Heading(say.day_short(day), day == week.today, [(said[0], 2)] if alike else [(word, 1) for word in said])


def _mine(place: Place, week: Week, member_id: int) -> list[Markup]:
    """One's own things on top: their week, with what is one's own in it."""
    frame, things = week.frame, directory(place)
    period = Period(at(frame.days[0], 0, place.tz), at(frame.days[-1], 1440, place.tz))
    own: dict[int, dict[int, tuple[int, str, str]]] = {}  # by thing and half: booking, kind, word
    for booking_id, resource_id, start, end, status in rows_of(member_id, period):
        thing = things.things.get(resource_id)
        if thing is None:
            continue
        is_sure = status in (Status.CONFIRMED, Status.CHECKED_IN)
        for half in grid.touched(frame, start, end):
            word = _own_word(thing, place, start, frame, half) if is_sure else _("attente")
            own.setdefault(resource_id, {})[half] = (booking_id, MINE if is_sure else WAITING, word)
    if not own:
        return []
    pen, days = pen_of(i18n.language()), [day.isoformat() for day in frame.days]
    return [_own_line(pen, things[resource_id], week.cells[resource_id], halves, days) for resource_id, halves in own.items()]


def _own_line(pen: Pen, thing: Thing, cells: Sequence[Cell], halves: Mapping[int, tuple[int, str, str]], days: Sequence[str]) -> Markup:
    """Both halves of a day that are one booking are one cell."""
    mixed, drawn = list(cells), {}
    for half, (booking_id, kind, word) in halves.items():
        other = half ^ 1  # the other half of the same day
        is_whole_day = halves.get(other) == (booking_id, kind, word)
        first = min(half, other) if is_whole_day else half
        mixed[half] = Cell(kind, first)
        drawn[first] = pen.own(kind, word, 2 if is_whole_day else 1, booking_id)
    return pen.line(thing, grid.drawn(mixed), days, drawn)


def _own_word(thing: Thing, place: Place, start: int, frame: Frame, half: int) -> str:
    """« 14 h » where something by the hour starts, « à vous » elsewhere."""
    if thing.rules.sold_by == "minutes" and frame.open[half][0][0] <= start < frame.open[half][-1][1]:
        return typography.words().hour(datetime.fromtimestamp(start, place.tz))
    return str(_("à vous"))
