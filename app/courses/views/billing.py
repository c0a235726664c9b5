"""Bills to who pays a cohort: what was agreed, followed, billed; drafts of what is not billed yet."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses.forms.cohorts import SCHEMES, AdvanceForm, BillHoursForm
from app.courses.models import Cohort
from app.courses.queries.billing import due
from app.courses.services.billing import bill_advance, bill_hours
from app.courses.views.door import manage_bp as bp
from app.courses.views.door import run
from app.place import queries as places
from app.web import typography
from app.web.forms import SelectChoice


@bp.get("/cohorts/<int:cohort_id>/funding")
def funding(cohort_id: int) -> ResponseReturnValue:
    return _page(_billed(cohort_id))


@bp.post("/cohorts/<int:cohort_id>/funding/bills")
def bill(cohort_id: int) -> ResponseReturnValue:
    cohort, form = _billed(cohort_id), BillHoursForm()
    if not form.validate_on_submit():
        return _page(cohort, hours=form)
    made = bill_hours(cohort.id, until=form.until.data, actor_id=current_user.id, now=clock.now())
    flash(
        typography.words().plural(len(made), _("Une facture est prête, en brouillon."), _("{n} factures sont prêtes, en brouillon."))
        if made
        else _("Rien de plus à facturer à ce jour.")
    )
    return redirect(url_for(".funding", cohort_id=cohort.id, until=form.until.data.isoformat()))


@bp.post("/cohorts/<int:cohort_id>/funding/advances")
def advance(cohort_id: int) -> ResponseReturnValue:
    cohort, form = _billed(cohort_id), AdvanceForm()
    _offer(form, cohort)
    if form.validate_on_submit():
        try:
            made = bill_advance(form.line_id.data, cents=form.cents.data, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("L’acompte est prêt, en brouillon."))
            return redirect(url_for("bills.draft", draft_id=made.id))
    return _page(cohort, advance=form)


def _page(cohort: Cohort, *, hours: BillHoursForm | None = None, advance: AdvanceForm | None = None) -> ResponseReturnValue:
    until = _until(cohort)
    if hours is None:
        hours = BillHoursForm(formdata=None, until=until)
    if advance is None:
        advance = AdvanceForm(formdata=None)
        _offer(advance, cohort)
    page = render_template(
        "courses/manage/funding.html",
        cohort=cohort,
        until=until,
        lines=due(cohort, until=until, now=clock.now()),
        schemes={choice.value: choice.label for choice in SCHEMES},
        hours=hours,
        advance=advance,
    )
    return page, max(hours.status, advance.status)


def _until(cohort: Cohort) -> date:
    """The day asked for; today as long as the course lasts."""
    try:
        return date.fromisoformat(request.args.get("until", ""))
    except ValueError:
        return min(max(clock.today(places.current().tz), cohort.first_day), cohort.last_day)


def _offer(form: AdvanceForm, cohort: Cohort) -> None:
    lines = due(cohort, until=cohort.first_day, now=clock.now())
    form.line_id.choices = [SelectChoice(one.line.id, f"{one.name}\u00a0: {one.payer or _('la personne elle-même')}") for one in lines]


def _billed(cohort_id: int) -> Cohort:
    """A cohort, for who bills."""
    return run(cohort_id) if current_user.may("manage_billing") else abort(404)
