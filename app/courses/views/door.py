"""The two doors of the course: one's own pages, and those of who runs it; what each person may open."""

from flask import Blueprint, abort
from flask_login import current_user

from app.courses import queries
from app.courses.models import Cohort, CourseSession, Enrolment
from app.courses.queries import standing
from app.courses.rules.seeing import Viewer
from app.place import queries as places

bp = Blueprint("courses", "app.courses", url_prefix="/courses", template_folder="templates")
manage_bp = Blueprint("cohorts", "app.courses", url_prefix="/manage/courses", template_folder="templates")


def may_run(cohort_id: int) -> bool:
    """Whether this person runs this cohort: the lieu's manager, the head of courses, or the cohort's own head."""
    return current_user.may("manage_courses") or queries.is_head(cohort_id, current_user.id)


def may_teach(cohort_id: int) -> bool:
    return may_run(cohort_id) or queries.is_trainer(cohort_id, current_user.id)


def taught(cohort_id: int) -> Cohort:
    """A cohort for who teaches or runs it; for others there is none."""
    cohort = queries.cohort(cohort_id, places.current().id) or abort(404)
    return cohort if may_teach(cohort_id) else abort(404)


def run(cohort_id: int) -> Cohort:
    """A cohort for who may change it."""
    cohort = queries.cohort(cohort_id, places.current().id) or abort(404)
    return cohort if may_run(cohort_id) else abort(404)


def run_session(session_id: int) -> CourseSession:
    session = queries.session(session_id, places.current().id) or abort(404)
    return session if may_run(session.cohort_id) else abort(404)


def run_enrolment(enrolment_id: int) -> Enrolment:
    enrolment = queries.enrolment(enrolment_id, places.current().id) or abort(404)
    return enrolment if may_run(enrolment.cohort_id) else abort(404)


def looking_at(cohort_id: int) -> Viewer:
    """What this person is in a cohort; in one of another lieu, nothing but themselves."""
    return standing.viewer(current_user, cohort_id, place_id=places.current().id)


def for_head_or_manager(cohort_id: int) -> tuple[Cohort, Viewer]:
    """A cohort, for its head and the manager; for everybody else there is no such page."""
    cohort, viewer = queries.cohort(cohort_id, places.current().id) or abort(404), looking_at(cohort_id)
    if not (viewer.is_head or viewer.is_manager):
        abort(404)
    return cohort, viewer


def seen_cohort(cohort_id: int) -> Cohort:
    """A cohort for who follows, teaches or runs it."""
    cohort = queries.cohort(cohort_id, places.current().id) or abort(404)
    follows = any(row.cohort_id == cohort_id for row in queries.enrolments_of(current_user.id))
    return cohort if follows or may_teach(cohort_id) else abort(404)
