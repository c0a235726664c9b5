"""The one ledger of lots for half-days, minutes and money; and charges, what each thing was worth."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class Lot(Model):
    """Lot of prepaid units: a plan's month, a pass, a gift. What is left is `granted - used - held`, never below `-overdraft`.

    `unit`: `half_day`, `minute` or `cent`. `scope`: what it may pay: empty (anything of its unit), `desk`, `room`, `machine`,
    `family:NAME`, `space:CODE` or `resource:CODE`. Validity is tested on the date of use; the last day is included.
    """

    __tablename__ = "billing_lot"
    __table_args__ = (
        sa.CheckConstraint("used >= 0 AND held >= 0", name="positive"),
        sa.CheckConstraint("unlimited OR used + held <= granted + overdraft", name="never_overdrawn"),
        sa.CheckConstraint("(member_id IS NOT NULL) OR (organisation_id IS NOT NULL) OR (group_id IS NOT NULL)", name="owner"),
        sa.CheckConstraint("unit IN ('half_day', 'minute', 'cent')", name="unit"),
        sa.Index("ix_lot_member", "member_id", "unit"),
        sa.Index("ix_lot_organisation", "organisation_id"),
        sa.Index("ix_lot_group", "group_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_group.id"))
    unit: Mapped[str] = mapped_column(sa.String(10))
    scope: Mapped[str] = mapped_column(sa.String(80), default="")
    source: Mapped[str] = mapped_column(sa.String(6))  # plan, free, pass
    origin: Mapped[str | None] = mapped_column(sa.String(120), unique=True)  # what made it, once: "subscription:3:2026-12:half_day"
    granted: Mapped[int]
    held: Mapped[int] = mapped_column(default=0)
    used: Mapped[int] = mapped_column(default=0)
    overdraft: Mapped[int] = mapped_column(default=0)
    unlimited: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LotEntry(Model):
    """Écriture of the ledger: grant, hold, use, release, expire or return (used, then forgiven); only ever added."""

    __tablename__ = "billing_lot_entry"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('grant', 'hold', 'use', 'release', 'expire', 'return')", name="kind"),
        sa.CheckConstraint("units > 0 OR kind = 'grant'", name="units"),
        sa.Index("ix_lot_entry_ref", "ref"),
        sa.Index("ix_lot_entry_lot", "lot_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_lot.id"))
    kind: Mapped[str] = mapped_column(sa.String(8))
    units: Mapped[int]
    ref: Mapped[str] = mapped_column(sa.String(60))  # "booking:12"
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]


class Charge(Model):
    """Prestation: what something was worth, frozen when it was made, and what covered it. Never edited: a mistake gets a reversal."""

    __tablename__ = "billing_charge"
    __table_args__ = (
        sa.UniqueConstraint("ref"),
        sa.Index("ix_charge_member", "member_id", "id"),
        sa.Index("ix_charge_used_on", "place_id", "used_on"),
        sa.Index("ix_charge_open", "member_id", sqlite_where=sa.text("bill_id IS NULL"), postgresql_where=sa.text("bill_id IS NULL")),
        sa.Index("ix_charge_bill", "bill_id"),
        sa.Index("ix_charge_subscription", "subscription_id"),
        sa.CheckConstraint("rate_bp >= 0", name="rate"),
        sa.CheckConstraint("(subscription_id IS NULL) = (cycle_first IS NULL)", name="cycle"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    ref: Mapped[str] = mapped_column(sa.String(60))  # "booking:12", "booking:12:reversal", "booking:12:fee"
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    label: Mapped[str] = mapped_column(sa.String(200))
    used_on: Mapped[date]
    worth_cents: Mapped[int]  # the price before anything covered it
    cents: Mapped[int]  # what is left to pay in money, before VAT: goes on the month's bill; negative for a reversal
    rate_bp: Mapped[int] = mapped_column(default=0)  # VAT, in basis points: 2000 is 20 %; 0 where the lieu is not liable
    activity: Mapped[str] = mapped_column(sa.String(20), default="")  # a booking's kind, or plan, pass, article, membership, other
    quantity_milli: Mapped[int] = mapped_column(default=1000)
    unit: Mapped[str] = mapped_column(sa.String(20), default="piece")
    subscription_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_subscription.id"))  # the stretch, for a month of it
    cycle_first: Mapped[date | None]
    covered_by: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)  # [{source, units, unit, cents, lot_id?}]
    bill_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_bill.id"))  # the bill that took it: the only thing ever marked
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
