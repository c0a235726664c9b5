"""Tables of who learns together and when: a cohort, its trainers, its sessions."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.courses.models.programmes import Sequence
from app.members.models import Member


class Cohort(Model):
    """Promotion: people who follow a version of a programme together, from a day to a day, both included."""

    __tablename__ = "course_cohort"
    __table_args__ = (
        sa.UniqueConstraint("place_id", "code"),
        sa.CheckConstraint("state IN ('draft', 'running', 'closed')", name="state"),
        sa.CheckConstraint("first_day <= last_day", name="forward"),
        sa.CheckConstraint("(company_first_day IS NULL) = (company_last_day IS NULL)", name="company"),
        sa.CheckConstraint("capacity > 0 AND tolerance_minutes >= 0", name="numbers"),
        sa.CheckConstraint("weeks_on_site BETWEEN 1 AND cycle_weeks", name="rhythm"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    programme_version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_programme_version.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    company_first_day: Mapped[date | None]
    company_last_day: Mapped[date | None]
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking_resource.id"))
    capacity: Mapped[int]
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("member_group.id"))  # its desks, hours and clearances are held as a group
    tolerance_minutes: Mapped[int] = mapped_column(default=0)  # late arrivals below it count as on time
    weekdays: Mapped[list[int]] = mapped_column(sa.JSON, default=lambda: [0, 1, 2, 3, 4])
    cycle_weeks: Mapped[int] = mapped_column(default=1)  # « one week of four on site » : 4, and weeks_on_site 1
    weeks_on_site: Mapped[int] = mapped_column(default=1)
    # The Mondays of its weeks on site, said one by one; when there are any, the cycle says nothing more.
    site_weeks: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default=sa.text("'[]'"))
    state: Mapped[str] = mapped_column(sa.String(8), default="draft")
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    poured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_until: Mapped[date | None]  # the last day of its evidence, once it was proposed to purge it; it only moves away
    purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CohortClosure(Model):
    """Fermeture d'une promotion: days, both included, when it does not meet though the lieu may be open."""

    __tablename__ = "course_cohort_closure"
    __table_args__ = (sa.CheckConstraint("first_day <= last_day", name="forward"), sa.Index("ix_course_closure_cohort", "cohort_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    label: Mapped[str] = mapped_column(sa.String(120), default="")


class CohortTrainer(Model):
    """Formateur·rice d'une promotion; `is_head`: its responsable."""

    __tablename__ = "course_cohort_trainer"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    is_head: Mapped[bool] = mapped_column(default=False)


class CourseSession(Model):
    """Séance: one half-day of a cohort. Its room is held by a booking of the engine; moved or cancelled, it stays the same event."""

    __tablename__ = "course_session"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="forward"),
        sa.CheckConstraint("half IN ('morning', 'afternoon')", name="half"),
        sa.CheckConstraint("where_ IN ('centre', 'company', 'distance')", name="where"),
        sa.CheckConstraint("state IN ('planned', 'cancelled')", name="state"),
        sa.Index("ix_course_session_cohort", "cohort_id", "starts_at"),
        sa.Index("ix_course_session_trainer", "trainer_id", "starts_at"),
        sa.Index("ix_course_session_place", "place_id", "day"),
        sa.Index("ix_course_session_booking", "booking_id"),
        sa.Index(
            "uq_course_session_half",
            "cohort_id",
            "day",
            "half",
            unique=True,
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"))
    sequence_id: Mapped[int] = mapped_column(sa.ForeignKey("course_sequence.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[date]  # in the lieu's zone
    half: Mapped[str] = mapped_column(sa.String(9))
    trainer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking_resource.id"))
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))  # what holds the room
    where_: Mapped[str] = mapped_column(sa.String(8), default="centre")
    state: Mapped[str] = mapped_column(sa.String(9), default="planned")
    holiday_reason: Mapped[str] = mapped_column(sa.String(300), default="")  # why it takes place on a public holiday; printed
    cancel_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")  # what to bring that day, what to know
    uid: Mapped[str] = mapped_column(sa.String(80), unique=True)  # of its calendar event, for ever
    sequence_no: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    sequence: Mapped[Sequence] = relationship()
    trainer: Mapped[Member | None] = relationship()
    cohort: Mapped[Cohort] = relationship()

    @property
    def minutes(self) -> int:
        """Planned minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)
