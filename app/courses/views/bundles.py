"""Many papers taken away at once: asked for here, made by the worker, with a progress bar, and for who asked alone."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core import clock
from app.core.db import db
from app.core.refusals import N_, Refused
from app.courses.forms.presence import BundleForm
from app.courses.models import Bundle, Cohort
from app.courses.queries import occasions
from app.courses.services import bundles
from app.courses.views.door import for_head_or_manager
from app.place import queries as places
from app.web.downloads import taken_away
from app.web.forms import SelectChoice
from app.web.typography import words

bp = Blueprint("course_bundles", "app.courses", url_prefix="/courses", template_folder="templates")
NAMES = {
    "evidence": N_("Dossier de preuve"),
    "statements": N_("Relevés du mois"),
    "certificates": N_("Certificats"),
}


@bp.route("/cohorts/<int:cohort_id>/bundles", methods=["GET", "POST"])
def index(cohort_id: int) -> ResponseReturnValue:
    """Asking is a small thing: the worker makes the papers. Booklets of evaluation go to a head, not to a manager who does not teach."""
    cohort, viewer = for_head_or_manager(cohort_id)
    form, months = BundleForm(), occasions.months_over(cohort.id, clock.now())
    form.month.choices = [SelectChoice(month.isoformat(), words().month(month)) for month in months]
    if form.validate_on_submit():
        month = _month_asked(form, months)
        with_grades = form.kind.data == "evidence" and viewer.is_head
        try:
            made = bundles.ask(cohort, kind=form.kind.data, month=month, with_grades=with_grades, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(url_for(".one", bundle_id=made.id))
    asked = bundles.of_person(cohort_id, current_user.id)
    return render_template(
        "courses/presence/bundles.html", cohort=cohort, form=form, asked=asked, names=NAMES, place=places.current()
    ), form.status


@bp.get("/bundles/<int:bundle_id>")
def one(bundle_id: int) -> ResponseReturnValue:
    """How far it has come; then where to take it."""
    bundle, cohort = _own(bundle_id)
    return render_template(
        "courses/presence/bundle.html",
        bundle=bundle,
        cohort=cohort,
        name=NAMES[bundle.kind],
        progress=bundles.progress_of(bundle),
        expires_at=bundles.expires_at(bundle),
        place=places.current(),
    )


@bp.get("/bundles/<int:bundle_id>.zip")
def take(bundle_id: int) -> ResponseReturnValue:
    """The file. Taking it leaves a line."""
    bundle, cohort = _own(bundle_id)
    content = bundles.take(bundle.id, actor_id=current_user.id, now=clock.now())
    if content is None:
        abort(404)
    month = f"-{bundle.month:%Y-%m}" if bundle.month else ""
    return taken_away(content, name=f"{cohort.code}-{_FILES[bundle.kind]}{month}.zip", content_type="application/zip")


_FILES = {"evidence": "preuves", "statements": "releves", "certificates": "certificats"}


# ---------------------------------------------------------------- private


def _month_asked(form: BundleForm, months: Sequence[date]) -> date | None:
    """Only statements have one."""
    wanted = form.month.data if form.kind.data == "statements" else None
    return next((month for month in months if month.isoformat() == wanted), None)


def _own(bundle_id: int) -> tuple[Bundle, Cohort]:
    """What oneself asked for, as long as one still may: for everybody else there is no such page."""
    bundle = db.session.get(Bundle, bundle_id) or abort(404)
    cohort, viewer = for_head_or_manager(bundle.cohort_id)
    if bundle.asked_by_id != current_user.id or (bundle.with_grades and not viewer.is_head):
        abort(404)
    return bundle, cohort
