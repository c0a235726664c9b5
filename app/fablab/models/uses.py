"""Tables of use: who had a machine on, from when to when, and what they took for it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.billing.models import Article
from app.booking.models import Booking, Resource
from app.core.db import Model, UtcDateTime
from app.members.models import Member

IS_RUNNING = "ended_at IS NULL"


class Use(Model):
    """Utilisation: from « je commence » to « j’ai fini », inside a booking. A machine has one at a time."""

    __tablename__ = "fablab_use"
    __table_args__ = (
        sa.UniqueConstraint("booking_id"),
        sa.CheckConstraint("ended_at IS NULL OR started_at <= ended_at", name="forward"),
        sa.CheckConstraint("(ended_at IS NULL) = (minutes IS NULL)", name="minutes"),
        sa.Index("uq_use_running", "resource_id", unique=True, sqlite_where=sa.text(IS_RUNNING), postgresql_where=sa.text(IS_RUNNING)),
        sa.Index("ix_use_resource", "resource_id", "started_at"),
        sa.Index("ix_use_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minutes: Mapped[int | None]  # whole minutes really elapsed
    cents: Mapped[int] = mapped_column(default=0)  # of a metered machine: what is due in money
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    booking: Mapped[Booking] = relationship()
    resource: Mapped[Resource] = relationship()
    member: Mapped[Member] = relationship()


class Material(Model):
    """Matière prise: so much of an article, during a use; it goes on the same bill."""

    __tablename__ = "fablab_material"
    __table_args__ = (sa.CheckConstraint("milli > 0", name="quantity"), sa.Index("ix_material_booking", "booking_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_article.id"))
    milli: Mapped[int]  # thousandths of its unit
    cents: Mapped[int] = mapped_column(default=0)
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    article: Mapped[Article] = relationship()
