"""Open courses: taken from a file, followed by whoever wants, attested once followed."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, insert_unless_there, transaction
from app.core.refusals import Refused
from app.courses import queries
from app.courses.models import LessonRead, OpenCourse, OpenEnrolment, QuizAttempt
from app.courses.rules import open_courses
from app.courses.rules.refusals import NoSuchLesson, NotFollowedYet


def load_open_course(content: bytes, *, place_id: int, actor_id: int | None, now: datetime) -> OpenCourse:
    """Take an open course's file; twice the same changes nothing. What people did stays theirs."""
    outline, source = open_courses.read(content)
    with transaction():
        row = db.session.scalar(sa.select(OpenCourse).where(OpenCourse.place_id == place_id, OpenCourse.code == outline.code))
        if row is None:
            row = OpenCourse(place_id=place_id, code=outline.code, created_at=now)
            db.session.add(row)
        elif row.source == source:
            return row
        row.title, row.label, row.source, row.changed_at = outline.title, outline.label, source, now
        db.session.flush()
        journal.record("open_course.loaded", row.id, place_id=place_id, actor_id=actor_id, at=now, version=outline.label)
        return row


def follow(open_course_id: int, *, member_id: int, now: datetime) -> OpenEnrolment:
    """Somebody enrols oneself; twice is once."""
    with transaction():
        enrol = insert_unless_there(OpenEnrolment).values(open_course_id=open_course_id, member_id=member_id, enrolled_at=now)
        db.session.execute(enrol.values(attested_label=""))
        return db.session.scalars(
            sa.select(OpenEnrolment).where(OpenEnrolment.open_course_id == open_course_id, OpenEnrolment.member_id == member_id)
        ).one()


def mark_read(open_enrolment_id: int, *, lesson: str, now: datetime) -> None:
    """A lesson is read, said by who read it."""
    with transaction():
        row = db.session.get_one(OpenEnrolment, open_enrolment_id)
        if lesson not in {one.code for one in queries.open_outline(row.open_course).lessons}:
            raise Refused(NoSuchLesson())
        db.session.execute(insert_unless_there(LessonRead).values(open_enrolment_id=row.id, lesson=lesson, read_at=now))


def try_quiz(open_enrolment_id: int, *, quiz: str, answers: Sequence[int | None], now: datetime) -> QuizAttempt:
    """One attempt; the best one counts."""
    with transaction():
        row = db.session.get_one(OpenEnrolment, open_enrolment_id)
        found = next((one for one in queries.open_outline(row.open_course).quizzes if one.code == quiz), None)
        if found is None:
            raise Refused(NoSuchLesson())
        attempt = QuizAttempt(
            open_enrolment_id=row.id,
            quiz=quiz,
            score=found.score(answers),
            questions=len(found.questions),
            answers=list(answers),
            at=now,
        )
        db.session.add(attempt)
        db.session.flush()
        return attempt


def attest(open_enrolment_id: int, *, now: datetime) -> OpenEnrolment:
    """All is read and passed: an attestation of that version, which no later lesson takes back."""
    with transaction():
        row = db.session.get_one(OpenEnrolment, open_enrolment_id)
        if row.attested_at is not None:
            return row
        if not queries.open_followed(row).is_complete:
            raise Refused(NotFollowedYet())
        row.attested_at, row.attested_label = now, row.open_course.label
        db.session.flush()
        journal.record(
            "open_course.attested", row.id, place_id=row.open_course.place_id, actor_id=row.member_id, member_id=row.member_id, at=now
        )
        return row
