"""Making a coupon, seeing what it takes off, and using it: its last use goes to one person only."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.billing.models import Coupon, CouponUse
from app.billing.rules.coupons import CouponUnknown, CouponUsedUp, reasons_coupon, reduced
from app.billing.rules.prices import CodeTaken
from app.core import journal
from app.core.db import db, take_turn_to_name, transaction
from app.core.refusals import Refused


def save_coupon(*, place_id: int, coupon_id: int | None, actor_id: int | None, now: datetime, **facts: Any) -> Coupon:
    """A code is kept in capitals. What it has already taken off stays."""
    with transaction():
        take_turn_to_name(place_id)
        if coupon_id is None and _called(place_id, facts["code"]) is not None:
            raise Refused(CodeTaken(code=facts["code"]))
        row = db.session.get_one(Coupon, coupon_id) if coupon_id is not None else Coupon(place_id=place_id)
        for name, value in facts.items():
            setattr(row, name, value)
        db.session.add(row)
        db.session.flush()
        event = "catalogue.coupon_changed" if coupon_id is not None else "catalogue.coupon_added"
        journal.record(event, row.id, place_id=place_id, actor_id=actor_id, at=now, code=row.code)
        return row


def coupon_price(*, place_id: int, code: str, what: str, member_id: int, cents: int, on: date) -> tuple[Coupon, int]:
    """What is left to pay with this code, or why it does not count. `what`: "pass:CODE". Looking uses nothing."""
    row = _called(place_id, code)
    if row is None or row.what not in (what, what.partition(":")[0]):
        raise Refused(CouponUnknown(code=code.upper()))
    mine = db.session.scalar(
        sa.select(sa.func.count()).select_from(CouponUse).where(CouponUse.coupon_id == row.id, CouponUse.member_id == member_id)
    )
    reasons = list(
        reasons_coupon(first=row.first_day, last=row.last_day, on=on, used=row.used, most=row.most, mine=mine or 0, most_each=row.most_each)
    )
    if reasons:
        raise Refused(*reasons)
    return row, reduced(cents, percent=row.percent, off_cents=row.off_cents)


def use_coupon(*, coupon: Coupon, member_id: int, ref: str, off_cents: int, now: datetime) -> None:
    """One more use, in the transaction of the sale; the database counts, so that two people never share the last one."""
    with transaction():
        taken = db.session.scalar(
            sa.update(Coupon)
            .where(Coupon.id == coupon.id, sa.or_(Coupon.most.is_(None), Coupon.used < Coupon.most))
            .values(used=Coupon.used + 1)
            .returning(Coupon.id)
            .execution_options(synchronize_session=False)
        )
        if taken is None:
            raise Refused(CouponUsedUp())
        db.session.add(CouponUse(coupon_id=coupon.id, member_id=member_id, ref=ref, off_cents=off_cents, at=now))
        db.session.flush()


def _called(place_id: int, code: str) -> Coupon | None:
    found = sa.select(Coupon).where(Coupon.place_id == place_id, Coupon.code == code.strip().upper())
    return db.session.scalars(found.execution_options(populate_existing=True)).first()
