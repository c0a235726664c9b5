"""What a month brought in, by what and by whom, and what its payments cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.billing.models import Charge, Lot, LotEntry, Payment, Plan, Subscription
from app.billing.queries.invoices import regime_on
from app.billing.queries.subscriptions import charged_for, due_of, plan_names, subscriptions_in
from app.billing.rules.documents import gross_of_net
from app.core.db import db
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class PlanEarned:
    """What a plan brought in, and what the uses that it covered would have cost without it; before VAT."""

    name: str
    members: int
    cents: int
    worth_cents: int

    @property
    def earned_cents(self) -> int:
        return self.cents - self.worth_cents


@dataclass(frozen=True, slots=True)
class Month:
    """Of some months: income before VAT by activity and by plan; what people paid, taxes included, use by use and bill by bill, one a month."""

    by_activity: dict[str, int]
    by_plan: list["PlanEarned"]
    uses: list[int]
    bills: list[int]
    members: int

    @property
    def income_cents(self) -> int:
        return sum(self.by_activity.values())


def month(place_id: int, first: date, last: date) -> Month:
    """What was used between two days, whether it is billed yet or not; what was given back takes its use away."""
    rows = db.session.execute(
        sa.select(Charge.ref, Charge.member_id, Charge.organisation_id, Charge.activity, Charge.cents, Charge.rate_bp, Charge.used_on)
        .where(Charge.place_id == place_id, Charge.used_on >= first, Charge.used_on <= last)
        .order_by(Charge.id)
    ).all()
    dues = _plans_to_come(place_id, first, last)
    listed: list[Any] = [*rows, *dues]
    by_activity: dict[str, int] = {}
    uses: dict[str, int] = {}
    bills: dict[tuple[int | None, int, date], int] = {}
    for row in listed:
        by_activity[row.activity or "other"] = by_activity.get(row.activity or "other", 0) + row.cents
        gross = gross_of_net(row.cents, row.rate_bp)
        use = row.ref.removesuffix(":reversal").removesuffix(":waived").removesuffix(":refund").removesuffix(":forgiven")
        uses[use] = uses.get(use, 0) + gross
        payer = (row.organisation_id, 0) if row.organisation_id else (None, row.member_id)
        bill = (*payer, row.used_on.replace(day=1))
        bills[bill] = bills.get(bill, 0) + gross
    return Month(
        by_activity=dict(sorted(by_activity.items(), key=lambda item: -item[1])),
        by_plan=_by_plan(place_id, first, last, dues),
        uses=[cents for cents in uses.values() if cents > 0],
        bills=[cents for cents in bills.values() if cents > 0],
        members=len({row.member_id for row in listed if row.cents > 0}),
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


class PlanDue(NamedTuple):
    """A month of a plan that no bill has taken yet, read as a charge is."""

    ref: str
    member_id: int
    organisation_id: int | None
    activity: str
    cents: int
    rate_bp: int
    used_on: date
    plan: str


def _plans_to_come(place_id: int, first: date, last: date) -> list[PlanDue]:
    """What each subscription owes of these days besides what was charged: the month's bill will write it."""
    held_here, names = subscriptions_in(place_id, until=last), plan_names(place_id)
    charged = charged_for([held.root_id for held in held_here])
    rate_bp = regime_on(db.session.get_one(Place, place_id), last).tax_of("plan").rate_bp
    return [
        PlanDue(
            f"due:{held.root_id}:{rank}", held.member_id, held.organisation_id, "plan", one.cents, rate_bp, one.last, names[one.plan_id]
        )
        for held in held_here
        for rank, one in enumerate(due_of(held, until=last, charged=charged.get(held.root_id, ())))
        if first <= one.last <= last
    ]


def _by_plan(place_id: int, first: date, last: date, dues: Iterable[PlanDue]) -> list[PlanEarned]:
    rows = db.session.execute(
        sa.select(Plan.name, Charge.member_id, sa.func.sum(Charge.cents))
        .join(Subscription, Subscription.id == Charge.subscription_id)
        .join(Plan, Plan.id == Subscription.plan_id)
        .where(Charge.place_id == place_id, Charge.used_on >= first, Charge.used_on <= last)
        .group_by(Plan.name, Charge.member_id)
    ).all()
    people: dict[str, set[int]] = {}
    paid: dict[str, int] = {}
    for name, member_id, cents in (*rows, *((one.plan, one.member_id, one.cents) for one in dues)):
        people.setdefault(name, set()).add(member_id)
        paid[name] = paid.get(name, 0) + int(cents)
    worth = _covered_by_plans(place_id, first, last)
    found = [PlanEarned(name, len(people.get(name, ())), paid.get(name, 0), worth.get(name, 0)) for name in {*paid, *worth}]
    return sorted(found, key=lambda one: (-one.cents, one.name))


def _covered_by_plans(place_id: int, first: date, last: date) -> dict[str, int]:
    """By plan: what the uses that it covered, and that were not given back, would have cost."""
    signed = sa.case((LotEntry.kind == "hold", LotEntry.units), else_=-LotEntry.units)
    uses = db.session.execute(
        sa.select(Lot.origin, Charge.used_on, Charge.worth_cents - Charge.cents)
        .select_from(LotEntry)
        .join(Lot, Lot.id == LotEntry.lot_id)
        .join(Charge, Charge.ref == LotEntry.ref)
        .where(Charge.place_id == place_id, Charge.used_on >= first, Charge.used_on <= last)
        .where(Lot.source == "plan", LotEntry.kind.in_(("hold", "release", "return")))
        .group_by(Lot.id, Lot.origin, Charge.id, Charge.used_on, Charge.worth_cents, Charge.cents)
        .having(sa.func.sum(signed) > 0)
    ).all()
    stretches: dict[int, list[tuple[date, date | None, str]]] = {}
    root = sa.func.coalesce(Subscription.root_id, Subscription.id)
    held = sa.select(root, Subscription.first_day, Subscription.last_day, Plan.name).join(Plan, Plan.id == Subscription.plan_id)
    for root_id, since, until, name in db.session.execute(
        held.where(Subscription.place_id == place_id, Subscription.replaced_at.is_(None))
    ):
        stretches.setdefault(root_id, []).append((since, until, name))
    worth: dict[str, int] = {}
    for origin, day, cents in uses:
        for since, until, name in stretches.get(int(str(origin).split(":")[1]), ()):
            if since <= day and (until is None or day <= until):
                worth[name] = worth.get(name, 0) + int(cents)
    return worth
