"""Tables of what the lieu sells: tariff groups, prices, passes, plans, articles."""

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
    is_rolling: Mapped[bool] = mapped_column(default=False)  # its month goes from the day it was taken, not from the 1st
    on_sale: Mapped[bool] = mapped_column(default=True)


class Subscription(Model):
    """Souscription: a member holds a plan from a day to a day, both included, at a price frozen that day.

    A change of plan, a pause, a leave cut it into stretches: one row each, all with the `root_id` of the first. A row that a later
    change set aside keeps its place in the story (`replaced_at`), and no longer counts.
    """

    __tablename__ = "billing_subscription"
    __table_args__ = (
        sa.CheckConstraint("last_day IS NULL OR first_day <= last_day", name="forward"),
        sa.CheckConstraint("cents >= 0", name="cents"),
        sa.CheckConstraint("anchor_day IS NULL OR anchor_day BETWEEN 1 AND 31", name="anchor"),
        sa.Index("ix_subscription_member", "member_id"),
        sa.Index("ix_subscription_root", "root_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_plan.id"))
    root_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_subscription.id"))  # the first stretch; none: it is this one
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))  # who pays; none: the member
    cents: Mapped[int] = mapped_column(default=0)  # a month, frozen; before VAT where the lieu is liable to it
    anchor_day: Mapped[int | None]  # of a plan whose month rolls; none: civil months
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    billed_from: Mapped[date | None]  # what came before this day was billed elsewhere; none: nothing was
    is_paused: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
