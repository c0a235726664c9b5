"""The delegates' election, on one page for everybody of a cohort."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses.forms.elections import CallForm, VoteForm
from app.courses.models import Election
from app.courses.queries import elections as queries
from app.courses.queries import occasions
from app.courses.rules.elections import SEATS
from app.courses.services import elections as services
from app.courses.views.door import may_run, run, seen_cohort
from app.web.downloads import shown
from app.web.forms import SelectChoice

bp = Blueprint("elections", "app.courses", url_prefix="/courses", template_folder="templates")


@bp.get("/cohorts/<int:cohort_id>/elections")
def index(cohort_id: int) -> ResponseReturnValue:
    return _page(cohort_id)


@bp.post("/cohorts/<int:cohort_id>/elections")
def call(cohort_id: int) -> ResponseReturnValue:
    run(cohort_id)
    form = CallForm()
    if not form.validate_on_submit():
        return _page(cohort_id)
    try:
        services.call_election(cohort_id, form.seat.data, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(cohort_id, refused)
    flash(_("Les candidatures sont ouvertes."))
    return redirect(url_for(".index", cohort_id=cohort_id))


@bp.post("/elections/<int:election_id>/candidacy")
def stand(election_id: int) -> ResponseReturnValue:
    row = _seen(election_id)
    try:
        services.stand(row.id, member_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(row.cohort_id, refused)
    return redirect(url_for(".index", cohort_id=row.cohort_id))


@bp.post("/elections/<int:election_id>/opening")
def open_vote(election_id: int) -> ResponseReturnValue:
    row = _seen(election_id)
    run(row.cohort_id)
    try:
        services.open_vote(row.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(row.cohort_id, refused)
    return redirect(url_for(".index", cohort_id=row.cohort_id))


@bp.post("/elections/<int:election_id>/vote")
def vote(election_id: int) -> ResponseReturnValue:
    row = _seen(election_id)
    form = _ballot(row)
    if not form.validate_on_submit():
        flash(_("Choisissez un nom, ou le vote blanc."), "bad")
        return redirect(url_for(".index", cohort_id=row.cohort_id))
    try:
        services.vote(row.id, form.choice.data, member_id=current_user.id)
    except Refused as refused:
        return _page(row.cohort_id, refused)
    flash(_("Votre vote est compté. Personne ne peut savoir lequel c’est."))
    return redirect(url_for(".index", cohort_id=row.cohort_id))


@bp.post("/elections/<int:election_id>/closing")
def close(election_id: int) -> ResponseReturnValue:
    row = _seen(election_id)
    run(row.cohort_id)
    try:
        done = services.close_round(row.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(row.cohort_id, refused)
    flash(_("Personne n’a été élu à ce tour : un autre est ouvert.") if done.state == "voting" else _("Le vote est clos."))
    return redirect(url_for(".index", cohort_id=row.cohort_id))


@bp.get("/elections/<int:election_id>/minutes.pdf")
def minutes(election_id: int) -> ResponseReturnValue:
    row = _seen(election_id)
    if row.closed_at is None:
        abort(404)
    return shown(services.minutes_paper(row).pdf(), name="proces-verbal.pdf")


def _page(cohort_id: int, refused: Refused | None = None) -> ResponseReturnValue:
    cohort = seen_cohort(cohort_id)
    rows = queries.elections(cohort_id)
    enrolment_id = occasions.enrolment_of(current_user.id, cohort_id)
    page = render_template(
        "courses/elections.html",
        cohort=cohort,
        rows=[(row, queries.candidates(row.id), queries.results(row), queries.voters(row.id, row.round)) for row in rows],
        ballots={row.id: _ballot(row) for row in rows if row.state == "voting"},
        voted={row.id for row in rows if enrolment_id and queries.has_voted(row, enrolment_id)},
        is_elector=any(one.id == enrolment_id for one in queries.electors(cohort_id)),
        enrolment_id=enrolment_id,
        must=services.must_elect(cohort),
        half_days=queries.window(cohort_id),
        call_form=CallForm(formdata=None),
        missing=set(SEATS) - {row.seat for row in rows},
        may_run=may_run(cohort_id),
        seats=SEATS,
        refused=refused,
    )
    return page, refused.status if refused else 200


def _ballot(row: Election) -> VoteForm:
    form = VoteForm()
    form.choice.choices = [SelectChoice(one.id, one.name) for one in queries.on_ballot(row)] + [SelectChoice(0, _("vote blanc"))]
    return form


def _seen(election_id: int) -> Election:
    row = queries.election(election_id) or abort(404)
    seen_cohort(row.cohort_id)
    return row
