"""Tables of rights that travel: what this lieu signs with, which lieux it trusts, what it accepted from them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.fablab.models.clearances import Clearance

TRUSTED = "revoked_at IS NULL"


class LieuKey(Model):
    """Clé du lieu: it signs the rights that people take elsewhere."""

    __tablename__ = "fablab_lieu_key"

    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    public_key: Mapped[str] = mapped_column(sa.String(60))
    sealed_private: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrustedLieu(Model):
    """Lieu de confiance: another one, whose clearances may be accepted here."""

    __tablename__ = "fablab_trusted_lieu"
    __table_args__ = (
        sa.Index("uq_trusted_key", "place_id", "public_key", unique=True, sqlite_where=sa.text(TRUSTED), postgresql_where=sa.text(TRUSTED)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    url: Mapped[str] = mapped_column(sa.String(200))
    public_key: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AcceptedRight(Model):
    """Habilitation reconnue: where a clearance comes from. A right of another lieu is accepted once, for ever."""

    __tablename__ = "fablab_accepted_right"
    __table_args__ = (
        sa.UniqueConstraint("place_id", "public_key", "number"),
        sa.Index("ix_accepted_right_clearance", "clearance_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    clearance_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_clearance.id"))
    public_key: Mapped[str] = mapped_column(sa.String(60))
    number: Mapped[str] = mapped_column(sa.String(20))  # in the other lieu
    given_on: Mapped[date]  # there
    accepted_by_id: Mapped[int | None]
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    clearance: Mapped[Clearance] = relationship()
