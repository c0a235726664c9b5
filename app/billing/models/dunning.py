"""Tables of what is agreed with whoever is late: no reminder for a while, or paying in several times."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class ReminderPause(Model):
    """Pas de relance: nobody asks this payer again, for a reason, until a day or until somebody says otherwise."""

    __tablename__ = "billing_reminder_pause"
    __table_args__ = (
        sa.CheckConstraint("(member_id IS NULL) <> (organisation_id IS NULL)", name="payer"),
        sa.UniqueConstraint("place_id", "member_id"),
        sa.UniqueConstraint("place_id", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    until: Mapped[date | None]  # last day, included; none: until it is taken away
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaymentSchedule(Model):
    """Échéancier: what was left of an invoice is paid in several times. The invoice does not change; a later one replaces it."""

    __tablename__ = "billing_payment_schedule"
    __table_args__ = (sa.UniqueConstraint("invoice_id"), sa.CheckConstraint("left_cents > 0", name="left"))

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    invoice_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_invoice.id"))
    left_cents: Mapped[int]  # that day
    parts: Mapped[list[list[str | int]]] = mapped_column(sa.JSON)  # [[day, cents], …], the first first; they add up to what was left
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
