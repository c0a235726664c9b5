"""The week of everything: the page that is looked at most, so the one that costs least.

What everybody sees of a week is drawn once and kept in the process until something of it changes; what is one's own is drawn
beside it. The page holds no token: it may be kept by the browser, asked again, and travel compressed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote
from zlib import crc32

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app.booking.models import Status
from app.booking.queries import Directory, directory, rows_of
from app.booking.rules import Thing, grid
from app.booking.rules.grid import FREE, MINE, OUT, TAKEN, WAITING, WHOLE, Cell, Drawn, Frame
from app.core import clock
from app.core.cache import Stamped
from app.core.period import Period, at
from app.coworking.queries import Week, week_of
from app.coworking.views.door import bp
from app.place import queries as place_queries
from app.place.models import Place
from app.place.rules import Calendar
from app.web import caching, compress, i18n, typography
from app.web.forms import FIRST_DAY, LAST_DAY, DateField, QueryForm
from app.web.registry import sources

QUARTER = 900  # seconds: how fine « what is left of today » is
KEPT_WEEKS = 12  # on each side of now, the weeks whose drawing is kept


class Td(NamedTuple):
    kind: str
    word: str
    span: int
    href: str


class Line(NamedTuple):
    href: str
    name: str
    cells: list[Td]


class Heading(NamedTuple):
    """A day of the week, and what is said of its halves: (word, width)."""

    label: str
    is_today: bool
    halves: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What everybody sees of a week, and what is needed to draw one's own lines of it."""

    head: Markup
    body: Markup
    week: Week
    groups: list[tuple[str, str]]


class WeekForm(QueryForm):
    """Which week, by any of its days; seat by seat, or each pool as one line."""

    week = DateField()


_drawings: Stamped[Drawing] = Stamped()


@bp.get("/week")
def week() -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    today = now.astimezone(place.tz).date()
    asked = WeekForm().week.data or today
    monday = grid.monday_of(asked)
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
    page = render_template(
        "coworking/week.html",
        monday=monday,
        sunday=monday + timedelta(days=6),
        earlier=monday - timedelta(days=7) if monday - timedelta(days=7) >= FIRST_DAY else None,
        later=monday + timedelta(days=7) if monday + timedelta(days=13) <= LAST_DAY else None,
        this_week=grid.monday_of(today),
        by_seat=by_seat,
        drawing=drawing,
        mine=_mine(place, drawing.week, current_user.id),
    )
    return caching.keep(compress.allow(page), stamp)


def _moment(monday: date, today: date, now: datetime) -> str:
    """What time it is, as far as the drawing shows it: the day, and in the running week the quarter of an hour."""
    is_running = monday == grid.monday_of(today)
    return f"{today:%y%m%d}" + (f".{int(now.timestamp()) // QUARTER}" if is_running else "")


def _drawing(place: Place, monday: date, now: datetime, *, by_seat: bool, moment: str) -> Drawing:
    def draw() -> Drawing:
        return _draw(place, week_of(place, monday, now=now), by_seat=by_seat)

    if abs((monday - now.date()).days) > 7 * KEPT_WEEKS:
        return draw()
    key = (place.id, monday, by_seat, i18n.language())
    return _drawings.get(key, (place.calendar_stamp, place.settings_stamp, moment), draw)


def _draw(place: Place, week: Week, *, by_seat: bool) -> Drawing:
    things, calendar = directory(place), place_queries.calendar(place.id)
    words, days = _words(), [day.isoformat() for day in week.frame.days]
    groups = [
        ("postes", _("Postes"), [thing for thing in things.of_kind("pool", "desk", "office") if by_seat or thing.pool_id is None]),
        ("salles", _("Salles"), things.of_kind("room", "booth", "space")),
        ("machines", _("Machines"), things.of_kind("machine")),
    ]
    lines = [
        (anchor, label, [_line(thing, _drawn(thing, week, things), days, words) for thing in listed if _is_shown(thing, by_seat=by_seat)])
        for anchor, label, listed in groups
    ]
    shown = [(anchor, label, listed) for anchor, label, listed in lines if listed]
    draw: Any = current_app.jinja_env.get_template("coworking/grid.html").module
    return Drawing(
        head=Markup(draw.head(list(_headings(week, calendar)))),  # noqa: S704 - drawn by our template
        body=Markup(draw.body(shown)),  # noqa: S704
        week=week,
        groups=[(anchor, label) for anchor, label, _lines in shown],
    )


def _is_shown(thing: Thing, *, by_seat: bool) -> bool:
    return thing.bookable and not (by_seat and thing.is_pool)


def _drawn(thing: Thing, week: Week, things: Directory) -> Iterator[Drawn]:
    if not thing.is_pool:
        return grid.drawn(week.cells[thing.id])
    seats = [week.cells[seat.id] for seat in things.seats(thing.id)]
    return grid.drawn(week.cells[thing.id], whole_days=grid.free_all_day(seats))


def _line(thing: Thing, drawn: Iterator[Drawn], days: Sequence[str], words: dict[Cell, str]) -> Line:
    say = words if not thing.is_pool else {}
    return Line(
        _href(thing),
        thing.name,
        [
            Td(
                one.cell.kind,
                say.get(one.cell) or _word(one.cell, is_pool=thing.is_pool),
                one.span,
                f"r/{quote(thing.code)}/{days[one.day]}{one.half}" if one.cell.kind == FREE else "",
            )
            for one in drawn
        ],
    )


def _href(thing: Thing) -> str:
    """From `/coworking/week`."""
    code = quote(thing.code)
    return f"../fablab/{code}" if thing.kind == "machine" else f"r/{code}"


def _words() -> dict[Cell, str]:
    """The words that come by hundreds, said once."""
    return {grid.PAST_OR_CLOSED: "", grid.BUSY: _("pris"), grid.BROKEN: _("panne"), grid.ALL_FREE: _("libre")}


def _word(cell: Cell, *, is_pool: bool) -> str:
    if cell.kind == FREE:
        if is_pool:
            return typography.words().plural(cell.free, _("{n} libre"), _("{n} libres"))
        return _("libre") if cell.free == WHOLE else typography.words().minutes(cell.free)
    return {TAKEN: _("pris"), OUT: _("panne")}.get(cell.kind, "")


def _headings(week: Week, calendar: Calendar) -> Iterator[Heading]:
    say = typography.words()
    for number, day in enumerate(week.frame.days):
        closed = _("fermé") if calendar.closure_on(day) or not calendar.is_holiday(day) else _("férié")
        said = []
        for half, word in zip(week.frame.open[2 * number : 2 * number + 2], (_("matin"), _("ap.-m.")), strict=True):
            said.append(closed if not half else _("passé") if half[-1][1] <= week.now else word)
        alike = said[0] == said[1]
        yield Heading(say.day_short(day), day == week.today, [(said[0], 2)] if alike else [(word, 1) for word in said])


def _mine(place: Place, week: Week, member_id: int) -> list[Line]:
    """One's own things on top: their week, with what is one's own in it."""
    frame, things = week.frame, directory(place)
    period = Period(at(frame.days[0], 0, place.tz), at(frame.days[-1], 1440, place.tz))
    own: dict[int, dict[int, Td]] = {}
    for booking_id, resource_id, start, end, status in rows_of(member_id, period):
        thing = things.things.get(resource_id)
        if thing is None:
            continue
        for half in grid.touched(frame, start, end):
            own.setdefault(resource_id, {})[half] = _my_cell(booking_id, thing, status, _starts(place, start, frame, half))
    days, words = [day.isoformat() for day in frame.days], _words()
    lines = []
    for resource_id, halves in own.items():
        thing = things[resource_id]
        cells = list(week.cells[resource_id])
        for half, td in halves.items():
            cells[half] = Cell(td.kind, half)
        line = _line(thing, grid.drawn(cells), days, words)
        tds = iter(line.cells)
        drawn = [_own_td(one, next(tds), halves) for one in grid.drawn(cells)]
        lines.append(Line(line.href, line.name, _joined(drawn)))
    return lines


def _my_cell(booking_id: int, thing: Thing, status: str, hour: str) -> Td:
    is_sure = status in (Status.CONFIRMED, Status.CHECKED_IN)
    word = _("attente") if not is_sure else hour if thing.rules.sold_by == "minutes" else _("à vous")
    return Td(MINE if is_sure else WAITING, word, 1, f"../bookings/{booking_id}")


def _starts(place: Place, start: int, frame: Frame, half: int) -> str:
    """« 14 h » where it starts, « à vous » where it goes on."""
    opens, closes = frame.open[half][0][0], frame.open[half][-1][1]
    if not opens <= start < closes:
        return _("à vous")
    return typography.words().hour(datetime.fromtimestamp(start, place.tz))


def _own_td(one: Drawn, td: Td, halves: dict[int, Td]) -> Td:
    return halves[one.cell.free] if one.cell.kind in (MINE, WAITING) else td


def _joined(cells: list[Td]) -> list[Td]:
    """Two halves of one booking of one day are one cell."""
    joined: list[Td] = []
    width = 0
    for td in cells:
        if joined and width % 2 == 1 and td.span == 1 and joined[-1] == td and td.kind in (MINE, WAITING):
            joined[-1] = td._replace(span=2)
        else:
            joined.append(td)
        width += td.span
    return joined
