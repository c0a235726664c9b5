"""The papers of presence, for those who may have them: sheets, statements, attestations, certificates, audit files."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.db import db
from app.core.period import monday_of
from app.core.refusals import Refused
from app.courses.forms.presence import CertificateForm, ReplaceForm
from app.courses.models import Certificate, Cohort, Enrolment, ProgrammeVersion
from app.courses.papers.presence import Document
from app.courses.queries import occasions, presence, standing
from app.courses.queries.presence import Followed
from app.courses.services import audit as audits
from app.courses.services import booklets, certificates, documents, programmes
from app.courses.views.door import for_head_or_manager, looking_at, seen_cohort
from app.place import queries as places
from app.place.models import Place
from app.web.downloads import shown, taken_away
from app.web.forms import Form
from app.web.proofs import Proof
from app.web.typography import words


class Month(NamedTuple):
    """What a cohort has to print of one month."""

    first_day: date
    weeks: list[date]  # by their Mondays; a week over two months is in both
    people: dict[int, str]


bp = Blueprint("course_papers", "app.courses", url_prefix="/courses", template_folder="templates")


@bp.get("/cohorts/<int:cohort_id>/papers")
def index(cohort_id: int) -> ResponseReturnValue:
    """Every paper of a cohort, and who may still have a certificate."""
    cohort, _viewer = for_head_or_manager(cohort_id)
    now = clock.now()
    followed = presence.followed_in(cohort_id, now=now)
    names = occasions.names_of(list(followed))
    given = certificates.of_cohort(cohort_id)
    held = {one.enrolment_id: one for one in given if one.cancelled_at is None}
    replacing = {one.replaces_id: one for one in given}
    return render_template(
        "courses/presence/papers.html",
        cohort=cohort,
        people=[(key, name, followed[key].to_date, held.get(key)) for key, name in names.items()],
        coming=sorted({monday_of(slot.day) for one in followed.values() for slot in one.slots if not slot.is_over})[:3],
        months=_months(names, followed),
        certificates=[(one, names.get(one.enrolment_id, ""), replacing.get(one.id)) for one in given],
        funders=standing.funders_of(cohort_id),
        is_over=cohort.last_day <= clock.today(places.current().tz),
    )


@bp.get("/cohorts/<int:cohort_id>/sheets/<monday>.pdf")
def sheet(cohort_id: int, monday: str) -> ResponseReturnValue:
    """The week's sheet; `?blank=1` is the one to sign by hand, which says nobody's hours: any trainer may print it."""
    day, is_blank = _day(monday), request.args.get("blank") == "1"
    if not (is_blank and looking_at(cohort_id).is_staff):
        for_head_or_manager(cohort_id)
    day = monday_of(day)
    return _paper(lambda: documents.weekly_sheet(cohort_id, day, now=clock.now(), blank=is_blank), f"emargement-{day.isoformat()}.pdf")


@bp.get("/enrolments/<int:enrolment_id>/statements/<month>.pdf")
def statement(enrolment_id: int, month: str) -> ResponseReturnValue:
    _person(enrolment_id, "monthly_statement")
    first = _day(f"{month}-01")
    return _paper(lambda: documents.monthly_statement(enrolment_id, first, now=clock.now()), f"releve-{month}.pdf")


@bp.get("/cohorts/<int:cohort_id>/funders/<int:organisation_id>/statements/<month>.pdf")
def funder_statement(cohort_id: int, organisation_id: int, month: str) -> ResponseReturnValue:
    """A funder's trainees: for that funder, the head and the manager."""
    db.session.get(Cohort, cohort_id) or abort(404)
    viewer = looking_at(cohort_id)
    is_theirs = bool(viewer.funds) and current_user.organisation_id == organisation_id
    if not (viewer.is_head or viewer.is_manager or is_theirs) or organisation_id not in standing.funders_of(cohort_id):
        abort(404)
    first = _day(f"{month}-01")
    return _paper(lambda: documents.funder_statement(cohort_id, organisation_id, first, now=clock.now()), f"releve-{month}.pdf")


@bp.get("/enrolments/<int:enrolment_id>/convocation.pdf")
def convocation(enrolment_id: int) -> ResponseReturnValue:
    """For the trainee, the head and the manager."""
    _person(enrolment_id, "category")
    return _paper(lambda: documents.convocation(enrolment_id), "convocation.pdf")


@bp.get("/cohorts/<int:cohort_id>/programme.pdf")
def programme(cohort_id: int) -> ResponseReturnValue:
    """For whoever follows the cohort, teaches it or runs it."""
    cohort = seen_cohort(cohort_id)
    return _paper(lambda: programmes.paper(db.session.get_one(ProgrammeVersion, cohort.programme_version_id)), "programme.pdf")


@bp.get("/enrolments/<int:enrolment_id>/booklet.pdf")
def booklet(enrolment_id: int) -> ResponseReturnValue:
    """Livret d'évaluation, for those who may read grades."""
    enrolment = _person(enrolment_id, "grades")
    return _paper(lambda: booklets.booklet(enrolment, now=clock.now()), "livret-evaluation.pdf")


@bp.get("/enrolments/<int:enrolment_id>/attestation.pdf")
def attestation(enrolment_id: int) -> ResponseReturnValue:
    """Attestation d'assiduité up to the last half-day that is over, or to `?day=`."""
    enrolment = _person(enrolment_id, "minutes")
    now = clock.now()
    over = presence.followed_by(enrolment_id, now=now).over() or abort(404)
    day = _day(request.args["day"]) if request.args.get("day") else over[-1].day
    return _paper(lambda: documents.attestation(enrolment.id, min(day, over[-1].day), now=now), "attestation-assiduite.pdf")


@bp.get("/certificates/<int:certificate_id>.pdf")
def certificate(certificate_id: int) -> ResponseReturnValue:
    row = db.session.get(Certificate, certificate_id) or abort(404)
    _person(row.enrolment_id, "monthly_statement")
    return shown(documents.certificate_pdf(row), name=f"{row.number}.pdf")


@bp.route("/enrolments/<int:enrolment_id>/certificate", methods=["GET", "POST"])
def issue(enrolment_id: int) -> ResponseReturnValue:
    enrolment = db.session.get(Enrolment, enrolment_id) or abort(404)
    for_head_or_manager(enrolment.cohort_id)
    form, now = CertificateForm(), clock.now()
    if form.validate_on_submit():
        try:
            row = certificates.issue(enrolment_id=enrolment_id, actor_id=current_user.id, reason=form.reason.data, now=now)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Le certificat %(number)s est établi.", number=row.number))
            return redirect(url_for(".index", cohort_id=enrolment.cohort_id))
    followed = presence.followed_by(enrolment_id, now=now)
    page = render_template("courses/presence/certificate.html", enrolment=enrolment, form=form, minutes=followed.to_date, old=None)
    return page, form.status


@bp.post("/cohorts/<int:cohort_id>/certificates")
def issue_all(cohort_id: int) -> ResponseReturnValue:
    """A certificate for each person whose course is over, when nothing of it is left to regularise."""
    for_head_or_manager(cohort_id)
    if Form().validate_on_submit():
        made = certificates.issue_all(cohort_id, actor_id=current_user.id, now=clock.now())
        if made:
            flash(words().plural(len(made), _("certificat établi"), _("certificats établis")))
        else:
            flash(_("Aucun certificat de plus : il faut que la formation soit finie, et que rien ne reste à régulariser."), "warn")
    return redirect(url_for(".index", cohort_id=cohort_id))


@bp.route("/certificates/<int:certificate_id>/replacement", methods=["GET", "POST"])
def replacement(certificate_id: int) -> ResponseReturnValue:
    """Cancel a certificate, and issue the one that takes its place."""
    old = db.session.get(Certificate, certificate_id) or abort(404)
    enrolment = db.session.get_one(Enrolment, old.enrolment_id)
    for_head_or_manager(enrolment.cohort_id)
    form, now = ReplaceForm(), clock.now()
    if form.validate_on_submit():
        try:
            row = certificates.replace(certificate_id=old.id, why=form.why.data, reason=form.reason.data, actor_id=current_user.id, now=now)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("%(old)s est annulé, remplacé par %(new)s.", old=old.number, new=row.number))
            return redirect(url_for(".index", cohort_id=enrolment.cohort_id))
    followed = presence.followed_by(enrolment.id, now=now)
    page = render_template("courses/presence/certificate.html", enrolment=enrolment, form=form, minutes=followed.to_date, old=old)
    return page, form.status


@bp.get("/enrolments/<int:enrolment_id>/audit.zip")
def audit(enrolment_id: int) -> ResponseReturnValue:
    """One person's whole file: for themselves, the head and the manager."""
    enrolment = _person(enrolment_id, "category")
    viewer = looking_at(enrolment.cohort_id)
    with_grades = viewer.sees("grades", member_id=enrolment.member_id)
    content = audits.audit_file(enrolment.cohort_id, enrolment_id=enrolment.id, now=clock.now(), with_grades=with_grades)
    return taken_away(content, name=f"dossier-{enrolment.id}.zip", content_type="application/zip")


def proof(number: str, code: str) -> Proof | None:
    """What anybody learns of a certificate from its number and its code."""
    row = certificates.found_by_code(number, code)
    if row is None:
        return None
    say = words()
    new = certificates.replaced_by(row)
    cancelled = _("annulé, remplacé par %(number)s", number=new.number) if new else _("annulé")
    state = cancelled if row.cancelled_at else _("valable")
    house = db.session.get_one(Place, row.place_id)
    facts = [
        (_("Établi par"), house.name),
        (_("Établi le"), say.date_long(row.issued_on)),
        (_("Heures réalisées"), say.hours_exact(row.minutes_done)),
    ]
    return Proof(_("Certificat de réalisation"), row.cancelled_at is None, str(state), facts)


# ---------------------------------------------------------------- private


def _person(enrolment_id: int, what: str) -> Enrolment:
    """An enrolment of which this may be shown to who asks."""
    enrolment = db.session.get(Enrolment, enrolment_id) or abort(404)
    viewer = looking_at(enrolment.cohort_id)
    if not viewer.sees(what, member_id=enrolment.member_id, enrolment_id=enrolment.id):
        abort(404)
    return enrolment


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


def _months(names: Mapping[int, str], followed: Mapping[int, Followed]) -> list[Month]:
    """Each month with a half-day that is over, the last one first: the sheets of its weeks, and whose statement there is."""
    weeks: dict[date, set[date]] = {}
    people: dict[date, dict[int, str]] = {}
    for enrolment_id, name in names.items():
        for slot in followed[enrolment_id].over():
            month = slot.day.replace(day=1)
            weeks.setdefault(month, set()).add(monday_of(slot.day))
            people.setdefault(month, {})[enrolment_id] = name
    return [Month(month, sorted(weeks[month]), people[month]) for month in sorted(weeks, reverse=True)]


def _paper(make: Callable[[], Document], name: str) -> Response:
    try:
        document = make()
    except Refused:
        abort(404)
    return shown(document.pdf(), name=name)
