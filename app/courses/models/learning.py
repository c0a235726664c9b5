"""Tables of what is learnt: work handed in and reviewed, what a person masters, tests of a block, journals and notes."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.courses.models.trainees import Enrolment
from app.members.models import Member


class Assignment(Model):
    """Travail à rendre: asked of a cohort, with the criteria it will be read with."""

    __tablename__ = "course_assignment"
    __table_args__ = (sa.Index("ix_course_assignment_cohort", "cohort_id", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"))
    title: Mapped[str] = mapped_column(sa.String(200))
    brief: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown
    criteria: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    peers: Mapped[bool] = mapped_column(default=False)  # whether other trainees may review it
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Submission(Model):
    """Rendu: a version of somebody's work, as the address of a repository and the commit that is read. Never changed."""

    __tablename__ = "course_submission"
    __table_args__ = (
        sa.UniqueConstraint("assignment_id", "enrolment_id", "version"),
        sa.CheckConstraint("version > 0", name="version"),
        sa.Index("ix_course_submission_enrolment", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_assignment.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    version: Mapped[int]
    url: Mapped[str] = mapped_column(sa.String(400))
    commit: Mapped[str] = mapped_column(sa.String(40))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enrolment: Mapped[Enrolment] = relationship()


class Review(Model):
    """Revue d'un rendu: a verdict for each criterion. A trainer's decides; a peer's helps."""

    __tablename__ = "course_review"
    __table_args__ = (sa.Index("ix_course_review_submission", "submission_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("course_submission.id"))
    reviewer_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    by_peer: Mapped[bool] = mapped_column(default=False)
    verdicts: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)  # {criterion, acquired, comment}
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    reviewer: Mapped[Member] = relationship()


class Mastery(Model):
    """Niveau de maîtrise d'une compétence: 0 to 4, seen by a trainer or by oneself, on a day, from some evidence. Never changed."""

    __tablename__ = "course_mastery"
    __table_args__ = (
        sa.CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        sa.Index("ix_course_mastery_enrolment", "enrolment_id", "competence_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    competence_id: Mapped[int] = mapped_column(sa.ForeignKey("course_competence.id"))
    level: Mapped[int]
    by_self: Mapped[bool]
    assessor_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    evidence: Mapped[str] = mapped_column(sa.String(300), default="")
    assessed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BlockTest(Model):
    """ECF: a test of a block, or its resit."""

    __tablename__ = "course_block_test"
    __table_args__ = (sa.Index("ix_course_block_test_enrolment", "enrolment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    block_code: Mapped[str] = mapped_column(sa.String(40))
    taken_on: Mapped[date]
    is_resit: Mapped[bool] = mapped_column(default=False)
    passed: Mapped[bool]
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    assessor_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class JournalPage(Model):
    """Page du journal de bord: a week in a trainee's words, read by whom they choose: `readers`, and each `JournalReader`."""

    __tablename__ = "course_journal_page"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "week"),
        sa.CheckConstraint("readers IN ('self', 'trainers', 'cohort')", name="readers"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    week: Mapped[date]  # its Monday
    text: Mapped[str] = mapped_column(sa.Text, default="")
    readers: Mapped[str] = mapped_column(sa.String(8), default="self")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enrolment: Mapped[Enrolment] = relationship()


class JournalReader(Model):
    """Lecteur choisi d'une page du journal, beside those that `readers` says."""

    __tablename__ = "course_journal_reader"
    __table_args__ = (sa.Index("ix_course_journal_reader_member", "member_id"),)

    page_id: Mapped[int] = mapped_column(sa.ForeignKey("course_journal_page.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)


class Interview(Model):
    """Entretien individuel: what was said and decided, read by the trainee, who may answer."""

    __tablename__ = "course_interview"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('start', 'follow_up', 'mid', 'end')", name="kind"),
        sa.Index("ix_course_interview_enrolment", "enrolment_id", "held_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    held_on: Mapped[date]
    said: Mapped[str] = mapped_column(sa.Text)
    decided: Mapped[str] = mapped_column(sa.Text, default="")
    answer: Mapped[str] = mapped_column(sa.Text, default="")  # the trainee's own words
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enrolment: Mapped[Enrolment] = relationship()
    held_by: Mapped[Member] = relationship()


class SequenceAttempt(Model):
    """Essai du quiz d'une séquence, named by the code of the sequence; the best one is kept."""

    __tablename__ = "course_sequence_attempt"
    __table_args__ = (
        sa.CheckConstraint("score BETWEEN 0 AND questions", name="score"),
        sa.Index("ix_course_sequence_attempt_enrolment", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    quiz: Mapped[str] = mapped_column(sa.String(40))
    score: Mapped[int]
    questions: Mapped[int]
    answers: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffNote(Model):
    """Note de l'équipe on a trainee: for its author and the head of the course."""

    __tablename__ = "course_staff_note"
    __table_args__ = (sa.Index("ix_course_staff_note_enrolment", "enrolment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    author: Mapped[Member] = relationship()
