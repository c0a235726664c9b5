"""Tables of the weeks in a company: what three parties agreed, what each week was, how the tutor saw it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.courses.models.trainees import Enrolment


class CompanyAgreement(Model):
    """Convention de période en entreprise, between the lieu, a trainee and a company; its tutor has no account here."""

    __tablename__ = "course_company_agreement"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "first_day"),
        sa.CheckConstraint("first_day <= last_day", name="forward"),
        sa.CheckConstraint("signed_on IS NULL OR signed_on < first_day", name="before_day_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    company: Mapped[str] = mapped_column(sa.String(120))
    siret: Mapped[str] = mapped_column(sa.String(14), default="")
    address: Mapped[str] = mapped_column(sa.String(300))
    tutor_name: Mapped[str] = mapped_column(sa.String(120))
    tutor_role: Mapped[str] = mapped_column(sa.String(120), default="")
    tutor_email: Mapped[str] = mapped_column(sa.String(254))
    tasks: Mapped[str] = mapped_column(sa.Text)
    first_day: Mapped[date]
    last_day: Mapped[date]
    signed_on: Mapped[date | None]  # by all three, on paper
    visited_on: Mapped[date | None]
    visit_notes: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enrolment: Mapped[Enrolment] = relationship()


class CompanyWeek(Model):
    """Semaine en entreprise: which half-days were worked, as the trainee says, and as the tutor says. Signed by both, it is evidence."""

    __tablename__ = "course_company_week"
    __table_args__ = (
        sa.CheckConstraint("(trainee_signed_at IS NULL) = (trainee_said IS NULL)", name="trainee"),
        sa.CheckConstraint("(tutor_signed_at IS NULL) = (tutor_said IS NULL)", name="tutor"),
        sa.CheckConstraint("paper_id IS NULL OR (trainee_signed_at IS NOT NULL AND tutor_signed_at IS NOT NULL)", name="both"),
    )

    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("course_company_agreement.id"), primary_key=True)
    monday: Mapped[date] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    trainee_said: Mapped[list[int] | None] = mapped_column(sa.JSON(none_as_null=True))  # the sessions they were at
    trainee_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    work: Mapped[str] = mapped_column(sa.Text, default="")  # what was done, in the trainee's words
    tutor_said: Mapped[list[int] | None] = mapped_column(sa.JSON(none_as_null=True))
    tutor_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str] = mapped_column(sa.Text, default="")  # the tutor's
    paper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_paper.id"))  # the sheet that both signed


class CompanyLevel(Model):
    """Grille d'évaluation: how far a trainee masters a competence, as the tutor sees it; it never acquires a block."""

    __tablename__ = "course_company_level"
    __table_args__ = (sa.CheckConstraint("level BETWEEN 0 AND 4", name="level"),)

    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("course_company_agreement.id"), primary_key=True)
    competence_id: Mapped[int] = mapped_column(sa.ForeignKey("course_competence.id"), primary_key=True)
    level: Mapped[int]
    graded_at: Mapped[datetime] = mapped_column(UtcDateTime)
