"""Coupons, and each time that one was used."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class Coupon(Model):
    """Code de réduction: an amount or a percentage off, between two days, so many times in all and for each person."""

    __tablename__ = "billing_coupon"
    __table_args__ = (
        sa.UniqueConstraint("place_id", "code"),
        sa.CheckConstraint("(percent IS NULL) <> (off_cents IS NULL)", name="one_way"),
        sa.CheckConstraint("percent IS NULL OR percent BETWEEN 1 AND 100", name="percent"),
        sa.CheckConstraint("off_cents IS NULL OR off_cents > 0", name="amount"),
        sa.CheckConstraint("first_day <= last_day", name="forward"),
        sa.CheckConstraint("used >= 0 AND (most IS NULL OR used <= most)", name="uses"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(sa.String(40))  # in capitals
    what: Mapped[str] = mapped_column(sa.String(60), default="pass")  # pass: any carnet; pass:CODE: that one
    percent: Mapped[int | None]
    off_cents: Mapped[int | None]  # before VAT where the lieu is liable to it
    first_day: Mapped[date]
    last_day: Mapped[date]  # included
    most: Mapped[int | None]  # none: as often as one likes
    most_each: Mapped[int] = mapped_column(default=1)
    used: Mapped[int] = mapped_column(default=0)


class CouponUse(Model):
    """Utilisation d’un code, by whom, on which charge; only ever added."""

    __tablename__ = "billing_coupon_use"
    __table_args__ = (sa.UniqueConstraint("ref"), sa.Index("ix_coupon_use_member", "coupon_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    coupon_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_coupon.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    ref: Mapped[str] = mapped_column(sa.String(60))  # the charge: "pass:12"
    off_cents: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
