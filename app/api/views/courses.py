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


@bp.get(
    "/cohorts/<id:cohort_id>/attendance",
    N_("Les heures d’une promotion\u00a0: les miennes, celles de mes demi-journées, ou toutes"),
    query=forms.AttendanceFilter,
    answer=(200, forms.Attendance),
)
def attendance(caller: Caller, wanted: dict[str, Any], cohort_id: int) -> Answer:
    cohort = seen(caller, cohort_id)
    try:
        begin = queries.key_of(wanted["cursor"], length=1)[0] if wanted["cursor"] else 0
    except BadCursor as bad:
        raise WrongField("cursor", "bad_cursor") from bad
    lines = queries.hours(cohort, caller.id, since=wanted["since"], until=wanted["until"], now=caller.now)
    end = begin + wanted["limit"]
    return answers.page([answers.hours(line) for line in lines[begin:end]], queries.cursor_of(end) if end < len(lines) else None)


def seen(caller: Caller, cohort_id: int) -> Cohort:
    """A cohort that this person follows, teaches or runs."""
    cohort = queries.cohort(cohort_id, caller.id, sees_all=caller.may("manage_courses"))
    if cohort is None:
        raise Problem(404, "not_found")
    return cohort
