"""What trainees think and became, and complaints: for each person, and for who runs the course."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses.forms.listening import AnswerForm, ComplaintForm, FollowUpForm, RegisterForm, ReportForm, survey_form
from app.courses.models import FollowUp
from app.courses.queries import listening as queries
from app.courses.rules import listening as rules
from app.courses.services import listening as services
from app.courses.views.door import may_run, run, seen_cohort
from app.members.rules import Limit
from app.members.services import throttle
from app.members.views import needs
from app.place import queries as places

REPORT = Limit("report", by_account=30, by_address=6, within=timedelta(hours=1))  # of everybody together, then of one address

bp = Blueprint("listening", "app.courses", url_prefix="/courses", template_folder="templates")


@bp.route("/voice", methods=["GET", "POST"])
def mine() -> ResponseReturnValue:
    """What is asked of somebody, what they became, what they complained about and its answers."""
    form = ComplaintForm()
    if form.validate_on_submit():
        is_discreet = form.discreet.data
        services.complain(
            place_id=places.current().id, kind=form.kind.data, text=form.text.data, actor_id=current_user.id, now=clock.now(),
            member_id=None if is_discreet else current_user.id,
        )  # fmt: skip
        flash(_("C’est arrivé. Une réponse vient sous quinze jours.") if not is_discreet else _("C’est arrivé, sans votre nom."))
        return redirect(url_for(".mine"))
    page = render_template(
        "courses/voice/mine.html",
        form=form,
        surveys=queries.invitations_of(current_user.id),
        follow_ups=queries.own_follow_ups(current_user.id),
        complaints=queries.complaints_of(current_user.id),
        names=rules.SURVEYS,
        kinds=rules.KINDS,
    )
    return page, form.status


@bp.route("/report", methods=["GET", "POST"])
def report() -> ResponseReturnValue:
    """For anybody, without an account and without a name: somebody from outside, or who would rather not be known."""
    form = ReportForm()
    if form.validate_on_submit():
        try:
            throttle.count_attempt(REPORT, account="report", address=request.remote_addr or "")
        except Refused as refused:
            form.refuse(refused)
        else:
            said = {name: form[name].data for name in ("kind", "text", "received_by")}
            row = services.complain(place_id=places.current().id, actor_id=None, now=clock.now(), **said)
            return redirect(url_for(".report", sent=row.id), 303)
    sent = request.args.get("sent", type=int)
    return render_template("courses/voice/report.html", form=form, sent=sent, days=rules.ANSWER_DAYS), form.status


@bp.route("/cohorts/<int:cohort_id>/surveys/<survey>", methods=["GET", "POST"])
def survey(cohort_id: int, survey: str) -> ResponseReturnValue:
    if survey not in rules.SURVEYS or queries.invitation(cohort_id, survey, current_user.id) is None:
        abort(404)
    form = survey_form(survey)()
    if form.validate_on_submit():
        marks = {number: form[f"q{number}"].data for number in range(len(rules.QUESTIONS[survey]))}
        try:
            services.answer_survey(cohort_id, survey, marks=marks, words=form["words"].data, member_id=current_user.id)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Merci. Rien ne relie cette réponse à vous."))
            return redirect(url_for(".mine"))
    return render_template("courses/voice/survey.html", form=form, name=rules.SURVEYS[survey]), form.status


@bp.route("/enrolments/<int:enrolment_id>/follow-up/<int:months>", methods=["GET", "POST"])
def follow_up(enrolment_id: int, months: int) -> ResponseReturnValue:
    """By the person, or by who runs the course after a call."""
    row = _follow_up(enrolment_id, months)
    is_own = row.enrolment.member_id == current_user.id
    form = FollowUpForm(data={"situation": row.situation or None})
    if form.validate_on_submit():
        services.note_follow_up(enrolment_id, months, form.situation.data, actor_id=current_user.id, now=clock.now())
        flash(_("Merci, c’est noté."))
        return redirect(url_for(".mine") if is_own else url_for(".cohort", cohort_id=row.enrolment.cohort_id))
    return render_template("courses/voice/follow_up.html", form=form, row=row, is_own=is_own), form.status


@bp.get("/cohorts/<int:cohort_id>/surveys")
def cohort(cohort_id: int) -> ResponseReturnValue:
    """Results from five answers on, for everybody of the cohort; who is still to be called, for who runs it."""
    found = seen_cohort(cohort_id)
    runs = may_run(cohort_id)
    return render_template(
        "courses/voice/cohort.html",
        cohort=found,
        results=queries.results(cohort_id),
        insertions=queries.insertions(cohort_id),
        to_call=[row for row in queries.follow_ups(cohort_id) if row.answered_at is None] if runs else [],
        names=rules.SURVEYS,
        least=5,
        runs=runs,
    )


@bp.route("/complaints", methods=["GET", "POST"])
@needs("manage_courses")
def complaints() -> ResponseReturnValue:
    """The register, with those that came by letter or telephone."""
    form, place = RegisterForm(), places.current()
    if form.validate_on_submit():
        services.complain(
            place_id=place.id, kind=form.kind.data, text=form.text.data, received_by=form.received_by.data, actor_id=current_user.id,
            now=clock.now(),
        )  # fmt: skip
        flash(_("La réclamation est au registre."))
        return redirect(url_for(".complaints"))
    today = clock.today(place.tz)
    page = render_template(
        "courses/voice/complaints.html", form=form, rows=queries.complaints(place.id), kinds=rules.KINDS, today=today, zone=place.tz
    )
    return page, form.status


@bp.route("/complaints/<int:complaint_id>", methods=["GET", "POST"])
@needs("manage_courses")
def complaint(complaint_id: int) -> ResponseReturnValue:
    place = places.current()
    row = queries.complaint(complaint_id, place.id) or abort(404)
    form = AnswerForm(data={"answer": row.answer, "improvement": row.improvement, "is_closed": row.closed_at is not None})
    if form.validate_on_submit():
        said = {name: form[name].data for name in ("answer", "improvement", "is_closed")}
        services.answer_complaint(row.id, actor_id=current_user.id, now=clock.now(), **said)
        flash(_("La réponse est écrite."))
        return redirect(url_for(".complaints"))
    return render_template("courses/voice/complaint.html", form=form, row=row, kinds=rules.KINDS, zone=place.tz), form.status


def _follow_up(enrolment_id: int, months: int) -> FollowUp:
    row = queries.follow_up(enrolment_id, months) or abort(404)
    if row.enrolment.member_id != current_user.id:
        run(row.enrolment.cohort_id)
    return row
