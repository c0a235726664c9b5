"""The floor plan: rooms drawn from above, what is free in them, and the same as a list beside."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import views as say
from app.booking.models import Status
from app.booking.queries import Directory, directory, rows_of
from app.booking.rules import Thing, grid
from app.booking.rules.grid import FREE, MINE, OUT, SHUT, TAKEN, WAITING, WHOLE, Cell
from app.core import clock
from app.core.period import day_period
from app.coworking.forms import PlanForm
from app.coworking.queries import Week, week_of
from app.coworking.views.door import bp
from app.coworking.views.drawing import backdrop
from app.coworking.views.wishing import usual_wish
from app.place import queries as place_queries
from app.place.models import Place
from app.web import caching, compress, typography
from app.web.registry import sources

SORTS = ("pool", "desk", "office", "room", "booth", "machine", "space")  # the order of the list
LETTER = 7.4  # width of a letter of a box's name, in units of the plan
# a cell's kind → the class of the plan's shape, and the sign of the list
SHAPES = {FREE: ("", "free"), MINE: ("me", "mine"), TAKEN: ("x", "busy"), WAITING: ("q", "wait"), OUT: ("off", "down"), SHUT: ("x", "busy")}


@dataclass(frozen=True, slots=True)
class Box:
    """A thing on the plan."""

    x: int
    y: int
    width: int
    height: int
    label: str
    word: str
    spoken: str
    shape: str
    href: str


@dataclass(frozen=True, slots=True)
class Item:
    """Things of the list that say the same."""

    title: str
    detail: str
    sign: str
    word: str
    href: str


@bp.get("/plan")
def plan() -> ResponseReturnValue:
    place, now, form = place_queries.current(), clock.now(), PlanForm()
    usual = usual_wish(place)
    day = form.day.data or usual.day
    half = form.half.data if form.half.data in ("morning", "afternoon") else usual.part if day == usual.day else "morning"
    stamp = (
        f"{place.id}-{place.calendar_stamp}-{place.settings_stamp}-{day:%y%m%d}{half[0]}-{int(now.timestamp()) // 900}-{current_user.id}"
    )
    stamp += f"-{int(sources().is_staff())}-{sources().open_now()}".encode().hex()
    if (same := caching.unchanged(stamp)) is not None:
        return same
    things, week = directory(place), week_of(place, day, now=now, days=1)
    cells = _cells(place, week, day, half)
    page = render_template(
        "coworking/plan.html",
        day=day,
        half=half,
        half_words=say.half_words(half),
        today=week.today,
        ways=_ways(day, half, week.today),
        rooms=[thing for thing in things.of_kind("space") if thing.plan_box],
        boxes=list(_boxes(things, cells, day, half)),
        backdrop=(under := backdrop(place.id)),
        height=max(_height(things), under[3] if under else 0),
        items=list(_items(things, cells, day, half)),
        signs=[(SHAPES[kind][1], _word(Cell(kind), SHAPES[kind][1])) for kind in (FREE, TAKEN, MINE, WAITING, OUT)],
    )
    return caching.keep(compress.allow(page), stamp)


def _cells(place: Place, week: Week, day: date, half: str) -> dict[int, tuple[Cell, str]]:
    """What each thing says then, and where it leads."""
    number = 0 if half == "morning" else 1
    cells = {thing_id: (found[number], "") for thing_id, found in week.cells.items()}
    for booking_id, thing_id, start, end, status in rows_of(current_user.id, day_period(day, place.tz)):
        if number in grid.touched(week.frame, start, end) and thing_id in cells:
            is_sure = status in (Status.CONFIRMED, Status.CHECKED_IN)
            cells[thing_id] = (Cell(MINE if is_sure else WAITING), url_for("portal.booking", booking_id=booking_id))
    return cells


def _boxes(things: Directory, cells: dict[int, tuple[Cell, str]], day: date, half: str) -> Iterator[Box]:
    for thing in things.things.values():
        if not thing.plan_box or thing.kind in ("space", "pool") or not thing.bookable:
            continue
        cell, href = cells[thing.id]
        word = _word(cell, SHAPES[cell.kind][1])
        x, y, width, height = thing.plan_box
        yield Box(
            *(x, y, width, height),
            label=_fitted(thing, width),
            word=word,
            spoken=", ".join([say.title(thing), word, *([_("réserver")] if cell.kind == FREE else [])]),
            shape=SHAPES[cell.kind][0],
            href=href or (_book_url(thing, day, half) if cell.kind == FREE else ""),
        )


def _items(things: Directory, cells: dict[int, tuple[Cell, str]], day: date, half: str) -> Iterator[Item]:
    """One's own first, then what is free (a pool as one line), what waits, what is broken; all the rest in one line."""
    listed = sorted(
        (thing for thing in things.things.values() if thing.bookable and thing.pool_id is None), key=lambda thing: SORTS.index(thing.kind)
    )
    own = [thing for thing in things.things.values() if cells[thing.id][0].kind in (MINE, WAITING)]
    for thing in own:
        yield _item(thing, things, cells[thing.id], day, half)
    for kind in (FREE, OUT):
        for thing in listed:
            if cells[thing.id][0].kind == kind:
                yield _item(thing, things, cells[thing.id], day, half)
    rest = [thing for thing in listed if cells[thing.id][0].kind in (TAKEN, SHUT)]
    if rest:
        everything = len(rest) == len(listed)
        yield Item(_("Tout") if everything else _("Tout le reste"), _counted(rest), "busy", _word(Cell(TAKEN), "busy"), "")


def _item(thing: Thing, things: Directory, said: tuple[Cell, str], day: date, half: str) -> Item:
    cell, href = said
    detail = say.place_of(thing, things.things)
    if cell.kind == FREE and thing.is_pool:
        detail = typography.words().plural(cell.free, _("une place libre"), _("{n} places libres"))
    elif cell.kind == FREE and cell.free != WHOLE:
        detail = ", ".join(filter(None, (detail, _("%(time)s de libre", time=typography.words().minutes(cell.free)))))
    sign = SHAPES[cell.kind][1]
    return Item(say.title(thing), detail, sign, _word(cell, sign), href or (_book_url(thing, day, half) if cell.kind == FREE else ""))


def _word(cell: Cell, sign: str) -> str:
    if cell.kind == SHUT:
        return _("fermé")
    return {"free": _("libre"), "mine": _("à vous"), "busy": _("pris"), "wait": _("attente"), "down": _("panne")}[sign]


def _counted(rest: Iterable[Thing]) -> str:
    """« 8 postes, 3 salles, 2 machines »."""
    words, listed = typography.words(), list(rest)
    sorts = (
        (("desk", "pool"), _("poste"), _("postes")),
        (("office",), _("bureau"), _("bureaux")),
        (("room", "booth", "space"), _("salle"), _("salles")),
        (("machine",), _("machine"), _("machines")),
    )
    counts = [(sum(thing.kind in kinds for thing in listed), one, many) for kinds, one, many in sorts]
    return words.listed(words.plural(count, one, many) for count, one, many in counts if count)


def _book_url(thing: Thing, day: date, half: str) -> str:
    return url_for(".book_thing", code=thing.code, day=day.isoformat(), half="m" if half == "morning" else "a")


def _fitted(thing: Thing, width: int) -> str:
    """The name where it fits in its box, else its mark, else its beginning; all of it is read aloud."""
    most = int((width - 6) / LETTER)
    short = thing.name if len(thing.name) <= most or len(thing.code) > most or thing.kind == "machine" else thing.code
    return short if len(short) <= most else short[: most - 1].rstrip() + "…"


def _height(things: Directory) -> int:
    boxes = [thing.plan_box for thing in things.things.values() if thing.plan_box]
    return max((box[1] + box[3] for box in boxes), default=0) + 4


def _ways(day: date, half: str, today: date) -> list[tuple[str, str]]:
    """The other half, yesterday's tomorrow, the next days."""
    other = "afternoon" if half == "morning" else "morning"
    ways = [(say.half_words(other), url_for(".plan", day=day.isoformat(), half=other))]
    if day != today:
        ways.append((_("aujourd’hui"), url_for(".plan")))
    following = day + timedelta(days=1)
    words = _("demain") if following == today + timedelta(days=1) else typography.words().day(following)
    return [*ways, (words, url_for(".plan", day=following.isoformat(), half="morning"))]
