"""What the lieu keeps of cohorts that are over, until when; and the gesture that empties it, once its time is over."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses import queries
from app.courses.services import retention
from app.place import queries as places
from app.web import rights
from app.web.forms import Form
from app.web.words import said as reason_said

bp = Blueprint("retention", "app.courses", url_prefix="/manage/evidence", template_folder="templates")
bp.before_request(rights.only("open_course_papers"))


@bp.get("/")
def index() -> ResponseReturnValue:
    place = places.current()
    today = clock.today(place.tz)
    return render_template("courses/manage/retention.html", kept=retention.kept(place.id, today), today=today)


@bp.post("/<int:cohort_id>/purge")
def purge(cohort_id: int) -> ResponseReturnValue:
    return _emptied(cohort_id, retention.purge, _("C’est effacé. La chaîne d’émargement reste vérifiable."))


@bp.post("/<int:cohort_id>/words")
def purge_words(cohort_id: int) -> ResponseReturnValue:
    return _emptied(cohort_id, retention.purge_words, _("Journaux, entretiens et notes sont effacés."))


def _emptied(cohort_id: int, gesture: Callable[..., object], done: str) -> ResponseReturnValue:
    cohort = queries.cohort(cohort_id, places.current().id) or abort(404)
    if Form().validate_on_submit():
        try:
            gesture(cohort.id, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            for one in refused.reasons:
                flash(reason_said(one), "warn")
        else:
            flash(done)
    return redirect(url_for(".index"))
