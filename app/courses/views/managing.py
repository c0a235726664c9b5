"""Cohorts, for who runs them: the list, a new one, its page, its timetable poured, its people."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import queries as booking
from app.core import clock
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.forms import ClosureForm, CohortForm, PourForm, TrainersForm
from app.courses.models import Cohort
from app.courses.views.door import manage_bp as bp
from app.courses.views.door import may_run, run, taught
from app.courses.views.timetables import state_of, where_of
from app.members import queries as members
from app.members.views import needs
from app.place import queries as places
from app.place.models import Place
from app.web.forms import Form, SelectChoice

STATES = {"draft": "wait", "running": "free", "closed": "busy"}


@bp.get("/")
@needs("manage_courses")
def index() -> ResponseReturnValue:
    place = places.current()
    return render_template(
        "courses/manage/index.html",
        cohorts=queries.cohorts(place.id),
        versions=queries.versions(place.id),
        signs=STATES,
        words=state_words(),
    )


def state_words() -> dict[str, str]:
    return {"draft": _("en préparation"), "running": _("en cours"), "closed": _("close")}


@bp.route("/cohorts/new", methods=["GET", "POST"])
@needs("manage_courses")
def new() -> ResponseReturnValue:
    place = places.current()
    versions = queries.versions(place.id)
    if not versions:
        flash(_("Chargez d’abord un programme."), "warn")
        return redirect(url_for(".index"))
    form = CohortForm(weekdays=[0, 1, 2, 3, 4], capacity=12, cycle_weeks=1, weeks_on_site=1, tolerance_minutes=0)
    _offer(form, place)
    if form.validate_on_submit():
        try:
            cohort = services.open_cohort(place_id=place.id, actor_id=current_user.id, now=clock.now(), **_fields(form))
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La promotion est ouverte. Versez maintenant son emploi du temps."))
            return redirect(url_for(".cohort", cohort_id=cohort.id))
    return render_template("courses/manage/cohort_form.html", form=form, cohort=None), form.status


@bp.route("/cohorts/<int:cohort_id>/settings", methods=["GET", "POST"])
def change(cohort_id: int) -> ResponseReturnValue:
    cohort, place = run(cohort_id), places.current()
    form = CohortForm(obj=cohort, data={"room_id": cohort.room_id or 0})
    _offer(form, place)
    if form.validate_on_submit():
        fields = _fields(form)
        fields.pop("code")
        try:
            services.change_cohort(cohort.id, actor_id=current_user.id, now=clock.now(), **fields)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La promotion est à jour."))
            return redirect(url_for(".cohort", cohort_id=cohort.id))
    return render_template("courses/manage/cohort_form.html", form=form, cohort=cohort), form.status


@bp.get("/cohorts/<int:cohort_id>")
def cohort(cohort_id: int) -> ResponseReturnValue:
    """All of a cohort on one page: where it stands, what is missing, who is in it, what comes."""
    return _page(taught(cohort_id))


def _page(found: Cohort, *, refused: Refused | None = None) -> ResponseReturnValue:
    place, now = places.current(), clock.now()
    slots = queries.timetable(found.id)
    outline = queries.programme_of(found)
    missing = max(outline.minutes - sum(slot.minutes for slot in slots), 0)
    planned = queries.planned_minutes(found.id)
    room = booking.directory(place).any(found.room_id) if found.room_id else None
    page = render_template(
        "courses/manage/cohort.html",
        cohort=found,
        place=place,
        outline=outline,
        refused=refused,
        sign=STATES[found.state],
        word=state_words()[found.state],
        room=room.name if room else "",
        trainers=queries.trainers(found.id),
        trainees=[(one, planned[one.id]) for one in queries.trainees(found.id)],
        closures=queries.closures(found.id),
        poured=sum(slot.minutes for slot in slots),
        missing=missing if found.poured_at else 0,
        homeless=[slot for slot in slots if slot.needs_room and slot.ends_at > now],
        coming=[slot for slot in slots if slot.ends_at > now][:6],
        state_of=state_of,
        where=where_of,
        may_run=may_run(found.id),
        trainer_form=TrainersForm(formdata=None),
        closure_form=ClosureForm(formdata=None),
    )
    return page, refused.status if refused else 200


@bp.route("/cohorts/<int:cohort_id>/pouring", methods=["GET", "POST"])
def pour(cohort_id: int) -> ResponseReturnValue:
    """What pouring gives is seen before it is done."""
    found, place = run(cohort_id), places.current()
    form = PourForm()
    teachers = queries.trainers(found.id)
    form.trainer_id.choices = [SelectChoice(one.id, one.name) for one in teachers] + [SelectChoice(0, _("personne pour l’instant"))]
    trainer_id = form.trainer_id.data or None if form.is_submitted() else next((one.id for one in teachers), None)
    preview = services.preview_pouring(found.id, trainer_id=trainer_id, actor_id=current_user.id, now=clock.now())
    if form.validate_on_submit():
        try:
            services.pour_timetable(found.id, trainer_id=trainer_id, actor_id=current_user.id, now=clock.now(), despite=form.despite.data)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("L’emploi du temps est versé, et la salle est prise."))
            return redirect(url_for(".cohort", cohort_id=found.id))
    return render_template(
        "courses/manage/pouring.html", cohort=found, place=place, form=form, preview=preview, refusals=Refused(*preview.refusals)
    ), form.status


@bp.post("/cohorts/<int:cohort_id>/emptying")
def unpour(cohort_id: int) -> ResponseReturnValue:
    return _gesture(run(cohort_id), services.unpour, _("L’emploi du temps est retiré, et la salle rendue."))


@bp.post("/cohorts/<int:cohort_id>/start")
def start(cohort_id: int) -> ResponseReturnValue:
    return _gesture(run(cohort_id), services.start_cohort, _("La promotion commence : son programme est figé, on peut signer."))


@bp.post("/cohorts/<int:cohort_id>/end")
def end(cohort_id: int) -> ResponseReturnValue:
    return _gesture(run(cohort_id), services.close_cohort, _("La promotion est close."))


@bp.post("/cohorts/<int:cohort_id>/extension")
def extend(cohort_id: int) -> ResponseReturnValue:
    """To the end that pouring proposed."""
    found = run(cohort_id)
    plan = services.preview_pouring(found.id, trainer_id=None, actor_id=current_user.id, now=clock.now()).pouring
    if plan.proposed_last_day is None:
        return redirect(url_for(".pour", cohort_id=found.id))
    try:
        services.change_cohort(found.id, last_day=plan.proposed_last_day, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(found, refused=refused)
    return redirect(url_for(".pour", cohort_id=found.id))


@bp.post("/cohorts/<int:cohort_id>/closures")
def add_closure(cohort_id: int) -> ResponseReturnValue:
    found, form = run(cohort_id), ClosureForm()
    if not form.validate_on_submit():
        return _said(form, found)
    days = [*_closed(found), (form.first_day.data, form.last_day.data, form.label.data)]
    return _change(found, services.set_closures, days, _("La fermeture est notée."))


@bp.post("/cohorts/<int:cohort_id>/closures/<int:closure_id>/end")
def remove_closure(cohort_id: int, closure_id: int) -> ResponseReturnValue:
    found = run(cohort_id)
    days = [(row.first_day, row.last_day, row.label) for row in queries.closures(found.id) if row.id != closure_id]
    return _change(found, services.set_closures, days, _("La fermeture est retirée."))


@bp.post("/cohorts/<int:cohort_id>/trainers")
def add_trainer(cohort_id: int) -> ResponseReturnValue:
    found, form = run(cohort_id), TrainersForm()
    if not form.validate_on_submit():
        return _said(form, found)
    person = members.member_by_email(form.email.data)
    if person is None:
        flash(_("Personne n’a cette adresse ici. Ouvrez d’abord son compte."), "bad")
        return redirect(url_for(".cohort", cohort_id=found.id))
    team = {one.id: one.is_head for one in queries.trainers(found.id)} | {person.id: bool(form.is_head.data)}
    return _change(found, services.set_trainers, team, _("%(name)s est dans l’équipe.", name=person.name))


@bp.post("/cohorts/<int:cohort_id>/trainers/<int:member_id>/end")
def remove_trainer(cohort_id: int, member_id: int) -> ResponseReturnValue:
    found = run(cohort_id)
    team = {one.id: one.is_head for one in queries.trainers(found.id) if one.id != member_id}
    return _change(found, services.set_trainers, team, _("Cette personne n’est plus dans l’équipe."))


def _closed(found: Cohort) -> list[tuple[date, date, str]]:
    return [(row.first_day, row.last_day, row.label) for row in queries.closures(found.id)]


def _gesture(found: Cohort, gesture: Any, done: str) -> ResponseReturnValue:
    try:
        gesture(found.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(found, refused=refused)
    flash(done)
    return redirect(url_for(".cohort", cohort_id=found.id))


def _change(found: Cohort, gesture: Any, wanted: Any, done: str) -> ResponseReturnValue:
    return _gesture(found, lambda cohort_id, **who: gesture(cohort_id, wanted, **who), done)


def _said(form: Form, found: Cohort) -> ResponseReturnValue:
    for _field, label, sentence in form.problems:
        flash(f"{label}\u00a0: {sentence}" if label else sentence, "bad")
    return redirect(url_for(".cohort", cohort_id=found.id))


def _offer(form: CohortForm, place: Place) -> None:
    versions = queries.versions(place.id)
    form.programme_version_id.choices = [SelectChoice(one.id, f"{one.title} ({one.label})") for one in versions]
    form.room_id.choices = [SelectChoice(0, _("pas encore choisie")), *room_choices(place)]


def room_choices(place: Place) -> list[SelectChoice]:
    """The rooms where a cohort may meet, with their seats."""
    rooms = booking.directory(place).of_kind("room", "space", "office")
    return [SelectChoice(room.id, room.name if room.capacity < 2 else _seated(room.name, room.capacity)) for room in rooms]


def _seated(name: str, seats: int) -> str:
    return _("%(name)s, %(seats)s places", name=name, seats=seats)


def _fields(form: CohortForm) -> dict[str, Any]:
    names = ("name", "code", "programme_version_id", "first_day", "last_day", "company_first_day", "company_last_day", "capacity")
    others = ("weekdays", "cycle_weeks", "weeks_on_site", "site_weeks", "tolerance_minutes")
    fields = {name: form[name].data for name in (*names, *others)}
    fields["site_weeks"] = form.site_weeks.data or []
    return fields | {"room_id": form.room_id.data or None, "weekdays": sorted(form.weekdays.data or [0, 1, 2, 3, 4])}
