"""The fablab: its machines, and each one's page: state, hours, who may use it, what it costs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import segno
from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app.billing.queries import Asked, PriceList, plans_on, price_list
from app.booking import queries as booking
from app.booking import views as say
from app.booking.models import Status
from app.booking.rules import Thing, grid
from app.booking.rules.grid import Half, Row
from app.booking.services.arriving import EARLY
from app.core import clock
from app.core.period import Period, at, day_period
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.forms import machine_form
from app.fablab.rules import Right
from app.fablab.views.door import bp
from app.members.views import needs
from app.place import queries as place_queries
from app.place.models import Place
from app.web import typography

SOON, MOST_COMING = 7, 5  # days, and people, of who comes next


@dataclass(frozen=True, slots=True)
class Now:
    """What a machine is at this moment."""

    sign: str
    word: str


@dataclass(frozen=True, slots=True)
class Own:
    """A booking of one's own on this machine today."""

    id: int
    start: int
    end: int
    status: str


@bp.get("/")
def machines() -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    things = booking.directory(place)
    listed = [thing for thing in things.of_kind("machine") if thing.bookable]
    today, seconds = now.astimezone(place.tz).date(), int(now.timestamp())
    rows = booking.rows([thing.id for thing in listed], day_period(today, place.tz))
    prices, asked = price_list(place), _asked(today)
    lines = [
        (
            thing,
            say.place_of(thing, things.things),
            _now(thing, rows.get(thing.id, ()), _open(thing, place, today), seconds, place),
            _hour_price(thing, prices, asked),
            _right_words(thing, place, today),
        )
        for thing in listed
    ]
    return render_template("fablab/machines.html", lines=lines)


@bp.get("/<code>")
def machine(code: str) -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    things = booking.directory(place)
    thing = things.by_code(code, "machine") or abort(404)
    today, seconds = now.astimezone(place.tz).date(), int(now.timestamp())
    rows = booking.rows([thing.id], day_period(today, place.tz)).get(thing.id, [])
    opened = _open(thing, place, today)
    own = [
        Own(booking_id, start, end, status)
        for booking_id, thing_id, start, end, status in booking.rows_of(current_user.id, day_period(today, place.tz))
        if thing_id == thing.id and end > seconds
    ]
    kept = {(one.start, one.end) for one in own}
    details, needed = queries.details(thing.id), queries.clearance_needed(thing)
    rights = queries.rights(current_user.id, needed, zone=place.tz) if needed else []
    return render_template(
        "fablab/machine.html",
        thing=thing,
        where=say.place_of(thing, things.things),
        place=place,
        today=today,
        now=_now(thing, rows, opened, seconds, place),
        mine=_mine(own, seconds, thing, place),
        strip=say.strip(opened[0][0], opened[-1][1], rows, kept, place.tz) if opened else None,
        free=_free(thing, rows, opened, seconds, place, today),
        details=details,
        reports=queries.reports(place.id, resource_id=thing.id),
        needed=needed,
        right=_standing(rights, today),
        upcoming=queries.next_training(needed.type_id, now=now) if needed else None,
        coming=queries.who_comes(place.id, Period(now, at(today, 1440 * SOON, place.tz)), seen_by=current_user.id)[:MOST_COMING],
        leads=queries.leads(thing.id),
        made=queries.projects_with(thing.id),
        prices=say.prices_of(thing, price_list(place), _asked(today)),
        rules=say.rules_of(thing),
    )


@bp.get("/<code>/sheet")
def sheet(code: str) -> ResponseReturnValue:
    """To print and put on it: what to wear, what to do and never do, who helps, and the code that leads to its page."""
    place = place_queries.current()
    thing = booking.directory(place).by_code(code, "machine") or abort(404)
    url = current_app.config["PUBLIC_URL"] + url_for(".here", code=code)
    drawn = segno.make(url, micro=False, error="m").svg_inline(border=0, svgclass="qr", lineclass=None, omitsize=True)
    return render_template(
        "fablab/sheet.html",
        thing=thing,
        where=say.place_of(thing, booking.directory(place).things),
        details=queries.details(thing.id),
        needed=queries.clearance_needed(thing),
        leads=queries.leads(thing.id),
        rules=say.rules_of(thing),
        url=url,
        drawn=Markup(drawn),  # noqa: S704 — drawn by segno from our own address
    )


@bp.route("/<code>/settings", methods=["GET", "POST"])
@needs("manage_machines")
def set_up_machine(code: str) -> ResponseReturnValue:
    place = place_queries.current()
    thing = booking.directory(place).by_code(code, "machine") or abort(404)
    form = machine_form(queries.machine(thing.id), leads=queries.lead_emails(thing.id), metered=thing.rules.metered)
    if form.validate_on_submit():
        try:
            services.set_up_machine(
                thing=thing,
                lead_emails=form.lead_emails,
                metered=form.metered.data,
                files={name: form[name].data or None for name in ("photo", "manual", "safety_sheet")},
                actor_id=current_user.id,
                now=clock.now(),
                **form.facts,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est enregistré."))
            return redirect(url_for(".machine", code=code))
    return render_template("fablab/settings.html", form=form, thing=thing), form.status


def state_now(thing: Thing, place: Place, now: datetime) -> Now:
    """What a machine is at this moment: its sign and its word."""
    today = now.astimezone(place.tz).date()
    rows = booking.rows([thing.id], day_period(today, place.tz)).get(thing.id, [])
    return _now(thing, rows, _open(thing, place, today), int(now.timestamp()), place)


def has_right(thing: Thing, place: Place, now: datetime) -> bool:
    """Whether this person may use it today."""
    needed = queries.clearance_needed(thing)
    return needed is None or _standing(queries.rights(current_user.id, needed, zone=place.tz), now.astimezone(place.tz).date()) is not None


def _asked(today: date) -> Asked:
    plans = [plan.code for plan in plans_on(current_user.id, today) if not plan.is_paused]
    return Asked(group=current_user.tariff_group, on=today, plans=plans)


def _open(thing: Thing, place: Place, day: date) -> Half:
    """The open stretches of the day."""
    return grid.joined(*grid.frame(place_queries.calendar(place.id), day, 1, hours=thing.rules.hours).open)


def _now(thing: Thing, rows: Iterable[Row], opened: Half, now: int, place: Place) -> Now:
    if thing.state == "out_of_service":
        return Now("down", _("en panne"))
    coming = sorted(row for row in rows if row[1] > now)
    if coming and coming[0][0] <= now:
        if coming[0][2] == "outage":
            return Now("down", _("hors service"))
        return Now("busy", _("prise jusqu’à %(hour)s", hour=_hour(coming[0][1], place)))
    if not grid.has(opened, now):
        return Now("busy", _("le lieu est fermé"))
    limit = min([row[0] for row in coming] + [opened[-1][1]])
    if thing.state == "needs_attention":
        return Now("wait", _("à surveiller, libre jusqu’à %(hour)s", hour=_hour(limit, place)))
    return Now("free", _("libre jusqu’à %(hour)s", hour=_hour(limit, place)))


def _hour(moment: int, place: Place) -> str:
    return typography.words().hour(datetime.fromtimestamp(moment, place.tz))


def _mine(own: Sequence[Own], now: int, thing: Thing, place: Place) -> dict[str, object] | None:
    """The board of who has it today."""
    if not own:
        return None
    first = own[0]
    start, end = (datetime.fromtimestamp(moment, UTC) for moment in (first.start, first.end))
    limit = first.start + 60 * thing.rules.no_show_after
    can_check_in = first.status == Status.CONFIRMED and thing.rules.check_in and first.start - EARLY.total_seconds() <= now < limit
    return {
        "id": first.id,
        "hours": typography.words().from_to(start, end, place.tz),
        "can_check_in": can_check_in,
        "limit": _hour(limit, place),
        "is_pending": first.status == Status.PENDING,
        "is_here": first.status == Status.CHECKED_IN,
    }


def _free(thing: Thing, rows: Iterable[Row], opened: Half, now: int, place: Place, today: date) -> list[tuple[str, str]]:
    """What can still be booked today: (words, address of the sentence filled so)."""
    if not thing.bookable or thing.state == "out_of_service":
        return []
    ways = []
    for start, end in grid.free_stretches(thing, opened, sorted(rows), now=now):
        begins, ends = (datetime.fromtimestamp(moment, place.tz) for moment in (start, min(end, start + 60 * thing.rules.max_minutes)))
        href = url_for(
            "coworking.book",
            what="machine",
            which=thing.code,
            day=today.isoformat(),
            part="hours",
            start=f"{begins:%H:%M}",
            end=f"{ends:%H:%M}",
        )
        ways.append((typography.words().from_to(begins, datetime.fromtimestamp(end, place.tz)), href))
    return ways


def _hour_price(thing: Thing, prices: PriceList, asked: Asked) -> int | None:
    return next((cents for _label, cents in say.prices_of(thing, prices, asked)), None)


def _standing(rights: Sequence[Right], today: date) -> Right | None:
    """The right that lasts longest, of those that stand today."""
    good = [right for right in rights if right.revoked_on is None and (right.expires_on is None or right.expires_on >= today)]
    return max(good, key=lambda right: right.expires_on or date.max, default=None)


def _right_words(thing: Thing, place: Place, today: date) -> Now:
    needed = queries.clearance_needed(thing)
    if needed is None:
        return Now("", "")
    right = _standing(queries.rights(current_user.id, needed, zone=place.tz), today)
    if right is None:
        return Now("wait", _("habilitation « %(name)s »", name=needed.name))
    return Now("done", _("vous êtes habilité·e"))
