"""Tables of badge readers: the box beside a machine, what it already said, and whose a badge is."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.booking.models import Resource
from app.core.db import Model, UtcDateTime
from app.members.models import Member

STANDS = "revoked_at IS NULL"


class Relay(Model):
    """Lecteur de badge of a machine: what it signs with is sealed, and was shown once."""

    __tablename__ = "fablab_relay"
    __table_args__ = (sa.Index("ix_relay_resource", "resource_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    key: Mapped[str] = mapped_column(sa.String(24), unique=True)  # who it says it is, for all to see
    sealed_secret: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unknown_mark: Mapped[str] = mapped_column(sa.String(64), default="")  # the last badge that nobody has, to be given to somebody
    unknown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    resource: Mapped[Resource] = relationship()


class RelayNonce(Model):
    """What a reader has said once: said again, it is somebody else repeating it."""

    __tablename__ = "fablab_relay_nonce"
    __table_args__ = (sa.UniqueConstraint("relay_id", "nonce"), sa.Index("ix_relay_nonce_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    relay_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_relay.id"))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Badge(Model):
    """Badge of a person: a keyed hash of its number, which cannot be read back."""

    __tablename__ = "fablab_badge"
    __table_args__ = (
        sa.Index("uq_badge_mark", "place_id", "mark", unique=True, sqlite_where=sa.text(STANDS), postgresql_where=sa.text(STANDS)),
        sa.Index("ix_badge_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    mark: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    member: Mapped[Member] = relationship()
