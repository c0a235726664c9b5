"""Admission: asking to follow a cohort and one's answers; for who runs it, applications met and decided; the convocation."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.db import db
from app.core.period import at
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.forms.admission import DECISIONS, ApplyForm, DecisionForm, EntryForm, InterviewForm
from app.courses.forms.cohorts import STATUSES
from app.courses.models import Application, Cohort, ProgrammeVersion
from app.courses.services import programmes
from app.courses.views.door import manage_bp, may_run, run
from app.courses.views.enrolments import replaceable
from app.courses.views.timetables import outline_shown
from app.place import queries as places
from app.web.downloads import shown

bp = Blueprint("admission", "app.courses", url_prefix="/courses/apply", template_folder="templates")


def words() -> dict[str, str]:
    said = {choice.value: str(choice.label) for choice in DECISIONS}
    return said | {
        "received": _("reçue"),
        "interview": _("en entretien"),
        "withdrawn": _("retirée"),
        "enrolled": _("inscrite"),
    }


@bp.get("/")
def index() -> ResponseReturnValue:
    """The cohorts to come, for everybody; and what became of one's own applications."""
    place = places.current()
    open_ones = queries.cohorts(place.id, Cohort.state == "draft", Cohort.first_day > clock.today(place.tz))
    mine = queries.applications_of(current_user.id) if current_user.is_authenticated else []
    asked = {row.cohort_id for row in mine if row.status != "withdrawn"}
    return render_template(
        "courses/admission/index.html", cohorts=[one for one in open_ones if one.id not in asked], mine=mine, words=words(), place=place
    )


@bp.get("/<int:cohort_id>/programme")
def programme(cohort_id: int) -> ResponseReturnValue:
    """What one would learn: for everybody, before any account."""
    cohort = _announced(cohort_id)
    return render_template("courses/admission/programme.html", cohort=cohort, **outline_shown(queries.programme_of(cohort)))


@bp.get("/<int:cohort_id>/programme.pdf")
def programme_pdf(cohort_id: int) -> ResponseReturnValue:
    """As the law wants it given before one enters."""
    version = db.session.get_one(ProgrammeVersion, _announced(cohort_id).programme_version_id)
    return shown(programmes.paper(version).pdf(), name="programme.pdf")


@bp.route("/<int:cohort_id>", methods=["GET", "POST"])
def apply(cohort_id: int) -> ResponseReturnValue:
    cohort, form = _announced(cohort_id), ApplyForm()
    if form.validate_on_submit():
        fields = {name: form[name].data for name in ("situation", "motivation", "experience", "needs")}
        try:
            services.apply(cohort.id, member_id=current_user.id, now=clock.now(), **fields)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Votre candidature est arrivée. Nous vous proposerons un entretien."))
            return redirect(url_for(".index"))
    return render_template("courses/admission/apply.html", form=form, cohort=cohort), form.status


def _announced(cohort_id: int) -> Cohort:
    """A cohort that people may still ask to follow."""
    cohort = queries.cohort(cohort_id, places.current().id) or abort(404)
    return cohort if cohort.state == "draft" else abort(404)


@bp.post("/<int:application_id>/withdrawal")
def withdraw(application_id: int) -> ResponseReturnValue:
    row = queries.application(application_id, places.current().id)
    if row is None or row.member_id != current_user.id:
        abort(404)
    try:
        services.withdraw_application(row.id, actor_id=current_user.id, now=clock.now())
    except Refused:
        abort(404)
    flash(_("Votre candidature est retirée."))
    return redirect(url_for(".index"))


@bp.get("/convocations/<int:enrolment_id>")
def convocation(enrolment_id: int) -> ResponseReturnValue:
    """Where, when, with what: to be printed, for the trainee and for who runs the cohort."""
    place = places.current()
    row = queries.enrolment(enrolment_id, place.id) or abort(404)
    if row.member_id != current_user.id and not may_run(row.cohort_id):
        abort(404)
    slots = queries.timetable(row.cohort_id, row.first_day)
    return render_template(
        "courses/admission/convocation.html",
        row=row,
        place=place,
        first=slots[0] if slots else None,
        outline=queries.programme_of(row.cohort),
    )


@manage_bp.get("/cohorts/<int:cohort_id>/applications")
def applications(cohort_id: int) -> ResponseReturnValue:
    cohort = run(cohort_id)
    rows = queries.applications(cohort.id)
    return render_template(
        "courses/manage/applications.html", cohort=cohort, rows=rows, words=words(), left=cohort.capacity - queries.seats_taken(cohort.id)
    )


@manage_bp.get("/applications/<int:application_id>")
def application(application_id: int) -> ResponseReturnValue:
    return _page(_run(application_id))


def _page(
    row: Application,
    *,
    interview: InterviewForm | None = None,
    decision: DecisionForm | None = None,
    entry: EntryForm | None = None,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    place = places.current()
    local = row.interview_at.astimezone(place.tz) if row.interview_at else None
    said = {"day": local.date() if local else None, "hour": local.time() if local else None, "notes": row.interview_notes}
    interview, decision = interview or InterviewForm(formdata=None, data=said), decision or DecisionForm(formdata=None)
    cohort, entry = queries.cohort(row.cohort_id, place.id), entry or _entry(row, given=False)
    page = render_template(
        "courses/manage/application.html",
        row=row,
        cohort=cohort,
        interview=interview,
        decision=decision,
        entry=entry,
        refused=refused,
        words=words(),
        situations={choice.value: choice.label for choice in STATUSES},
        place=place,
    )
    return page, max(interview.status, decision.status, entry.status, refused.status if refused else 200)


def _entry(row: Application, *, given: bool = True) -> EntryForm:
    form = EntryForm() if given else EntryForm(formdata=None)
    form.replaces_id.choices = replaceable(row.cohort_id)
    return form


@manage_bp.post("/applications/<int:application_id>/interview")
def meet(application_id: int) -> ResponseReturnValue:
    row, form, zone = _run(application_id), InterviewForm(), places.current().tz
    if not form.validate_on_submit():
        return _page(row, interview=form)
    hour = form.hour.data
    moment = at(form.day.data, hour.hour * 60 + hour.minute if hour else 540, zone) if form.day.data else None
    try:
        services.meet(row.id, interview_at=moment, notes=form.notes.data, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(row, refused=refused)
    flash(_("L’entretien est noté."))
    return redirect(url_for(".application", application_id=row.id))


@manage_bp.post("/applications/<int:application_id>/decision")
def decide(application_id: int) -> ResponseReturnValue:
    row, form = _run(application_id), DecisionForm()
    if not form.validate_on_submit():
        return _page(row, decision=form)
    try:
        services.decide(row.id, decision=form.decision.data, reason=form.reason.data, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(row, refused=refused)
    flash(_("La décision est prise, et la personne prévenue."))
    return redirect(url_for(".applications", cohort_id=row.cohort_id))


@manage_bp.post("/applications/<int:application_id>/enrolment")
def enrol_applicant(application_id: int) -> ResponseReturnValue:
    row = _run(application_id)
    form = _entry(row)
    if not form.validate_on_submit():
        return _page(row, entry=form)
    entry = {"first_day": form.first_day.data, "replaces_id": form.replaces_id.data or None}
    try:
        made = services.enrol_applicant(row.id, actor_id=current_user.id, now=clock.now(), **entry)
    except Refused as refused:
        return _page(row, refused=refused)
    flash(_("%(name)s est dans la promotion.", name=row.name))
    return redirect(url_for(".enrolment", enrolment_id=made.id))


def _run(application_id: int) -> Application:
    row = queries.application(application_id, places.current().id) or abort(404)
    return row if may_run(row.cohort_id) else abort(404)
