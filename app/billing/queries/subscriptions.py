"""Reads of subscriptions: the stretches of each, and what was charged for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.billing.models import Charge, Plan, Subscription
from app.billing.queries.ledger import ALLOWANCES
from app.billing.queries.tariffs import Asked, price_list
from app.billing.rules import Charged, Cycle, Due, Stretch, allowance, due, own_price
from app.core.db import db
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class Held:
    """A subscription with all its stretches, the first first."""

    root_id: int
    place_id: int
    member_id: int
    organisation_id: int | None
    anchor_day: int | None
    billed_from: date | None
    stretches: tuple[Stretch, ...]

    @property
    def first_day(self) -> date:
        return self.stretches[0].first_day

    @property
    def last_day(self) -> date | None:
        return self.stretches[-1].last_day

    def on(self, day: date) -> Stretch | None:
        return next((stretch for stretch in self.stretches if stretch.covers(day)), None)

    def is_over(self, day: date) -> bool:
        return self.last_day is not None and self.last_day < day


def subscriptions_of(member_id: int, *, place_id: int) -> list[Held]:
    """Those of a person here, past ones too, the oldest first."""
    return _held(Subscription.member_id == member_id, Subscription.place_id == place_id)


def subscription(root_id: int) -> Held | None:
    return next(iter(_held(sa.func.coalesce(Subscription.root_id, Subscription.id) == root_id)), None)


def subscriptions_in(place_id: int, *, until: date) -> list[Held]:
    """Every subscription of the lieu that had begun by this day."""
    return [held for held in _held(Subscription.place_id == place_id) if held.first_day <= until]


def subscriptions_paid_by(place_id: int, *, member_id: int | None, organisation_id: int | None, until: date) -> list[Held]:
    """Those that had begun by this day and that this payer pays: a person theirs, an organisation those of its people."""
    payer = (
        (Subscription.organisation_id == organisation_id,)
        if organisation_id is not None
        else (Subscription.member_id == member_id, Subscription.organisation_id.is_(None))
    )
    return [held for held in _held(Subscription.place_id == place_id, *payer) if held.first_day <= until]


def charged_for(root_ids: Collection[int]) -> dict[int, list[Charged]]:
    """What was charged for the stretches of these subscriptions, those set aside included, by cycle."""
    root = sa.func.coalesce(Subscription.root_id, Subscription.id)
    rows = db.session.execute(
        sa.select(root, Subscription.id, Subscription.plan_id, Charge.cycle_first, sa.func.sum(Charge.cents))
        .join(Charge, Charge.subscription_id == Subscription.id)
        .where(root.in_(root_ids))
        .group_by(root, Subscription.id, Subscription.plan_id, Charge.cycle_first)
    )
    found: dict[int, list[Charged]] = {}
    for root_id, row_id, plan_id, cycle_first, cents in rows:
        assert cycle_first is not None  # the database keeps both or neither
        found.setdefault(root_id, []).append(Charged(row_id, plan_id, cycle_first, int(cents)))
    return found


def due_of(held: Held, *, until: date, charged: Iterable[Charged] | None = None, stretches: Iterable[Stretch] | None = None) -> list[Due]:
    """What is left to charge by `until`; with other `stretches`, what it would be after that change. The bill asks it too."""
    known = charged_for([held.root_id]).get(held.root_id, []) if charged is None else charged
    return due(list(held.stretches if stretches is None else stretches), known, until=until, anchor=held.anchor_day, since=held.billed_from)


def plan(plan_id: int) -> Plan:
    return db.session.get_one(Plan, plan_id)


def included(stretches: Iterable[Stretch], cycle: Cycle) -> dict[str, int | str]:
    """What these days of plans give within a month, by name of allowance."""
    listed = list(stretches)
    plans = db.session.execute(sa.select(Plan.id, Plan.allowances).where(Plan.id.in_({one.plan_id for one in listed}))).all()
    return {key: allowance(listed, cycle, {row.id: row.allowances.get(key) for row in plans}) for key in ALLOWANCES}


def plan_names(place_id: int) -> dict[int, str]:
    rows = db.session.execute(sa.select(Plan.id, Plan.name).where(Plan.place_id == place_id))
    return {row.id: row.name for row in rows}


def plan_price(place: Place, plan: Plan, *, group: str, on: date) -> int:
    """A month of a plan for a tariff group: its own price, else the plan's with the group's discount; a dated price wins over both."""
    prices = price_list(place)
    own = prices.one([f"plan:{plan.code}"], "month", Asked(group=group, on=on))
    return own_price(plan.cents, is_own=False, discount_percent=prices.discounts.get(group, 0)) if own is None else own


def _held(*conditions: sa.ColumnElement[bool]) -> list[Held]:
    rows = db.session.scalars(
        sa.select(Subscription)
        .where(Subscription.replaced_at.is_(None), *conditions)
        .order_by(sa.func.coalesce(Subscription.root_id, Subscription.id), Subscription.first_day)
        .execution_options(populate_existing=True)
    ).all()
    by_root: dict[int, list[Subscription]] = {}
    for row in rows:
        by_root.setdefault(row.root_id or row.id, []).append(row)
    return [_one(root_id, stretches) for root_id, stretches in by_root.items()]


def _one(root_id: int, rows: list[Subscription]) -> Held:
    last = rows[-1]
    return Held(
        root_id=root_id,
        place_id=last.place_id,
        member_id=last.member_id,
        organisation_id=last.organisation_id,
        anchor_day=last.anchor_day,
        billed_from=last.billed_from,
        stretches=tuple(Stretch(row.plan_id, row.cents, row.first_day, row.last_day, row.is_paused, row.id) for row in rows),
    )
