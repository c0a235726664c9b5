"""Sessions one by one, for who runs the cohort: add, move, exchange, cancel, write a word."""

from collections.abc import Callable, Sequence
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.forms import AddSessionForm, CancelSessionForm, MoveForm, NoteForm, SwapForm
from app.courses.models import Cohort, CourseSession
from app.courses.views.door import manage_bp as bp
from app.courses.views.door import run, run_session
from app.courses.views.managing import room_choices
from app.courses.views.timetables import month_asked
from app.place import queries as places
from app.web import typography
from app.web.forms import Form, SelectChoice


@bp.route("/cohorts/<int:cohort_id>/sessions/new", methods=["GET", "POST"])
def add(cohort_id: int) -> ResponseReturnValue:
    cohort, place = run(cohort_id), places.current()
    form = AddSessionForm(data={"room_id": cohort.room_id or 0, "half": "morning"})
    _offer(form, cohort)
    form.sequence_id.choices = [SelectChoice(one.id, f"{one.code}, {one.title}") for one in queries.sequences(cohort.programme_version_id)]
    if form.validate_on_submit():
        try:
            added = services.add_session(
                cohort.id,
                sequence_id=form.sequence_id.data,
                day=form.day.data,
                half=form.half.data,
                where=form.where.data,
                trainer_id=form.trainer_id.data or None,
                room_id=form.room_id.data or None,
                holiday_reason=form.holiday_reason.data,
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La séance est ajoutée."))
            return redirect(url_for("courses.session", session_id=added.id))
    return render_template(
        "courses/manage/session_form.html", form=form, cohort=cohort, one=None, place=place, title=_("Ajouter une séance"), months=()
    ), form.status


@bp.route("/sessions/<int:session_id>/moving", methods=["GET", "POST"])
def move(session_id: int) -> ResponseReturnValue:
    found = run_session(session_id)
    form = MoveForm(
        data={"day": found.day, "half": found.half, "room_id": found.room_id or 0, "trainer_id": found.trainer_id or 0}
        | {"holiday_reason": found.holiday_reason}
    )
    _offer(form, found.cohort)

    def gesture() -> None:
        services.move_session(
            found.id,
            day=form.day.data,
            half=form.half.data,
            room_id=form.room_id.data or None,
            trainer_id=form.trainer_id.data or None,
            keeps_trainer=False,
            holiday_reason=form.holiday_reason.data,
            actor_id=current_user.id,
            now=clock.now(),
        )

    return _answer(form, found, gesture, _("Déplacer la séance"), _("La séance est déplacée, et chacun prévenu."))


@bp.route("/sessions/<int:session_id>/swap", methods=["GET", "POST"])
def swap(session_id: int) -> ResponseReturnValue:
    """With which one, a month at a time: six months of half-days are too many to choose from."""
    found, now, words = run_session(session_id), clock.now(), typography.words()
    place, form = places.current(), SwapForm()
    others = [slot for slot in queries.timetable(found.cohort_id) if slot.starts_at > now and slot.id != found.id]
    months = sorted({slot.day.replace(day=1) for slot in others})
    shown = month_asked(months, request.args.get("month", f"{found.day:%Y-%m}"), found.day)
    form.other_id.choices = [
        SelectChoice(one.id, _("%(what)s\u00a0: %(which)s", what=words.span(one.starts_at, one.ends_at, place.tz), which=one.title))
        for one in others
        if one.day.replace(day=1) == shown or request.method == "POST"
    ]

    def gesture() -> None:
        services.swap_sessions(found.id, form.other_id.data, actor_id=current_user.id, now=now)

    return _answer(
        form, found, gesture, _("Échanger deux séances"), _("Les deux séances sont échangées, et chacun prévenu."), months, shown
    )


@bp.route("/sessions/<int:session_id>/cancellation", methods=["GET", "POST"])
def cancel(session_id: int) -> ResponseReturnValue:
    found, form = run_session(session_id), CancelSessionForm()

    def gesture() -> None:
        services.cancel_session(found.id, reason=form.reason.data, actor_id=current_user.id, now=clock.now())

    return _answer(form, found, gesture, _("Annuler la séance"), _("La séance est annulée, sa salle rendue, et chacun prévenu."))


@bp.route("/sessions/<int:session_id>/note", methods=["GET", "POST"])
def note(session_id: int) -> ResponseReturnValue:
    found = run_session(session_id)
    form = NoteForm(data={"note": found.note})

    def gesture() -> None:
        services.note_session(found.id, note=form.note.data, actor_id=current_user.id, now=clock.now())

    return _answer(form, found, gesture, _("Écrire un mot"), _("C’est écrit : les stagiaires le liront avec la séance."))


def _answer(
    form: Form,
    found: CourseSession,
    gesture: Callable[[], None],
    title: str,
    done: str,
    months: Sequence[date] = (),
    shown: date | None = None,
) -> ResponseReturnValue:
    """`months`: those to choose from, of which one is `shown`."""
    if form.validate_on_submit():
        try:
            gesture()
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(done)
            return redirect(url_for("courses.session", session_id=found.id))
    return render_template(
        "courses/manage/session_form.html",
        form=form,
        cohort=found.cohort,
        one=found,
        place=places.current(),
        title=title,
        months=months,
        shown=shown,
    ), form.status


def _offer(form: MoveForm, cohort: Cohort) -> None:
    form.room_id.choices = [SelectChoice(0, _("celle de la promotion")), *room_choices(places.current())]
    form.trainer_id.choices = [
        SelectChoice(0, _("personne pour l’instant")),
        *(SelectChoice(one.id, one.name) for one in queries.trainers(cohort.id)),
    ]
