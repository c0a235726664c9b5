"""Tables of clearances: what may be shown to somebody, and who was shown it. A clearance is never deleted."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.members.models import Group


class ClearanceType(Model):
    """Type d'habilitation: Laser, CNC… with its expiry policy and whether a cleared peer may give it."""

    __tablename__ = "fablab_clearance_type"
    __table_args__ = (
        sa.UniqueConstraint("place_id", "name"),
        sa.CheckConstraint("policy IN ('none', 'duration', 'fixed_date', 'unused')", name="policy"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    policy: Mapped[str] = mapped_column(sa.String(10), default="none")
    months: Mapped[int | None]  # of `duration` and `unused`
    until: Mapped[date | None]  # of `fixed_date`
    peers: Mapped[bool] = mapped_column(default=False)


class Clearance(Model):
    """Habilitation: this member was shown how to use these machines safely. Never deleted."""

    __tablename__ = "fablab_clearance"
    __table_args__ = (sa.Index("ix_clearance_member", "member_id", "clearance_type_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    clearance_type_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_clearance_type.id"))
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    given_on: Mapped[date]
    expires_on: Mapped[date | None]  # last day included
    evidence: Mapped[str] = mapped_column(sa.String(200), default="")
    revoked_on: Mapped[date | None]
    revoked_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    warned_at_30: Mapped[datetime | None] = mapped_column(UtcDateTime)  # each warning leaves once
    warned_at_7: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lapse_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    clearance_type: Mapped[ClearanceType] = relationship()


class GroupClearance(Model):
    """Habilitation d'un groupe: the people of a cohort may use these machines for as long as they belong to it."""

    __tablename__ = "fablab_group_clearance"
    __table_args__ = (sa.Index("ix_group_clearance_group", "group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("member_group.id", ondelete="CASCADE"))
    clearance_type_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_clearance_type.id"))
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    given_on: Mapped[date]
    expires_on: Mapped[date | None]  # last day included
    revoked_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    clearance_type: Mapped[ClearanceType] = relationship()
    group: Mapped[Group] = relationship()
