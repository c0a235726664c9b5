"""Tables of what is asked of trainees and what they say: surveys nobody can trace, what they became, complaints."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.courses.models.trainees import Enrolment


class SurveyInvitation(Model):
    """Invitation à une enquête: who was asked, and whether they answered. Never what, nor when."""

    __tablename__ = "course_survey_invitation"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"), primary_key=True)
    survey: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    asked_on: Mapped[date]
    has_answered: Mapped[bool] = mapped_column(default=False)


class SurveyAnswer(Model):
    """Réponse à une enquête: of nobody. Its number is drawn at random, and it has no date."""

    __tablename__ = "course_survey_answer"
    __table_args__ = (sa.Index("ix_course_survey_answer_survey", "cohort_id", "survey"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"))
    survey: Mapped[str] = mapped_column(sa.String(10))
    marks: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # 1 to 5, by question
    words: Mapped[str] = mapped_column(sa.Text, default="")


class FollowUp(Model):
    """Suivi après la formation: what somebody became three, six and twelve months after its end."""

    __tablename__ = "course_follow_up"
    __table_args__ = (
        sa.CheckConstraint("months IN (3, 6, 12)", name="months"),
        sa.CheckConstraint("situation IN ('', 'trade', 'job', 'training', 'looking', 'other')", name="situation"),
        sa.CheckConstraint("(answered_at IS NULL) = (situation = '')", name="answered"),
    )

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"), primary_key=True)
    months: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    asked_on: Mapped[date]
    situation: Mapped[str] = mapped_column(sa.String(8), default="")
    by_staff: Mapped[bool] = mapped_column(default=False)  # told on the telephone
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    enrolment: Mapped[Enrolment] = relationship()


class Complaint(Model):
    """Réclamation or discreet report, answered within its time, with what was improved."""

    __tablename__ = "course_complaint"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('complaint', 'report', 'hazard')", name="kind"),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered"),
        sa.Index("ix_course_complaint_place", "place_id", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_cohort.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))  # none: discreet, or received elsewhere
    kind: Mapped[str] = mapped_column(sa.String(10))
    received_by: Mapped[str] = mapped_column(sa.String(120), default="")  # of one that came by letter or telephone: from whom
    text: Mapped[str] = mapped_column(sa.Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    improvement: Mapped[str] = mapped_column(sa.Text, default="")  # what was changed since
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
