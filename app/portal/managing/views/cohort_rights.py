"""What a cohort gives its trainees in the lieu, as a group: desks, machine hours, clearances; the courses, billing and fablab meet here."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing.models import Lot
from app.billing.queries.shared import shared_lots
from app.billing.services.shared import share_monthly
from app.core import clock
from app.core.db import transaction
from app.core.refusals import Refused
from app.courses.models import Cohort
from app.courses.views.door import run
from app.fablab import queries as fablab
from app.fablab import services as clearances
from app.place import queries as places
from app.portal.managing.forms.cohort_rights import ClearForm, SharedForm
from app.web.forms import SelectChoice

bp = Blueprint("cohort_rights", "app.portal", url_prefix="/manage/courses/cohorts", template_folder="templates")

DESKS, MACHINES = ("half_day", "desk"), ("minute", "machine")


@bp.get("/<int:cohort_id>/rights")
def index(cohort_id: int) -> ResponseReturnValue:
    """For who runs the cohort; who manages courses may change it."""
    return _page(run(cohort_id))


@bp.post("/<int:cohort_id>/rights")
def share(cohort_id: int) -> ResponseReturnValue:
    cohort, form = _changed(cohort_id), SharedForm()
    if not form.validate_on_submit():
        return _page(cohort, shared=form)
    now = clock.now()
    given = {
        "place_id": cohort.place_id,
        "group_id": cohort.group_id,
        "first": cohort.first_day,
        "last": cohort.last_day,
        "today": now.astimezone(places.current().tz).date(),
        "now": now,
        "actor_id": current_user.id,
    }
    with transaction():
        for (unit, scope), units in ((DESKS, form.half_days.data), (MACHINES, 60 * form.hours.data)):
            share_monthly(unit=unit, scope=scope, units=units, **given)
    flash(_("La promotion a ses droits, mois par mois, jusqu’à son dernier jour."))
    return redirect(url_for(".index", cohort_id=cohort.id))


@bp.post("/<int:cohort_id>/rights/clearances")
def clear(cohort_id: int) -> ResponseReturnValue:
    cohort, form = _changed(cohort_id), ClearForm()
    _offer(form, cohort)
    if form.validate_on_submit():
        try:
            clearances.clear_group(
                group_id=cohort.group_id,
                clearance_type_id=form.clearance_type_id.data,
                expires_on=None,  # for as long as one belongs to the cohort
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Les stagiaires de la promotion peuvent s’en servir."))
            return redirect(url_for(".index", cohort_id=cohort.id))
    return _page(cohort, clear=form)


@bp.post("/<int:cohort_id>/rights/clearances/<int:row_id>/end")
def end_clearance(cohort_id: int, row_id: int) -> ResponseReturnValue:
    cohort = _changed(cohort_id)
    if row_id not in {row.id for row, _group, _kind in fablab.group_clearances(cohort.place_id) if row.group_id == cohort.group_id}:
        abort(404)
    gone = clearances.revoke_group(group_clearance_id=row_id, actor_id=current_user.id, now=clock.now())
    flash(_("La promotion n’a plus cette habilitation."))
    if gone:
        flash(_("Ce qui était réservé sans autre droit est annulé et rendu\u202f; les personnes sont prévenues."))
    return redirect(url_for(".index", cohort_id=cohort.id))


def _page(cohort: Cohort, *, shared: SharedForm | None = None, clear: ClearForm | None = None) -> ResponseReturnValue:
    lots = shared_lots(cohort.group_id, cohort.place_id)
    if shared is None:
        shared = SharedForm(formdata=None, half_days=_monthly(lots, DESKS), hours=_monthly(lots, MACHINES) // 60)
    if clear is None:
        clear = ClearForm(formdata=None)
        _offer(clear, cohort)
    months: dict[str, dict[str, Lot | None]] = {}
    for lot in lots:
        if lot.granted and lot.valid_from:
            months.setdefault(lot.valid_from.isoformat()[:7], {"half_day": None, "minute": None})[lot.unit] = lot
    page = render_template(
        "managing/cohort_rights.html",
        cohort=cohort,
        months=sorted(months.items()),
        clearances=[(row, kind) for row, _group, kind in fablab.group_clearances(cohort.place_id) if row.group_id == cohort.group_id],
        shared=shared,
        clear=clear,
        may_change=current_user.may("manage_courses"),
    )
    return page, max(shared.status, clear.status)


def _monthly(lots: Sequence[Lot], what: tuple[str, str]) -> int:
    """What the last month is given: the months before it may have been given otherwise."""
    return next((lot.granted for lot in reversed(lots) if (lot.unit, lot.scope) == what), 0)


def _offer(form: ClearForm, cohort: Cohort) -> None:
    form.clearance_type_id.choices = [SelectChoice(one.id, one.name) for one in fablab.clearance_types(cohort.place_id)]


def _changed(cohort_id: int) -> Cohort:
    cohort = run(cohort_id)
    return cohort if current_user.may("manage_courses") else abort(404)
