"""What a month brought in, by what and by whom, and what its payments cost."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.billing.models import Charge, Payment, Plan, Subscription
from app.billing.rules.documents import gross_of_net
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Month:
    """Income before VAT by activity and by plan; what people paid, taxes included, use by use and bill by bill."""

    by_activity: dict[str, int]
    by_plan: list[tuple[str, int, int]]  # (plan, members, cents)
    uses: list[int]
    bills: list[int]
    members: int

    @property
    def income_cents(self) -> int:
        return sum(self.by_activity.values())


def month(place_id: int, first: date, last: date) -> Month:
    """What was used between two days, whether it is billed yet or not; what was given back takes its use away."""
    rows = db.session.execute(
        sa.select(
            Charge.ref, Charge.member_id, Charge.organisation_id, Charge.activity, Charge.cents, Charge.rate_bp, Charge.subscription_id
        )
        .where(Charge.place_id == place_id, Charge.used_on >= first, Charge.used_on <= last)
        .order_by(Charge.id)
    ).all()
    by_activity: dict[str, int] = {}
    uses: dict[str, int] = {}
    bills: dict[tuple[int | None, int], int] = {}
    for row in rows:
        by_activity[row.activity or "other"] = by_activity.get(row.activity or "other", 0) + row.cents
        gross = gross_of_net(row.cents, row.rate_bp)
        use = row.ref.removesuffix(":reversal").removesuffix(":waived").removesuffix(":refund").removesuffix(":forgiven")
        uses[use] = uses.get(use, 0) + gross
        payer = (row.organisation_id, 0) if row.organisation_id else (None, row.member_id)
        bills[payer] = bills.get(payer, 0) + gross
    return Month(
        by_activity=dict(sorted(by_activity.items(), key=lambda item: -item[1])),
        by_plan=_by_plan(place_id, first, last),
        uses=[cents for cents in uses.values() if cents > 0],
        bills=[cents for cents in bills.values() if cents > 0],
        members=len({row.member_id for row in rows if row.cents > 0}),
    )


def fees_paid(place_id: int, first: date, last: date) -> list[tuple[str, int, int, int]]:
    """By means: (means, payments, cents, fees), the dearest first."""
    rows = db.session.execute(
        sa.select(Payment.means, sa.func.count(), sa.func.sum(Payment.cents), sa.func.sum(Payment.fee_cents))
        .where(Payment.place_id == place_id, Payment.received_on >= first, Payment.received_on <= last)
        .group_by(Payment.means)
        .order_by(sa.func.sum(Payment.fee_cents).desc(), Payment.means)
    )
    return [(means, count, int(cents), int(fees)) for means, count, cents, fees in rows]


def _by_plan(place_id: int, first: date, last: date) -> list[tuple[str, int, int]]:
    rows = db.session.execute(
        sa.select(Plan.name, sa.func.count(sa.distinct(Charge.member_id)), sa.func.sum(Charge.cents))
        .join(Subscription, Subscription.id == Charge.subscription_id)
        .join(Plan, Plan.id == Subscription.plan_id)
        .where(Charge.place_id == place_id, Charge.used_on >= first, Charge.used_on <= last)
        .group_by(Plan.id, Plan.name)
        .order_by(sa.func.sum(Charge.cents).desc())
    )
    return [(name, members, int(cents)) for name, members, cents in rows]
