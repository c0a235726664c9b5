"""Reads of the open courses: what they hold, what somebody has done of them."""

from functools import lru_cache

import sqlalchemy as sa

from app.core import plain_yaml
from app.core.db import db
from app.courses.models import LessonRead, OpenCourse, OpenEnrolment, QuizAttempt
from app.courses.rules import open_courses, quizzes
from app.courses.rules.open_courses import Followed, OpenOutline
from app.courses.rules.programmes import MOST_BYTES


def open_outline(course: OpenCourse) -> OpenOutline:
    """A course as values; kept in the process as long as its file is the same."""
    return _outline(course.source)


@lru_cache(maxsize=8)
def _outline(source: str) -> OpenOutline:
    return open_courses.check(plain_yaml.read(source.encode(), most_bytes=4 * MOST_BYTES))


def open_list(place_id: int) -> list[OpenCourse]:
    return list(db.session.scalars(sa.select(OpenCourse).where(OpenCourse.place_id == place_id).order_by(OpenCourse.title)))


def open_course(code: str, place_id: int) -> OpenCourse | None:
    found: OpenCourse | None = db.session.scalar(sa.select(OpenCourse).where(OpenCourse.place_id == place_id, OpenCourse.code == code))
    return found


def open_enrolment(open_course_id: int, member_id: int) -> OpenEnrolment | None:
    mine = sa.select(OpenEnrolment).where(OpenEnrolment.open_course_id == open_course_id, OpenEnrolment.member_id == member_id)
    return db.session.scalars(mine.execution_options(populate_existing=True)).one_or_none()


def lessons_read(open_enrolment_id: int) -> set[str]:
    return set(db.session.scalars(sa.select(LessonRead.lesson).where(LessonRead.open_enrolment_id == open_enrolment_id)))


def best_attempts(open_enrolment_id: int) -> dict[str, tuple[int, int]]:
    """(score, questions) of the best attempt at each quiz."""
    rows = db.session.execute(
        sa.select(QuizAttempt.quiz, QuizAttempt.score, QuizAttempt.questions).where(QuizAttempt.open_enrolment_id == open_enrolment_id)
    )
    return quizzes.best((row.quiz, row.score, row.questions) for row in rows)


def open_followed(row: OpenEnrolment) -> Followed:
    return open_courses.followed(open_outline(row.open_course), lessons_read(row.id), best_attempts(row.id))
