"""Looking after machines: what is reported, outages, tasks, and the log of each machine."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.booking import queries as booking
from app.booking import services as engine
from app.booking.rules import Thing
from app.core import clock
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.forms import NoteForm, OutageForm, sent_photo
from app.fablab.views.door import bp
from app.fablab.views.here import may_decide
from app.members.views import needs
from app.place import queries as place_queries


@bp.get("/upkeep")
@needs("manage_machines")
def upkeep() -> ResponseReturnValue:
    """What waits for somebody, on all the machines."""
    place = place_queries.current()
    things = booking.directory(place).of_kind("machine")
    stopped = [(thing, outage) for thing in things for outage in booking.outages(thing.id, now=clock.now())]
    return render_template(
        "fablab/upkeep.html",
        place=place,
        reports=queries.reports(place.id),
        tasks=queries.tasks(place.id),
        stopped=stopped,
        machines=things,
    )


@bp.get("/<code>/log")
def machine_log(code: str) -> ResponseReturnValue:
    """What happened to it; everybody may read it, who looks after it may write."""
    thing = _found(code)
    machine = queries.machine(thing.id)
    return render_template(
        "fablab/log.html",
        thing=thing,
        place=place_queries.current(),
        entries=queries.log(thing.id),
        counters=queries.counters(machine) if machine is not None else [],
        tasks=queries.tasks(thing.place_id, resource_id=thing.id),
        reports=queries.reports(thing.place_id, resource_id=thing.id),
        may_decide=may_decide(thing),
    )


@bp.route("/<code>/log/new", methods=["GET", "POST"])
def note_intervention(code: str) -> ResponseReturnValue:
    thing = _decided(code)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            services.note_intervention(thing=thing, text=form.text.data, actor_id=current_user.id, photo=sent_photo(form), now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est dans le carnet de la machine."))
            return redirect(url_for(".machine_log", code=code))
    return render_template(
        "fablab/note.html", form=form, thing=thing, title=_("Noter une intervention"), place=place_queries.current()
    ), form.status


@bp.route("/<code>/outage", methods=["GET", "POST"])
def declare_outage(code: str) -> ResponseReturnValue:
    """Until when; then what it would cancel, to be confirmed."""
    thing, place = _decided(code), place_queries.current()
    form = OutageForm(now=clock.now(), zone=place.tz)
    if not form.validate_on_submit():
        return render_template("fablab/outage.html", form=form, thing=thing, affected=None, place=place), form.status
    if "confirmed" not in request.form:
        affected = engine.outage_would_cancel(thing, starts_at=form.starts_at, ends_at=form.ends_at)
        return render_template("fablab/outage.html", form=form, thing=thing, affected=affected, place=place)
    blocked = services.decide_outage(
        thing=thing, starts_at=form.starts_at, ends_at=form.ends_at, reason=form.reason.data, actor_id=current_user.id, now=clock.now()
    )
    flash(_("%(name)s est hors service.", name=thing.name))
    if blocked.cancelled:
        flash(
            ngettext(
                "%(num)d réservation a été annulée et rendue ; la personne est prévenue.",
                "%(num)d réservations ont été annulées et rendues ; les personnes sont prévenues.",
                len(blocked.cancelled),
            )
        )
    return redirect(url_for(".machine_log", code=code))


@bp.route("/<code>/repair", methods=["GET", "POST"])
def back_in_service(code: str) -> ResponseReturnValue:
    """It works again: what was done is written down."""
    thing = _decided(code)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            services.back_in_service(thing=thing, note=form.text.data, actor_id=current_user.id, photo=sent_photo(form), now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("%(name)s est de nouveau en service.", name=thing.name))
            return redirect(url_for(".machine_log", code=code))
    return render_template("fablab/note.html", form=form, thing=thing, title=_("Elle remarche"), place=place_queries.current()), form.status


@bp.route("/tasks/<int:task_id>", methods=["GET", "POST"])
def finish_task(task_id: int) -> ResponseReturnValue:
    task = queries.task(task_id, place_id=place_queries.current().id) or abort(404)
    thing = booking.directory(place_queries.current()).any(task.resource_id)
    if not may_decide(thing):
        abort(404)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            services.finish_task(task_id=task.id, note=form.text.data, actor_id=current_user.id, photo=sent_photo(form), now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est fait, et c’est dans le carnet de la machine."))
            return redirect(url_for(".machine_log", code=thing.code))
    return render_template("fablab/note.html", form=form, thing=thing, title=task.counter.name, place=place_queries.current()), form.status


def _found(code: str) -> Thing:
    return booking.directory(place_queries.current()).by_code(code, "machine") or abort(404)


def _decided(code: str) -> Thing:
    thing = _found(code)
    if not may_decide(thing):
        abort(404)
    return thing
