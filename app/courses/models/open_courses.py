"""Tables of the open courses (MOOC): followed by whoever wants, at their own pace."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime


class OpenCourse(Model):
    """Parcours en ligne. `source` is its file and the only truth; lessons and quizzes are named by their code in it."""

    __tablename__ = "course_open_course"
    __table_args__ = (sa.UniqueConstraint("place_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(200))
    label: Mapped[str] = mapped_column(sa.String(40))  # its version
    source: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OpenEnrolment(Model):
    """Inscription à un parcours en ligne, by oneself. Once attested, it stays so whatever the course becomes."""

    __tablename__ = "course_open_enrolment"
    __table_args__ = (sa.UniqueConstraint("open_course_id", "member_id"), sa.Index("ix_course_open_enrolment_member", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    open_course_id: Mapped[int] = mapped_column(sa.ForeignKey("course_open_course.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attested_label: Mapped[str] = mapped_column(sa.String(40), default="")  # the version that was followed

    open_course: Mapped[OpenCourse] = relationship()


class LessonRead(Model):
    """Leçon suivie, said by who read it."""

    __tablename__ = "course_lesson_read"

    open_enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_open_enrolment.id", ondelete="CASCADE"), primary_key=True)
    lesson: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QuizAttempt(Model):
    """Essai d'un quiz; the best one is kept."""

    __tablename__ = "course_quiz_attempt"
    __table_args__ = (
        sa.CheckConstraint("score BETWEEN 0 AND questions", name="score"),
        sa.Index("ix_course_quiz_attempt_enrolment", "open_enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    open_enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_open_enrolment.id", ondelete="CASCADE"))
    quiz: Mapped[str] = mapped_column(sa.String(40))
    score: Mapped[int]
    questions: Mapped[int]
    answers: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
