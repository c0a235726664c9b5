"""Tables of tariffs, and the one ledger of lots for half-days, minutes and money."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class TariffGroup(Model):
    """Groupe tarifaire: full, solidarity, partner…; a percentage off where no price of its own is set."""

    __tablename__ = "billing_tariff_group"
    __table_args__ = (sa.UniqueConstraint("place_id", "code"), sa.CheckConstraint("discount_percent BETWEEN 0 AND 100", name="discount"))

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    discount_percent: Mapped[int] = mapped_column(default=0)


class Price(Model):
    """Tarif of one unit of something: `what` is `desk`, `resource:CODE`, `space:CODE`, `family:NAME`, `membership` or `article:CODE`.

    `unit` is `half_day`, `day`, `minutes` (with `minutes`: the duration it buys), `day_cap`, `year` or `piece`.
    A row without a tariff group is the full price; one without a plan is for all.
    """

    __tablename__ = "billing_price"
    __table_args__ = (
        sa.CheckConstraint("cents >= 0", name="cents"),
        sa.CheckConstraint("(unit = 'minutes') = (minutes IS NOT NULL)", name="minutes"),
        sa.CheckConstraint("minutes IS NULL OR minutes > 0", name="duration"),
        sa.Index("ix_price_what", "place_id", "what"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    what: Mapped[str] = mapped_column(sa.String(80))
    unit: Mapped[str] = mapped_column(sa.String(10))
    minutes: Mapped[int | None]
    tariff_group: Mapped[str | None] = mapped_column(sa.String(40))
    plan: Mapped[str | None] = mapped_column(sa.String(40))
    cents: Mapped[int]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # last day included


class PassType(Model):
    """Carnet or pack that can be bought: so many units, for so many months."""

    __tablename__ = "billing_pass_type"
    __table_args__ = (sa.UniqueConstraint("place_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    units: Mapped[int]
    unit: Mapped[str] = mapped_column(sa.String(10))  # half_day, minute, cent
    scope: Mapped[str] = mapped_column(sa.String(80), default="")  # see Lot.scope
    cents: Mapped[int]
    months: Mapped[int]
    on_sale: Mapped[bool] = mapped_column(default=True)


class Plan(Model):
    """Abonnement that can be taken: a monthly price and what it includes."""

    __tablename__ = "billing_plan"
    __table_args__ = (sa.UniqueConstraint("place_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    cents: Mapped[int]
    allowances: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # {"half_days": 20|"unlimited", "room_minutes": 60,
    #                                  "machine_minutes": 240, "badge": true, "fixed_desk": true}, each calendar month
    on_sale: Mapped[bool] = mapped_column(default=True)


class Subscription(Model):
    """Souscription: a member (or an organisation for them) holds a plan from a day to a day, both included."""

    __tablename__ = "billing_subscription"
    __table_args__ = (
        sa.CheckConstraint("last_day IS NULL OR first_day <= last_day", name="forward"),
        sa.Index("ix_subscription_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_plan.id"))
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Article(Model):
    """Consommable or coffee: sold by its unit, with stock where it is counted."""

    __tablename__ = "billing_article"
    __table_args__ = (sa.UniqueConstraint("place_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    unit: Mapped[str] = mapped_column(sa.String(20))
    cents: Mapped[int]
    stock_milli: Mapped[int | None]  # thousandths of the unit; none: not counted
    alert_milli: Mapped[int | None]


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
    """Écriture of the ledger: grant, hold, use, release or expire; only ever added."""

    __tablename__ = "billing_lot_entry"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('grant', 'hold', 'use', 'release', 'expire')", name="kind"),
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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    ref: Mapped[str] = mapped_column(sa.String(60))  # "booking:12", "booking:12:reversal", "booking:12:fee"
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    label: Mapped[str] = mapped_column(sa.String(200))
    used_on: Mapped[date]
    worth_cents: Mapped[int]  # the price before anything covered it
    cents: Mapped[int]  # what is left to pay in money: goes on the month's bill; negative for a reversal
    covered_by: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)  # [{source, units, unit, cents, lot_id?}]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
