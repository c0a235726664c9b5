"""Table of company: who joins somebody on a machine that nobody may use alone."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.booking.models import Booking
from app.core.db import Model, UtcDateTime
from app.members.models import Member

STAYS = "left_at IS NULL"


class Companion(Model):
    """Deuxième personne: comes too, and knows the machine. Each has a number, so that two never take the last place."""

    __tablename__ = "fablab_companion"
    __table_args__ = (
        sa.CheckConstraint("number > 1", name="number"),
        sa.Index("uq_companion_number", "booking_id", "number", unique=True, sqlite_where=sa.text(STAYS), postgresql_where=sa.text(STAYS)),
        sa.Index("uq_companion_once", "booking_id", "member_id", unique=True, sqlite_where=sa.text(STAYS), postgresql_where=sa.text(STAYS)),
        sa.Index("ix_companion_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    number: Mapped[int]  # who booked is the first
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    booking: Mapped[Booking] = relationship()
    member: Mapped[Member] = relationship()
