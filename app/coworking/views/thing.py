"""One thing: its week, its rules, what it costs, its QR code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

import segno
from flask import abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app.billing.queries import Asked, plans_on, price_list
from app.booking import views as say
from app.booking.models import Status
from app.booking.queries import directory, rows_of
from app.booking.rules import Thing, grid
from app.booking.rules.grid import FREE, OUT, SHUT
from app.booking.services.arriving import EARLY
from app.core import clock
from app.core.cache import Stamped
from app.core.period import Period, at, monday_of
from app.coworking.queries import FEW_MINUTES, Week, week_of
from app.coworking.views.door import bp
from app.place import queries as place_queries
from app.place.models import Place
from app.web import caching, compress, i18n, typography
from app.web.forms import LAST_DAY, asked_day
from app.web.registry import sources

OwnRow = tuple[int, int, int, int, str]  # (booking, thing, from, to, status)


Said = tuple[str, str, str]  # words, where they lead, sign


@dataclass(frozen=True, slots=True)
class Day:
    """A day of one thing."""

    day: date
    said: Sequence[Said]


_free: Stamped[list[list[Said]]] = Stamped()


@bp.get("/r/<code>")
def thing(code: str) -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    found = _named(place, code)
    if found.kind == "machine":
        return redirect(url_for("fablab.machine", code=code))
    today = now.astimezone(place.tz).date()
    monday = monday_of(asked_day("week") or today)
    stamp = (
        f"r{found.id}-{place.calendar_stamp}-{place.settings_stamp}-{monday:%y%m%d}-{int(now.timestamp()) // FEW_MINUTES}-{current_user.id}"
    )
    stamp += f"-{int(sources().is_staff())}-{sources().open_now()}".encode().hex()
    if (same := caching.unchanged(stamp)) is not None:
        return same
    week = week_of(place, monday, now=now, only=found)
    period = Period(at(week.frame.days[0], 0, place.tz), at(week.frame.days[-1], 1440, place.tz))
    own = [row for row in rows_of(current_user.id, period) if row[1] == found.id]
    asked = Asked(
        group=current_user.tariff_group, on=today, plans=[plan.code for plan in plans_on(current_user.id, today) if not plan.is_paused]
    )
    page = render_template(
        "coworking/thing.html",
        thing=found,
        title=say.title(found),
        where=say.place_of(found, directory(place).things),
        state=_state(found, place, week, now),
        days=list(_days(found, place, week, own)),
        arriving=_arriving(found, own, now),
        monday=monday,
        sunday=monday + timedelta(days=6),
        today=today,
        earlier=monday - timedelta(days=7) if monday > today else None,
        later=monday + timedelta(days=7) if monday + timedelta(days=13) <= LAST_DAY else None,
        rules=say.rules_of(found),
        prices=say.prices_of(found, price_list(place), asked),
    )
    return caching.keep(compress.allow(page), stamp)


@bp.get("/r/<code>/qr")
def qr(code: str) -> ResponseReturnValue:
    """To print and stick on it: who scans it comes to its page."""
    found = _named(place_queries.current(), code)
    if found.kind == "machine":
        return redirect(url_for("fablab.sheet", code=code))  # with what to wear, and its rules
    path = url_for(".thing", code=code)
    url = current_app.config["PUBLIC_URL"] + path
    drawn = Markup(segno.make(url, micro=False).svg_inline(border=0, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704
    return render_template("coworking/qr.html", title=say.title(found), url=url, drawn=drawn, rules=say.rules_of(found), back=path)


def _named(place: Place, code: str) -> Thing:
    return directory(place).by_code(code) or abort(404)


def _state(thing: Thing, place: Place, week: Week, now: datetime) -> tuple[str, str] | None:
    """What it is at this moment; None where another week is looked at."""
    if thing.state == "out_of_service":
        return "down", _("hors service")
    if thing.is_pool:
        return "free", typography.words().plural(thing.capacity, _("{n} place"), _("{n} places"))
    if week.today not in week.frame.days:
        return None
    seconds = int(now.timestamp())
    holder = next((holder for start, end, holder in week.rows.get(thing.id, ()) if start <= seconds < end), None)
    if holder is not None:
        return ("down", _("hors service")) if holder == "outage" else ("busy", _("pris maintenant"))
    opened = grid.frame(place_queries.calendar(place.id), week.today, 1, hours=thing.rules.hours).open
    if not any(grid.has(half, seconds) for half in opened):
        return "busy", _("le lieu est fermé")
    return "free", _("libre maintenant")


def _days(thing: Thing, place: Place, week: Week, own: list[OwnRow]) -> Iterator[Day]:
    """Day by day: what is one's own, and what anybody may have; else why there is nothing."""
    key, moment = (thing.id, week.frame.days[0], i18n.language()), week.now // FEW_MINUTES
    stamp = (place.settings_stamp, moment, week.cells[thing.id], week.rows.get(thing.id))
    free = _free.get(key, stamp, lambda: [_free_on(thing, place, week, number) for number in range(len(week.frame.days))])
    for number, day in enumerate(week.frame.days):
        begins, ends = (int(at(day, minute, place.tz).timestamp()) for minute in (0, 1440))
        mine = [
            (_("à vous %(hours)s", hours=_hours(start, end, place)), url_for("portal.booking", booking_id=booking_id), "mine")
            for booking_id, _thing, start, end, _status in own
            if begins <= start < ends
        ]
        yield Day(day, [*mine, *free[number]] or [(_why_not(thing, week, number), "", "")])


def _free_on(thing: Thing, place: Place, week: Week, number: int) -> list[Said]:
    """Halves for a desk; hours for a room."""
    day = week.frame.days[number]
    return list(_halves(thing, week, number, day) if thing.rules.sold_by != "minutes" else _stretches(thing, place, week, number, day))


def _arriving(thing: Thing, own: list[OwnRow], now: datetime) -> bool:
    """Whether one's own booking of it waits for « J’arrive »: who scans the code that is stuck on it comes here."""
    if not thing.rules.check_in:
        return False
    soon, late = int((now + EARLY).timestamp()), int(now.timestamp()) - 60 * thing.rules.no_show_after
    return any(status == Status.CONFIRMED and late < start <= soon and end > now.timestamp() for _id, _thing, start, end, status in own)


def _why_not(thing: Thing, week: Week, number: int) -> str:
    """Why a day has nothing to offer."""
    kinds = {cell.kind for cell in week.cells[thing.id][2 * number : 2 * number + 2]}
    if kinds - {SHUT, OUT}:
        return _("pris")
    opened = grid.joined(*week.frame.open[2 * number : 2 * number + 2])
    if not opened:
        return _("fermé")
    if opened[-1][1] <= week.now:
        return _("passé")
    return _("hors service") if OUT in kinds else _("trop loin")


def _halves(thing: Thing, week: Week, number: int, day: date) -> Iterator[Said]:
    for half, letter in (("morning", "m"), ("afternoon", "a")):
        cell = week.cells[thing.id][2 * number + (letter == "a")]
        if cell.kind == FREE:
            words = say.half_words(half)
            if thing.is_pool:
                words += _(" : ") + typography.words().plural(cell.free, _("une place"), _("{n} places"))
            yield words, f"/coworking/r/{quote(thing.code)}/{day}{letter}", "free"


def _stretches(thing: Thing, place: Place, week: Week, number: int, day: date) -> Iterator[Said]:
    if all(cell.kind != FREE for cell in week.cells[thing.id][2 * number : 2 * number + 2]):
        return
    half = grid.joined(*week.frame.open[2 * number : 2 * number + 2])
    for start, end in grid.free_stretches(thing, half, week.rows.get(thing.id, ()), now=week.now):
        begins, most, ends = (datetime.fromtimestamp(moment, place.tz) for moment in (start, min(end, start + 3600), end))
        asked = f"what={thing.kind}&which={quote(thing.code)}&day={day}&part=hours&start={begins:%H:%M}&end={most:%H:%M}"
        yield typography.words().from_to(begins, ends), f"/coworking/?{asked}", "free"  # by dozens: `url_for` would cost more than the rest


def _hours(start: int, end: int, place: Place) -> str:
    return typography.words().from_to(datetime.fromtimestamp(start, place.tz), datetime.fromtimestamp(end, place.tz))
