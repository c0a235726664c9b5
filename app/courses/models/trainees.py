"""Tables of who follows a cohort, and who pays for it; and before that, of who asks to."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.courses.models.cohorts import Cohort
from app.members.models import Member


class Enrolment(Model):
    """Inscription d'un·e stagiaire: a person in a cohort, from a day to a day of their own.

    `last_day` is none as long as they follow it to its end; who leaves has their last half-day there. Nothing they did is lost.
    """

    __tablename__ = "course_enrolment"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "member_id"),
        sa.CheckConstraint("status IN ('enrolled', 'left', 'completed', 'withdrawn')", name="status"),
        sa.CheckConstraint("last_day IS NULL OR first_day <= last_day", name="forward"),
        sa.CheckConstraint("exit_half IN ('morning', 'afternoon')", name="exit_half"),
        sa.CheckConstraint("exempted_minutes >= 0", name="exempted"),
        sa.Index("ix_course_enrolment_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    status: Mapped[str] = mapped_column(sa.String(9), default="enrolled")
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    exit_half: Mapped[str | None] = mapped_column(sa.String(9))  # the last half-day of `last_day`; none: the whole day
    exit_reason: Mapped[str] = mapped_column(sa.String(40), default="")  # a category, never a story
    exempted_minutes: Mapped[int] = mapped_column(default=0)  # what its exempted half-days come to
    exemption_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    bpf_status: Mapped[str] = mapped_column(sa.String(20), default="job_seeker")  # line of frame F-1
    group_member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_group_member.id", ondelete="SET NULL"))
    kept_name: Mapped[str] = mapped_column(sa.String(120), default="")  # of somebody erased, as long as their evidence is to be kept
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    member: Mapped[Member] = relationship()
    cohort: Mapped[Cohort] = relationship()

    @property
    def name(self) -> str:
        """Of the trainee, on what proves their training."""
        return self.kept_name or self.member.name


TRAINEE_NAME = sa.func.coalesce(sa.func.nullif(Enrolment.kept_name, ""), Member.name).label("name")


class Exemption(Model):
    """Dispense: a half-day that one trainee is not asked to follow, decided before it."""

    __tablename__ = "course_exemption"

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id", ondelete="CASCADE"), primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("course_session.id", ondelete="CASCADE"), primary_key=True)


class FundingLine(Model):
    """Ligne de financement: who pays how many hours of one trainee, at what price an hour."""

    __tablename__ = "course_funding_line"
    __table_args__ = (
        sa.CheckConstraint("minutes > 0 AND hour_cents >= 0", name="numbers"),
        sa.Index("ix_course_funding_enrolment", "enrolment_id"),
        sa.Index("ix_course_funding_organisation", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))  # none: the trainee pays
    scheme: Mapped[str] = mapped_column(sa.String(20), default="")  # dispositif: poei, afc, cpf, opco, region, own
    reference: Mapped[str] = mapped_column(sa.String(80), default="")  # number of the agreement or of the file
    minutes: Mapped[int]  # at most
    hour_cents: Mapped[int]
    rank: Mapped[int] = mapped_column(default=0)  # which one is used first
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Application(Model):
    """Candidature: somebody who asks to follow a cohort, up to the decision."""

    __tablename__ = "course_application"
    __table_args__ = (
        sa.CheckConstraint("status IN ('received', 'interview', 'accepted', 'waiting', 'refused', 'withdrawn', 'enrolled')", name="status"),
        sa.Index("ix_course_application_cohort", "cohort_id", "status"),
        sa.Index("ix_course_application_email", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str] = mapped_column(sa.String(254))
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    town: Mapped[str] = mapped_column(sa.String(120), default="")
    birth_date: Mapped[date | None]
    situation: Mapped[str] = mapped_column(sa.String(20), default="job_seeker")
    motivation: Mapped[str] = mapped_column(sa.Text, default="")
    experience: Mapped[str] = mapped_column(sa.Text, default="")
    needs: Mapped[str] = mapped_column(sa.Text, default="")  # arrangements they ask for (disability, children, travel)
    status: Mapped[str] = mapped_column(sa.String(10), default="received")
    interview_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    interview_notes: Mapped[str] = mapped_column(sa.Text, default="")
    decision_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    waiting_rank: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    enrolment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
