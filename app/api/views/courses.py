"""The course: the cohorts that one follows, teaches or runs, and their sessions. Who has no part in a cohort finds none."""

from typing import Any

from app.api import queries
from app.api.forms import courses as forms
from app.api.forms.shared import Page
from app.api.queries import BadCursor
from app.api.views import answers
from app.api.views.answers import Answer
from app.api.views.door import Caller, Door
from app.api.views.problems import Problem, WrongField
from app.core.refusals import N_
from app.courses.models import Cohort

bp = Door("courses", N_("Formation"))


@bp.get("/cohorts", N_("Les promotions que je suis, anime ou organise"), query=Page, answer=(200, forms.Cohorts))
def cohorts(caller: Caller, wanted: dict[str, Any]) -> Answer:
    try:
        rows, cursor = queries.cohorts(caller.id, sees_all=caller.may("manage_courses"), **wanted)
    except BadCursor as bad:
        raise WrongField("cursor", "bad_cursor") from bad
    return answers.page([answers.cohort(row) for row in rows], cursor)


@bp.get("/cohorts/<id:cohort_id>/sessions", N_("Les séances d’une promotion"), query=forms.SessionFilter, answer=(200, forms.Sessions))
def sessions(caller: Caller, wanted: dict[str, Any], cohort_id: int) -> Answer:
    cohort = seen(caller, cohort_id)
    try:
        slots, cursor = queries.sessions(cohort, **wanted)
    except BadCursor as bad:
        raise WrongField("cursor", "bad_cursor") from bad
    zone = queries.zone(cohort.place_id)
    return answers.page([answers.session(slot, zone) for slot in slots], cursor)


def seen(caller: Caller, cohort_id: int) -> Cohort:
    """A cohort that this person follows, teaches or runs."""
    cohort = queries.cohort(cohort_id, caller.id, sees_all=caller.may("manage_courses"))
    if cohort is None:
        raise Problem(404, "not_found")
    return cohort
