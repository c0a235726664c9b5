"""Calendars of elsewhere (the town hall's, another tool's), by their address or as a file: their busy times take a thing here."""

from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking.queries import directory
from app.booking.rules import Thing
from app.core import clock
from app.core.db import db
from app.core.period import Period
from app.core.refusals import Refused
from app.core.urls import PrivateAddress
from app.coworking import services
from app.coworking.forms import OutsideForm
from app.coworking.models import OutsideCalendar
from app.coworking.rules import CalendarRefused, CalendarSilent, CalendarTooLong, CalendarUnreadable, NotACalendar, busy_times
from app.place import queries as place_queries
from app.place.models import Place
from app.web import rights, words
from app.web.forms import SelectChoice

bp = Blueprint("outside", "app.coworking", url_prefix="/manage/outside", template_folder="templates")
bp.before_request(rights.only("manage_resources"))

TROUBLES = {reason.code: reason for reason in (CalendarSilent, CalendarRefused, CalendarTooLong, CalendarUnreadable, PrivateAddress)}


@bp.route("/", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Those that were read; and one more, or one of them read again under the same name for the same thing."""
    place, now = place_queries.current(), clock.now()
    things = [thing for thing in directory(place).things.values() if thing.kind not in ("pool", "space") and thing.pool_id is None]
    form = OutsideForm()
    form.thing.choices = [SelectChoice(thing.id, thing.name) for thing in things]
    rows = list(db.session.scalars(sa.select(OutsideCalendar).where(OutsideCalendar.place_id == place.id).order_by(OutsideCalendar.id)))
    if form.validate_on_submit():
        thing = directory(place)[form.thing.data]
        known = next((row.id for row in rows if row.resource_id == thing.id and row.label == form.label.data), None)
        try:
            flash(_read_so(_read(form, thing, calendar_id=known, place=place, now=now)))
            return redirect(url_for(".index"), 303)
        except Refused as refused:
            form.refuse(refused)
        except NotACalendar:
            form.file.errors = [_("Ce fichier n’est pas un agenda lisible (.ics, 1 Mo au plus).")]
    troubles = {row.id: words.said(TROUBLES[row.trouble]()) for row in rows if row.trouble in TROUBLES}
    page = render_template("coworking/outside.html", form=form, rows=rows, troubles=troubles, things=directory(place), place=place)
    return page, form.status


@bp.post("/<int:calendar_id>/reading")
def read_again(calendar_id: int) -> ResponseReturnValue:
    """Now rather than tonight."""
    row = _own(calendar_id)
    if not row.url:
        abort(404)
    try:
        flash(_read_so(services.read_again(row.id, actor_id=current_user.id, now=clock.now())))
    except Refused as refused:
        flash(f"{words.said(refused.reasons[0])} {words.next_step(refused.reasons[0])}", "bad")
    return redirect(url_for(".index"), 303)


@bp.post("/<int:calendar_id>/removal")
def forget(calendar_id: int) -> ResponseReturnValue:
    services.forget_calendar(_own(calendar_id), actor_id=current_user.id, now=clock.now())
    flash(_("Cet agenda est oublié : ses moments sont libres."))
    return redirect(url_for(".index"), 303)


def _read(form: OutsideForm, thing: Thing, *, calendar_id: int | None, place: Place, now: datetime) -> OutsideCalendar:
    """At the address that was given, else in the file that was sent."""
    gesture = {"label": form.label.data, "actor_id": current_user.id, "now": now, "calendar_id": calendar_id}
    if form.address:
        return services.follow_calendar(thing, url=form.address, **gesture)
    times = busy_times(form.file.data.read(), zone=place.tz, window=Period(now, now + services.AHEAD))
    return services.read_calendar(thing, times=times, **gesture)


def _own(calendar_id: int) -> OutsideCalendar:
    row = db.session.get(OutsideCalendar, calendar_id)
    if row is None or row.place_id != place_queries.current().id:
        abort(404)
    return row


def _read_so(read: OutsideCalendar) -> str:
    return _(
        "C’est lu : %(busy)s moments occupés, dont %(missed)s où quelqu’un d’ici avait déjà réservé.", busy=read.busy, missed=read.missed
    )
