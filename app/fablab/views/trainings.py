"""Trainings: what is coming, one's own seat, and for who organises them: planning, calling off, attendance."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.billing import queries as billing
from app.booking import queries as booking
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.forms import AttendanceForm, EmailForm, ReasonForm, TrainingForm, training_form
from app.fablab.models import Training, TrainingSeat
from app.fablab.services import Wish
from app.fablab.views.door import bp
from app.members import queries as members
from app.members.views import needs
from app.place import queries as place_queries
from app.place.models import Place


@bp.get("/trainings")
def trainings() -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    listed = queries.trainings(place.id, since=now, member_id=current_user.id)
    person = members.person(current_user.id)
    past = queries.trainings_to_record(place.id, now=now, member_id=None if may_organise() else current_user.id)
    return render_template(
        "fablab/trainings.html",
        place=place,
        lines=[(one, services.price_of(one.training, person)) for one in listed],
        to_record=past,
        may_organise=may_organise(),
    )


@bp.get("/trainings/<int:training_id>")
def training(training_id: int) -> ResponseReturnValue:
    return _page(_found(training_id))


def _page(found: Training, refused: Refused | None = None, *, add: EmailForm | None = None) -> ResponseReturnValue:
    """A session: when, by whom, what it costs; one's own seat; who comes, for who leads it."""
    place, now = place_queries.current(), clock.now()
    seat = queries.seat_of(found.id, current_user.id)
    leads = may_lead(found)
    page = render_template(
        "fablab/training.html",
        training=found,
        place=place,
        refused=refused,
        seat=seat,
        rank=queries.place_in_line(seat) if seat is not None and seat.state == "waiting" else 0,
        left=max(found.seats - queries.seated(found.id), 0),
        cents=services.price_of(found, members.person(current_user.id)),
        is_over=found.starts_at <= now,
        seats=queries.seats(found.id) if leads else [],
        leads=leads,
        may_organise=may_organise(),
        form=add or EmailForm(formdata=None),
    )
    if add is not None and add.errors:
        return page, add.status
    return page, refused.status if refused is not None else 200


@bp.post("/trainings/<int:training_id>/seat")
def enrol(training_id: int) -> ResponseReturnValue:
    found = _found(training_id)
    try:
        services.enrol(training_id=found.id, member_id=current_user.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(found, refused)
    flash(_("Votre place est prise. Le rendez-vous est dans votre courriel."))
    return redirect(url_for(".training", training_id=found.id))


@bp.post("/trainings/<int:training_id>/waiting")
def wait_for_seat(training_id: int) -> ResponseReturnValue:
    found = _found(training_id)
    try:
        services.wait_for_seat(training_id=found.id, member_id=current_user.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(found, refused)
    flash(_("Vous êtes sur la liste d’attente."))
    return redirect(url_for(".training", training_id=found.id))


@bp.post("/trainings/seats/<int:seat_id>/acceptance")
def accept_seat(seat_id: int) -> ResponseReturnValue:
    seat = _own_seat(seat_id)
    try:
        services.accept_seat(seat_id=seat.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(_found(seat.training_id), refused)
    flash(_("Votre place est prise. Le rendez-vous est dans votre courriel."))
    return redirect(url_for(".training", training_id=seat.training_id))


@bp.route("/trainings/seats/<int:seat_id>/leaving", methods=["GET", "POST"])
def leave_training(seat_id: int) -> ResponseReturnValue:
    """What comes back is said before; who leads the session may give somebody's seat up, and all comes back."""
    seat = db.session.get(TrainingSeat, seat_id) or abort(404)
    found = _found(seat.training_id)
    by_lieu = seat.member_id != current_user.id
    if by_lieu and not may_lead(found):
        abort(404)
    if request.method == "POST":
        try:
            services.leave_training(seat_id=seat.id, actor_id=current_user.id, by_lieu=by_lieu, now=clock.now())
        except Refused as refused:
            return _page(found, refused)
        flash(_("C’est rendu.") if not by_lieu else _("La place est de nouveau libre, et la personne prévenue."))
        return redirect(url_for(".training", training_id=found.id))
    refund = services.refund_of_seat(seat, found, now=clock.now(), by_lieu=by_lieu)
    return render_template(
        "fablab/leave_training.html", seat=seat, training=found, refund=refund, by_lieu=by_lieu, place=place_queries.current()
    )


# ---------------------------------------------------------------- who organises, who leads


@bp.route("/trainings/new", methods=["GET", "POST"])
@needs("manage_machines")
def plan_training() -> ResponseReturnValue:
    """What it would cancel is listed first, to be confirmed."""
    place = place_queries.current()
    form = _form(place)
    if not form.validate_on_submit():
        return render_template("fablab/plan_training.html", form=form, affected=None, place=place, training=None), form.status
    wish = Wish(period=form.period, machine_ids=form.machine_ids.data or [], **form.facts)
    try:
        made = services.plan_training(
            place=place, wish=wish, confirmed="confirmed" in request.form, actor_id=current_user.id, now=clock.now()
        )
    except Refused as refused:
        affected = services.training_would_cancel(place, machine_ids=wish.machine_ids, period=wish.period)
        if affected and "confirmed" not in request.form:
            return render_template("fablab/plan_training.html", form=form, affected=affected, place=place, training=None)
        form.refuse(refused)
        return render_template("fablab/plan_training.html", form=form, affected=None, place=place, training=None), form.status
    flash(_("L’initiation est prévue : ses machines sont retenues, et l’on peut s’y inscrire."))
    return redirect(url_for(".training", training_id=made.id))


@bp.route("/trainings/<int:training_id>/change", methods=["GET", "POST"])
@needs("manage_machines")
def change_training(training_id: int) -> ResponseReturnValue:
    """All but its hours and its machines: for those, call it off and plan another, so that nobody comes at the wrong time."""
    place, found = place_queries.current(), _found(training_id)
    form = _form(place, found)
    for settled in ("day", "start", "end", "machine_ids"):
        del form[settled]
    if form.validate_on_submit():
        try:
            services.change_training(training_id=found.id, actor_id=current_user.id, now=clock.now(), **form.facts)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est enregistré. Les places déjà prises gardent leur prix."))
            return redirect(url_for(".training", training_id=found.id))
    return render_template("fablab/plan_training.html", form=form, affected=None, place=place, training=found), form.status


@bp.route("/trainings/<int:training_id>/cancellation", methods=["GET", "POST"])
@needs("manage_machines")
def cancel_training(training_id: int) -> ResponseReturnValue:
    found = _found(training_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            services.cancel_training(training_id=found.id, reason=form.reason.data, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("L’initiation est annulée. Chaque personne est prévenue, et tout lui revient."))
            return redirect(url_for(".trainings"))
    return render_template("fablab/cancel_training.html", form=form, training=found, place=place_queries.current()), form.status


@bp.post("/trainings/<int:training_id>/people")
def add_to_training(training_id: int) -> ResponseReturnValue:
    """Who leads the session gives somebody a seat."""
    found = _found(training_id)
    if not may_lead(found):
        abort(404)
    form = EmailForm()
    if not form.validate():
        return _page(found, add=form)
    person = members.member_by_email(form.email.data)
    if person is None:
        form.email.errors = [_("Personne n’a cette adresse ici. Ouvrez-lui d’abord un compte.")]
        return _page(found, add=form)
    try:
        services.enrol(training_id=found.id, member_id=person.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(found, refused, add=form)
    flash(_("%(name)s a sa place.", name=person.name))
    return redirect(url_for(".training", training_id=found.id))


@bp.route("/trainings/<int:training_id>/attendance", methods=["GET", "POST"])
def attendance(training_id: int) -> ResponseReturnValue:
    """Who came; who of them may use the machines from that day on."""
    found = _found(training_id)
    if not may_lead(found) or found.state == "cancelled":
        abort(404)
    seats = [seat for seat in queries.seats(found.id) if seat.state in ("enrolled", "present", "absent")]
    noted = {seat.id for seat in seats if seat.state == "present"} or {seat.id for seat in seats if seat.state == "enrolled"}
    form = AttendanceForm(data={"present": list(noted), "cleared": list(noted)})
    form.offer([(seat.id, seat.member.name) for seat in seats])
    if form.validate_on_submit():
        try:
            given = services.record_attendance(
                training_id=found.id,
                present=form.present.data or [],
                cleared=form.cleared.data or [],
                actor=current_user._get_current_object(),
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté."))
            if given:
                flash(ngettext("%(num)d habilitation donnée.", "%(num)d habilitations données.", len(given)))
            return redirect(url_for(".training", training_id=found.id))
    return render_template("fablab/attendance.html", form=form, training=found, seats=seats, place=place_queries.current()), form.status


# ---------------------------------------------------------------- small things


def may_organise() -> bool:
    return bool(current_user.may("manage_machines"))


def may_lead(training: Training) -> bool:
    """Its trainer, and who looks after the machines."""
    return training.trainer_id == current_user.id or may_organise()


def _found(training_id: int) -> Training:
    return queries.training(training_id, place_id=place_queries.current().id) or abort(404)


def _own_seat(seat_id: int) -> TrainingSeat:
    seat = db.session.get(TrainingSeat, seat_id)
    if seat is None or seat.member_id != current_user.id:
        abort(404)
    return seat


def _form(place: Place, training: Training | None = None) -> TrainingForm:
    groups = [(code, name) for code, name in billing.tariff_groups(place.id) if code != "plein"]
    form = training_form(groups, training, zone=place.tz).taxed(billing.price_list(place).rate("training", clock.today(place.tz)))
    form.offer(
        zone=place.tz,
        clearances=queries.clearance_types(place.id),
        trainers=queries.possible_trainers(),
        machines=booking.directory(place).of_kind("machine"),
    )
    return form
