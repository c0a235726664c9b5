"""The drawer of papers: the manager opens it, each opening leaves a line; people send what explains their absences."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.db import db
from app.core.period import monday_of
from app.core.refusals import Refused
from app.courses.forms.presence import AnswerForm, ImportForm, ReasonPaperForm, SheetForm, ValidateForm
from app.courses.models import Cohort, CoursePaper, Enrolment
from app.courses.queries import occasions, presence
from app.courses.rules.sending import FAULTS
from app.courses.services import drawer, importing
from app.courses.services.closing import Mark
from app.courses.views import said
from app.courses.views.door import looking_at
from app.web.downloads import shown, taken_away
from app.web.typography import words

bp = Blueprint("course_drawer", "app.courses", url_prefix="/courses", template_folder="templates")


@bp.route("/cohorts/<int:cohort_id>/drawer", methods=["GET", "POST"])
def index(cohort_id: int) -> ResponseReturnValue:
    """What is in the drawer of a cohort, without opening anything; and a place to put a scanned sheet."""
    cohort = _managed(cohort_id)
    form = SheetForm()
    if form.validate_on_submit():
        monday = monday_of(form.day.data)
        try:
            paper = drawer.keep_sheet(
                cohort_id=cohort.id, place_id=cohort.place_id, first_day=monday, last_day=monday + timedelta(days=6),
                content=form.scan.data.read(), actor_id=current_user.id, now=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La feuille est dans le tiroir. Dites maintenant qui l’a signée."))
            return redirect(url_for(".validate", paper_id=paper.id))
    papers = drawer.papers_of(cohort_id)
    names = occasions.names_of([paper.enrolment_id for paper in papers if paper.enrolment_id])
    page = render_template(
        "courses/presence/drawer.html", cohort=cohort, form=form, papers=papers, names=names, category_name=said.category_name
    )
    return page, form.status


@bp.get("/papers/<int:paper_id>.png")
def picture(paper_id: int) -> ResponseReturnValue:
    """Our own picture of a paper. Looking at it leaves a line."""
    _may_open(paper_id)
    paper = drawer.open_paper(paper_id, actor_id=current_user.id, now=clock.now())
    if paper is None or paper.preview is None:
        abort(404)
    return shown(paper.preview, name=f"piece-{paper.id}.png", content_type="image/png")


@bp.get("/papers/<int:paper_id>/original")
def original(paper_id: int) -> ResponseReturnValue:
    """The very bytes that were sent, to keep elsewhere: never shown by the browser."""
    _may_open(paper_id)
    paper = drawer.open_paper(paper_id, actor_id=current_user.id, now=clock.now())
    if paper is None or paper.removed_at is not None:
        abort(404)
    return taken_away(paper.content, name=f"piece-{paper.id}-{paper.sha256[:8]}", content_type="application/octet-stream")


@bp.route("/papers/<int:paper_id>/validation", methods=["GET", "POST"])
def validate(paper_id: int) -> ResponseReturnValue:
    """A scanned sheet beside the half-days that it may settle."""
    paper = db.session.get(CoursePaper, paper_id) or abort(404)
    cohort = _managed(paper.cohort_id)
    if paper.kind != "sheet":
        abort(404)
    form, now = ValidateForm(), clock.now()
    followed = presence.followed_in(cohort.id, now=now, first=paper.first_day, last=paper.last_day)
    unsettled = [slot for one in followed.values() for slot in one.slots if drawer.may_settle(slot, Mark(is_present=True))]
    if form.validate_on_submit():
        present: dict[int, list[int]] = {}
        absent: dict[int, list[int]] = {}
        for slot in unsettled:
            ticked = request.form.get(f"s{slot.session_id}p{slot.enrolment_id}", "")
            if ticked in ("present", "absent"):
                (present if ticked == "present" else absent).setdefault(slot.session_id, []).append(slot.enrolment_id)
        number = drawer.validate_sheet(paper_id, present=present, absent=absent, actor_id=current_user.id, now=now)
        flash(words().plural(number, _("présence réglée par cette feuille"), _("présences réglées par cette feuille")))
        return redirect(url_for(".index", cohort_id=cohort.id))
    names = occasions.names_of({slot.enrolment_id for slot in unsettled})
    half_days = [(one, [slot for slot in unsettled if slot.session_id == one.id]) for one in _of_week(paper)]
    return render_template(
        "courses/presence/validate.html",
        cohort=cohort,
        paper=paper,
        form=form,
        names=names,
        half_days=[pair for pair in half_days if pair[1]],
    )


@bp.post("/papers/<int:paper_id>/answer")
def answer(paper_id: int) -> ResponseReturnValue:
    """Accept or refuse what a trainee sent."""
    paper = db.session.get(CoursePaper, paper_id) or abort(404)
    _managed(paper.cohort_id)
    form = AnswerForm()
    if paper.kind == "absence" and form.validate_on_submit():
        accepted = form.answer.data == "accept"
        number = drawer.answer_reason(paper_id, accepted=accepted, actor_id=current_user.id, now=clock.now())
        flash(
            words().plural(number, _("demi-journée justifiée"), _("demi-journées justifiées")) if accepted else _("La pièce est refusée.")
        )
    return redirect(url_for(".index", cohort_id=paper.cohort_id))


@bp.route("/cohorts/<int:cohort_id>/import", methods=["GET", "POST"])
def take_in(cohort_id: int) -> ResponseReturnValue:
    """A file from another tool: first what it would do, then it is done, once."""
    cohort = _managed(cohort_id)
    form, look, held = ImportForm(), None, ""
    if form.validate_on_submit():
        content = form.table.data.read() if form.table.data else _held(form.held.data)
        try:
            if form.apply.data:
                look = importing.apply(cohort_id, content, actor_id=current_user.id, now=clock.now())
                flash(words().plural(look.applied, _("présence reprise"), _("présences reprises")))
                return redirect(url_for(".index", cohort_id=cohort_id))
            look, held = importing.look_at(cohort_id, content, now=clock.now()), b64encode(content).decode()
        except Refused as refused:
            form.refuse(refused)
    page = render_template("courses/presence/import.html", cohort=cohort, form=form, look=look, held=held, fault_said=_fault)
    return page, form.status


@bp.route("/enrolments/<int:enrolment_id>/absence", methods=["GET", "POST"])
def explain(enrolment_id: int) -> ResponseReturnValue:
    """One's own absence: its category, and the paper, which the manager alone opens."""
    enrolment = db.session.get(Enrolment, enrolment_id)
    if enrolment is None or enrolment.member_id != current_user.id:
        abort(404)
    form = ReasonPaperForm()
    if form.validate_on_submit():
        try:
            drawer.send_reason(
                enrolment_id=enrolment_id, first_day=form.first_day.data, last_day=form.last_day.data or form.first_day.data,
                category=form.category.data, content=form.scan.data.read(), actor_id=current_user.id, now=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La pièce est dans le tiroir\u00a0: la gestionnaire vous répondra."))
            return redirect(url_for(".explain", enrolment_id=enrolment_id))
    sent = drawer.papers_sent_by(enrolment_id)
    page = render_template("courses/presence/explain.html", enrolment=enrolment, form=form, sent=sent, category_name=said.category_name)
    return page, form.status


# ---------------------------------------------------------------- private


def _managed(cohort_id: int) -> Cohort:
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None or not looking_at(cohort_id).is_manager:
        abort(404)
    return cohort


def _may_open(paper_id: int) -> None:
    """Papers: their own person, and the manager; the opening is written down by the service."""
    paper = db.session.get(CoursePaper, paper_id) or abort(404)
    owner_id = db.session.get_one(Enrolment, paper.enrolment_id).member_id if paper.enrolment_id else 0
    if not looking_at(paper.cohort_id).sees("papers", member_id=owner_id):
        abort(404)


def _of_week(paper: CoursePaper) -> list[occasions.Occasion]:
    return list(occasions.of_cohort_between(paper.cohort_id, paper.first_day, paper.last_day))


def _held(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return b""


def _fault(why: str) -> str:
    return str(_(FAULTS[why]))
