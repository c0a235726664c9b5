"""Tables of trainings: a session that takes its machines, and who has a seat in it or waits for one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.booking.models import Booking, Resource
from app.core.db import Model, UtcDateTime
from app.fablab.models.clearances import ClearanceType
from app.members.models import Member

SEATED = ("held", "enrolled", "present", "absent")  # these have a seat of their own
HAS_A_SEAT = "state IN ('held', 'enrolled', 'present', 'absent')"
STANDS = "state IN ('waiting', 'held', 'enrolled', 'present', 'absent')"


class Training(Model):
    """Initiation: a session, its trainer, its seats, what it costs, and the clearance it gives. It occupies its machines by itself."""

    __tablename__ = "fablab_training"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="forward"),
        sa.CheckConstraint("seats > 0 AND min_seats >= 0 AND min_seats <= seats", name="seats"),
        sa.CheckConstraint("cents >= 0", name="cents"),
        sa.CheckConstraint("state IN ('planned', 'done', 'cancelled')", name="state"),
        sa.Index("ix_training_when", "place_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    clearance_type_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fablab_clearance_type.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    trainer_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seats: Mapped[int]
    min_seats: Mapped[int] = mapped_column(default=0)  # fewer at the hour of decision: it is cancelled
    decide_hours: Mapped[int] = mapped_column(default=24)  # before the start
    free_hours: Mapped[int] = mapped_column(default=48)  # giving a seat up is free until so many hours before, included
    cents: Mapped[int] = mapped_column(default=0)  # full price
    group_cents: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)  # the price of each tariff group that has its own
    state: Mapped[str] = mapped_column(sa.String(10), default="planned")
    cancel_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))  # what holds its machines; none: it takes none
    actor_id: Mapped[int | None]
    uid: Mapped[str] = mapped_column(sa.String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    clearance_type: Mapped[ClearanceType | None] = relationship()
    trainer: Mapped[Member] = relationship()
    booking: Mapped[Booking | None] = relationship()
    machines: Mapped[list[Resource]] = relationship(secondary="fablab_training_machine", order_by=Resource.rank)


class TrainingMachine(Model):
    """Machine that a training takes."""

    __tablename__ = "fablab_training_machine"

    training_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_training.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"), primary_key=True)


def _unique(name: str, column: str, where: str) -> sa.Index:
    return sa.Index(name, "training_id", column, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


class TrainingSeat(Model):
    """Inscription: waiting, kept for a while, enrolled, then present or absent; or given up. Two never have the same seat."""

    __tablename__ = "fablab_training_seat"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('waiting', 'held', 'enrolled', 'present', 'absent', 'left', 'lapsed', 'cancelled')",
            name="state",
        ),
        sa.CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name="held_until"),
        sa.CheckConstraint("state NOT IN ('held', 'enrolled', 'present', 'absent') OR number IS NOT NULL", name="number"),
        _unique("uq_training_seat_once", "member_id", STANDS),
        _unique("uq_training_seat_number", "number", HAS_A_SEAT),
        sa.Index("ix_training_seat_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    training_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_training.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(sa.String(10))
    number: Mapped[int | None]
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cents: Mapped[int] = mapped_column(default=0)  # frozen when it is taken
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    training: Mapped[Training] = relationship()
    member: Mapped[Member] = relationship()
