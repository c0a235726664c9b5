"""The weeks in a company: for the trainee, the team, and a tutor who has a link and no account."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses import queries
from app.courses.forms.company import AgreementForm, OwnWeekForm, VisitForm, tutor_form
from app.courses.models import CompanyAgreement, Enrolment
from app.courses.queries import company as reads
from app.courses.queries import learning
from app.courses.queries.company import Week
from app.courses.rules.seeing import Viewer
from app.courses.services import company as services
from app.courses.views.door import looking_at, may_run, run_enrolment, taught
from app.place import queries as places
from app.web.downloads import shown
from app.web.forms import SelectChoice
from app.web.typography import words

bp = Blueprint("company", "app.courses", url_prefix="/courses/company", template_folder="templates")


@bp.get("/")
def mine() -> ResponseReturnValue:
    """One's own weeks in a company."""
    paths = queries.enrolments_of(current_user.id)
    if not paths:
        abort(404)
    return redirect(url_for(".person", enrolment_id=paths[0].id))


@bp.get("/cohorts/<int:cohort_id>")
def cohort(cohort_id: int) -> ResponseReturnValue:
    """Who is where, what is signed and what is not, visits to make."""
    found = taught(cohort_id)
    agreements = reads.agreements_in(cohort_id)
    agreed = {row.enrolment_id for row in agreements}
    waiting = {row.id: _waiting(row) for row in agreements}
    trainees = [one for one in queries.trainees(cohort_id) if one.id not in agreed and one.status == "enrolled"]
    return render_template(
        "courses/company/cohort.html", cohort=found, agreements=agreements, waiting=waiting, without=trainees, may_run=may_run(cohort_id)
    )


@bp.get("/enrolments/<int:enrolment_id>")
def person(enrolment_id: int) -> ResponseReturnValue:
    """The agreement of somebody, their weeks, and the grid, each for who may see it."""
    enrolment, viewer = _seen(enrolment_id)
    agreements = reads.agreements_of([enrolment.id])
    is_own, shows_grades = enrolment.member_id == current_user.id, viewer.sees("grades", member_id=enrolment.member_id)
    return render_template(
        "courses/company/person.html",
        enrolment=enrolment,
        agreements=[(row, _seen_weeks(row, viewer), reads.levels(row.id) if shows_grades else {}) for row in agreements],
        competences=learning.competences(enrolment.cohort.programme_version_id),
        is_own=is_own,
        shows_visit=is_own or viewer.is_trainer or viewer.is_head,
        may_run=may_run(enrolment.cohort_id),
        now=clock.now(),
        place=places.current(),
    )


@bp.route("/enrolments/<int:enrolment_id>/agreements/new", methods=["GET", "POST"])
def new(enrolment_id: int) -> ResponseReturnValue:
    enrolment = run_enrolment(enrolment_id)
    cohort = enrolment.cohort
    form = AgreementForm(first_day=cohort.company_first_day, last_day=cohort.company_last_day)
    if form.validate_on_submit():
        try:
            services.agree(enrolment.id, actor_id=current_user.id, now=clock.now(), **_fields(form))
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La convention est écrite. Imprimez-la, faites-la signer, puis notez le jour de la signature."))
            return redirect(url_for(".person", enrolment_id=enrolment.id))
    return render_template("courses/company/agreement.html", form=form, enrolment=enrolment), form.status


@bp.route("/agreements/<int:agreement_id>", methods=["GET", "POST"])
def change(agreement_id: int) -> ResponseReturnValue:
    row = _run(agreement_id)
    form = AgreementForm(obj=row)
    if form.validate_on_submit():
        try:
            services.change_agreement(row.id, actor_id=current_user.id, now=clock.now(), **_fields(form))
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La convention est à jour."))
            return redirect(url_for(".person", enrolment_id=row.enrolment_id))
    return render_template("courses/company/agreement.html", form=form, enrolment=row.enrolment), form.status


@bp.route("/agreements/<int:agreement_id>/visit", methods=["GET", "POST"])
def visit(agreement_id: int) -> ResponseReturnValue:
    row = reads.agreement(agreement_id) or abort(404)
    viewer = looking_at(row.enrolment.cohort_id)
    if not (viewer.is_trainer or viewer.is_head):  # notes of the team are the team's
        abort(404)
    form = VisitForm(data={"visited_on": row.visited_on, "notes": row.visit_notes})
    if form.validate_on_submit():
        services.note_visit(row.id, visited_on=form.visited_on.data, notes=form.notes.data, actor_id=current_user.id, now=clock.now())
        flash(_("La visite est notée."))
        return redirect(url_for(".person", enrolment_id=row.enrolment_id))
    return render_template("courses/company/visit.html", form=form, row=row), form.status


@bp.get("/agreements/<int:agreement_id>.pdf")
def agreement_pdf(agreement_id: int) -> ResponseReturnValue:
    row = reads.agreement(agreement_id) or abort(404)
    _seen(row.enrolment_id)
    return shown(services.agreement_paper(row).pdf(), name="convention.pdf")


@bp.get("/agreements/<int:agreement_id>/weeks/<day>.pdf")
def week_pdf(agreement_id: int, day: str) -> ResponseReturnValue:
    """As signed so far; to be signed by hand when a tutor has no e-mail."""
    row = reads.agreement(agreement_id) or abort(404)
    _enrolment, viewer = _seen(row.enrolment_id)
    week = reads.week(row, _day(day))
    if week is None or week not in _seen_weeks(row, viewer):
        abort(404)
    return shown(services.week_paper(row, week).pdf(), name=f"entreprise-{day}.pdf")


@bp.route("/agreements/<int:agreement_id>/weeks/<day>", methods=["GET", "POST"])
def week(agreement_id: int, day: str) -> ResponseReturnValue:
    """A trainee signs their own week."""
    row = reads.agreement(agreement_id) or abort(404)
    found = reads.week(row, _day(day))
    if row.enrolment.member_id != current_user.id or found is None:
        abort(404)
    form = OwnWeekForm()
    form.present.choices = _choices(found)
    if not form.is_submitted():
        form.present.data = [one.id for one in found.half_days]
    if form.validate_on_submit():
        try:
            services.sign_own_week(
                row.id, found.monday, present=form.present.data or (), work=form.work.data, actor_id=current_user.id, now=clock.now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Votre semaine est signée."))
            return redirect(url_for(".person", enrolment_id=row.enrolment_id))
    return render_template("courses/company/week.html", form=form, row=row, week=found), form.status


@bp.route("/tutor/<token>", methods=["GET", "POST"])
def tutor(token: str) -> ResponseReturnValue:
    """The week as its tutor says it, without an account: the link is the proof."""
    try:
        row, monday = services.by_token(token, now=clock.now())
    except LookupError:
        return render_template("courses/company/link_spent.html"), 404
    found = reads.week(row, monday)
    if found is None:
        return render_template("courses/company/link_spent.html"), 404
    competences = learning.competences(row.enrolment.cohort.programme_version_id)
    said = reads.levels(row.id)
    form = tutor_form(competences)(data={f"level_{one.id}": said.get(one.id, -1) for one in competences})
    form.present.choices = _choices(found)
    if not form.is_submitted():
        form.present.data = [one.id for one in found.half_days]
    if form.validate_on_submit():
        levels = {one.id: form[f"level_{one.id}"].data for one in competences if form[f"level_{one.id}"].data >= 0}
        try:
            services.sign_tutor_week(token, present=form.present.data or (), remark=form.remark.data, levels=levels, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(url_for(".tutor", token=token))
    signed_at = found.row.tutor_signed_at if found.row else None
    page = render_template("courses/company/tutor.html", form=form, row=row, week=found, signed_at=signed_at, zone=places.current().tz)
    return page, form.status


def _seen(enrolment_id: int) -> tuple[Enrolment, Viewer]:
    """Somebody's weeks in a company: for them, their trainers, the head and the manager."""
    enrolment = queries.enrolment(enrolment_id, places.current().id) or abort(404)
    viewer = looking_at(enrolment.cohort_id)
    if enrolment.member_id != current_user.id and not viewer.is_staff:
        abort(404)
    return enrolment, viewer


def _seen_weeks(row: CompanyAgreement, viewer: Viewer) -> list[Week]:
    """A trainer sees the weeks of half-days that are theirs; the others of who may, see all."""
    who = {"member_id": row.enrolment.member_id, "enrolment_id": row.enrolment_id}
    return [
        one for one in reads.weeks(row) if any(viewer.sees("company_minutes", trainer_id=half.trainer_id, **who) for half in one.half_days)
    ]


def _waiting(row: CompanyAgreement) -> int:
    """The weeks that are over and not signed by both."""
    return sum(1 for one in reads.weeks(row) if one.ends_at <= clock.now() and one.settled is None)


def _run(agreement_id: int) -> CompanyAgreement:
    row = reads.agreement(agreement_id) or abort(404)
    run_enrolment(row.enrolment_id)
    return row


def _fields(form: AgreementForm) -> dict[str, Any]:
    names = ("company", "siret", "address", "tutor_name", "tutor_role", "tutor_email", "tasks", "first_day", "last_day", "signed_on")
    return {name: form[name].data for name in names}


def _choices(week: Week) -> list[SelectChoice]:
    from_half = {"morning": _("matin"), "afternoon": _("après-midi")}
    return [SelectChoice(one.id, f"{words().day(one.day)}, {from_half[one.half]}") for one in week.half_days]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)
