"""Who is in a cohort, for who runs it: entries, exits, exemptions, funding."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.forms import EnrolForm, ExemptForm, FundingForm, LeaveForm
from app.courses.forms.cohorts import EXITS, SCHEMES, STATUSES, SituationForm
from app.courses.models import Enrolment
from app.courses.queries import presence
from app.courses.services import Funder
from app.courses.views.door import manage_bp as bp
from app.courses.views.door import run, run_enrolment
from app.members import queries as members
from app.place import queries as places
from app.web.forms import SelectChoice


@bp.route("/cohorts/<int:cohort_id>/enrolments/new", methods=["GET", "POST"])
def enrol(cohort_id: int) -> ResponseReturnValue:
    cohort, form = run(cohort_id), EnrolForm()
    form.replaces_id.choices = replaceable(cohort.id)
    if form.validate_on_submit():
        person = members.member_by_email(form.email.data)
        if person is None:
            form.email.errors = [_("Personne n’a cette adresse ici. Ouvrez d’abord son compte.")]
        else:
            try:
                made = services.enrol(
                    cohort.id,
                    member_id=person.id,
                    first_day=form.first_day.data,
                    replaces_id=form.replaces_id.data or None,
                    bpf_status=form.bpf_status.data,
                    actor_id=current_user.id,
                    now=clock.now(),
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("%(name)s est dans la promotion.", name=person.name))
                return redirect(url_for(".enrolment", enrolment_id=made.id))
    return render_template("courses/manage/enrol.html", form=form, cohort=cohort), form.status


@bp.get("/enrolments/<int:enrolment_id>")
def enrolment(enrolment_id: int) -> ResponseReturnValue:
    return _page(run_enrolment(enrolment_id))


def replaceable(cohort_id: int) -> list[SelectChoice]:
    """Nobody, or one of those who left."""
    left = [one for one in queries.trainees(cohort_id) if one.status == "left"]
    return [SelectChoice(0, _("personne")), *(SelectChoice(one.id, one.name) for one in left)]


def _page(
    found: Enrolment,
    *,
    leave: LeaveForm | None = None,
    exempt: ExemptForm | None = None,
    fund: FundingForm | None = None,
    situation: SituationForm | None = None,
) -> ResponseReturnValue:
    """One person's path: dates, hours, who pays; and the forms to change each."""
    now = clock.now()
    leave, exempt, fund = leave or LeaveForm(formdata=None), exempt or ExemptForm(formdata=None), fund or _fund_form(formdata=None)
    situation = situation or SituationForm(formdata=None, obj=found)
    followed = presence.followed_by(found.id, now=now)
    planned = queries.planned_minutes(found.cohort_id)[found.id]
    excused = queries.exempted(found.id)
    page = render_template(
        "courses/manage/enrolment.html",
        place=places.current(),
        enrolment=found,
        cohort=found.cohort,
        planned=planned,
        done=followed.to_date.done,
        exempted=[session for session in queries.path_sessions(found) if session.id in excused],
        funding=queries.funding_of(found.id, planned=planned, done=followed.to_date.done),
        exits={choice.value: choice.label for choice in EXITS},
        schemes={choice.value: choice.label for choice in SCHEMES},
        statuses={choice.value: choice.label for choice in STATUSES},
        leave=leave,
        exempt=exempt,
        fund=fund,
        situation=situation,
    )
    return page, max(form.status for form in (leave, exempt, fund, situation))


def _refused(found: Enrolment, refused: Refused) -> ResponseReturnValue:
    """Their page, with why a gesture without fields cannot be."""
    form = LeaveForm(formdata=None)
    form.refuse(refused)
    return _page(found, leave=form)


@bp.post("/enrolments/<int:enrolment_id>/exit")
def leave(enrolment_id: int) -> ResponseReturnValue:
    found, form = run_enrolment(enrolment_id), LeaveForm()
    if form.validate_on_submit():
        try:
            services.leave(
                found.id,
                last_day=form.last_day.data,
                half=form.half.data or None,
                reason=form.reason.data,
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La sortie est écrite. Tout ce qui a été fait et signé reste."))
            return redirect(url_for(".enrolment", enrolment_id=found.id))
    return _page(found, leave=form)


@bp.post("/enrolments/<int:enrolment_id>/withdrawal")
def withdraw(enrolment_id: int) -> ResponseReturnValue:
    found = run_enrolment(enrolment_id)
    try:
        services.withdraw(found.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _refused(found, refused)
    flash(_("L’inscription est retirée, et la place de nouveau libre."))
    return redirect(url_for(".cohort", cohort_id=found.cohort_id))


@bp.post("/enrolments/<int:enrolment_id>/return")
def resume(enrolment_id: int) -> ResponseReturnValue:
    """An exit that was a mistake."""
    found = run_enrolment(enrolment_id)
    try:
        services.resume(found.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _refused(found, refused)
    flash(_("%(name)s suit de nouveau la promotion.", name=found.name))
    return redirect(url_for(".enrolment", enrolment_id=found.id))


@bp.post("/enrolments/<int:enrolment_id>/situation")
def situate(enrolment_id: int) -> ResponseReturnValue:
    found, form = run_enrolment(enrolment_id), SituationForm()
    if not form.validate_on_submit():
        return _page(found, situation=form)
    services.situate(found.id, bpf_status=form.bpf_status.data, actor_id=current_user.id, now=clock.now())
    flash(_("La situation est corrigée."))
    return redirect(url_for(".enrolment", enrolment_id=found.id))


@bp.post("/enrolments/<int:enrolment_id>/exemptions")
def exempt(enrolment_id: int) -> ResponseReturnValue:
    """The half-days between two days, in addition to those already exempted."""
    found, form = run_enrolment(enrolment_id), ExemptForm()
    if form.validate_on_submit():
        wanted = {
            session.id
            for session in queries.path_sessions(found)
            if form.first_day.data <= session.day <= form.last_day.data and form.halves.data in ("day", session.half)
        }
        if not wanted:
            form.first_day.errors = [_("Aucune demi-journée de son parcours n’est entre ces deux jours.")]
        else:
            try:
                services.exempt(
                    found.id,
                    session_ids=wanted | queries.exempted(found.id),
                    reason=form.reason.data,
                    actor_id=current_user.id,
                    now=clock.now(),
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("Ces demi-journées sont dispensées."))
                return redirect(url_for(".enrolment", enrolment_id=found.id))
    return _page(found, exempt=form)


@bp.post("/enrolments/<int:enrolment_id>/exemptions/end")
def end_exemptions(enrolment_id: int) -> ResponseReturnValue:
    found = run_enrolment(enrolment_id)
    services.exempt(found.id, session_ids=(), reason="", actor_id=current_user.id, now=clock.now())
    flash(_("Plus aucune demi-journée n’est dispensée."))
    return redirect(url_for(".enrolment", enrolment_id=found.id))


@bp.post("/enrolments/<int:enrolment_id>/funding")
def fund(enrolment_id: int) -> ResponseReturnValue:
    """One more funding line, used after the others."""
    found, form = run_enrolment(enrolment_id), _fund_form()
    if form.validate_on_submit():
        line = Funder(
            organisation_id=form.organisation_id.data or None,
            scheme=form.scheme.data,
            reference=form.reference.data,
            minutes=60 * form.hours.data,
            hour_cents=form.hour_cents.data,
        )
        try:
            services.fund(found.id, [*_lines(found), line], actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Le financement est écrit."))
            return redirect(url_for(".enrolment", enrolment_id=found.id))
    return _page(found, fund=form)


@bp.post("/enrolments/<int:enrolment_id>/funding/<int:line_id>/end")
def end_funding(enrolment_id: int, line_id: int) -> ResponseReturnValue:
    found = run_enrolment(enrolment_id)
    if line_id not in {row.id for row in queries.lines_of(found.id)}:
        abort(404)
    services.fund(found.id, _lines(found, but=line_id), actor_id=current_user.id, now=clock.now())
    flash(_("La ligne de financement est retirée."))
    return redirect(url_for(".enrolment", enrolment_id=found.id))


def _lines(found: Enrolment, *, but: int = 0) -> list[Funder]:
    return [
        Funder(row.organisation_id, row.scheme, row.reference, row.minutes, row.hour_cents)
        for row in queries.lines_of(found.id)
        if row.id != but
    ]


def _fund_form(**given: None) -> FundingForm:
    form = FundingForm(**given)
    payers = [SelectChoice(row.id, row.name) for row, _people in members.organisations()]
    form.organisation_id.choices = [SelectChoice(0, _("la personne elle-même")), *payers]
    return form
