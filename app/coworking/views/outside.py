"""Calendars of elsewhere (the town hall's, another tool's): a file that is sent, and whose busy times take a thing here."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking.queries import directory
from app.core import clock
from app.core.db import db
from app.core.period import Period
from app.coworking import services
from app.coworking.forms import OutsideForm
from app.coworking.models import OutsideCalendar
from app.coworking.rules import NotACalendar, busy_times
from app.place import queries as place_queries
from app.web import rights
from app.web.forms import SelectChoice

bp = Blueprint("outside", "app.coworking", url_prefix="/manage/outside", template_folder="templates")
bp.before_request(rights.only("manage_resources"))

AHEAD = timedelta(days=400)


@bp.route("/", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Those that were read; and one more, or one of them read again under the same name for the same thing."""
    place, now = place_queries.current(), clock.now()
    things = [thing for thing in directory(place).things.values() if thing.kind not in ("pool", "space") and thing.pool_id is None]
    form = OutsideForm()
    form.thing.choices = [SelectChoice(thing.id, thing.name) for thing in things]
    rows = list(db.session.scalars(sa.select(OutsideCalendar).where(OutsideCalendar.place_id == place.id).order_by(OutsideCalendar.id)))
    if form.validate_on_submit():
        try:
            times = busy_times(form.file.data.read(), zone=place.tz, window=Period(now, now + AHEAD))
        except NotACalendar:
            form.file.errors = [_("Ce fichier n’est pas un agenda lisible (.ics, 1 Mo au plus).")]
        else:
            thing = directory(place)[form.thing.data]
            known = next((row.id for row in rows if row.resource_id == thing.id and row.label == form.label.data), None)
            read = services.read_calendar(thing, label=form.label.data, times=times, actor_id=current_user.id, now=now, calendar_id=known)
            flash(
                _(
                    "C’est lu : %(busy)s moments occupés, dont %(missed)s où quelqu’un d’ici avait déjà réservé.",
                    busy=read.busy,
                    missed=read.missed,
                )
            )
            return redirect(url_for(".index"), 303)
    page = render_template("coworking/outside.html", form=form, rows=rows, things=directory(place), place=place)
    return page, form.status


@bp.post("/<int:calendar_id>/removal")
def forget(calendar_id: int) -> ResponseReturnValue:
    row = db.session.get(OutsideCalendar, calendar_id) or abort(404)
    services.forget_calendar(row, actor_id=current_user.id, now=clock.now())
    flash(_("Cet agenda est oublié : ses moments sont libres."))
    return redirect(url_for(".index"), 303)
