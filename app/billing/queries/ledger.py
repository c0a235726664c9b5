"""Reads of plans held, of lots, and of what is due."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from app.billing.models import Charge, Lot, Plan, Subscription
from app.billing.queries.payments import credit_of
from app.billing.rules import UNLIMITED, Cycle, LotView, Stretch, allowance, cycle_of, is_valid
from app.billing.rules.documents import gross_of_net
from app.billing.rules.payments import Payer
from app.core.cache import asked_once
from app.core.db import db, table
from app.core.prepared import Prepared
from app.members.models import GroupMember, Member
from app.members.queries import Person


@dataclass(frozen=True, slots=True)
class HeldPlan:
    """A plan that a member holds on a day; in a pause it gives nothing."""

    subscription_id: int  # of the first stretch: a change of plan within a month gives no second month
    code: str
    name: str
    allowances: Mapping[str, object]
    is_paused: bool
    cycle: Cycle  # the month of that day
    stretches: tuple[Stretch, ...]  # those around that day, the first first
    gives: Mapping[int, Mapping[str, object]]  # of each of their plans, for a whole month

    def includes(self, key: str) -> int | str:
        """What the month of that day gives of something: each plan for its days."""
        return allowance(self.stretches, self.cycle, {plan_id: given.get(key) for plan_id, given in self.gives.items()})

    @property
    def usable(self) -> Cycle:
        """The days of the month when the subscription runs."""
        return Cycle(
            max(self.cycle.first, self.stretches[0].first_day), min(self.cycle.last, self.stretches[-1].last_day or self.cycle.last)
        )


@dataclass(frozen=True, slots=True)
class Balances:
    """What is left to use today; `unlimited` names the units without a limit."""

    half_days: int
    minutes: int
    cents: int
    due_cents: int
    unlimited: frozenset[str] = frozenset()


_CHARGE, _LOT, _PLAN, _SUBSCRIPTION = table(Charge), table(Lot), table(Plan), table(Subscription)


_GROUP_MEMBER = table(GroupMember)

# allowance of a plan → (unit, scope) of the lot that its month gives
ALLOWANCES = {"half_days": ("half_day", "desk"), "room_minutes": ("minute", "room"), "machine_minutes": ("minute", "machine")}
KEYS = {where: key for key, where in ALLOWANCES.items()}


# Asked at each booking: written once, since writing a statement costs more than running it. No month is longer than the two `AROUND`.
_PLANS_AROUND = Prepared(
    sa.select(
        sa.func.coalesce(_SUBSCRIPTION.c.root_id, _SUBSCRIPTION.c.id).label("root_id"),
        _SUBSCRIPTION.c.anchor_day,
        _SUBSCRIPTION.c.first_day,
        _SUBSCRIPTION.c.last_day,
        _SUBSCRIPTION.c.is_paused,
        _PLAN.c.id,
        _PLAN.c.code,
        _PLAN.c.name,
        _PLAN.c.allowances,
    )
    .join(_PLAN, _PLAN.c.id == _SUBSCRIPTION.c.plan_id)
    .where(
        _SUBSCRIPTION.c.member_id == sa.bindparam("member_id"),
        _SUBSCRIPTION.c.replaced_at.is_(None),
        _SUBSCRIPTION.c.first_day <= sa.bindparam("until"),
        sa.or_(_SUBSCRIPTION.c.last_day.is_(None), _SUBSCRIPTION.c.last_day >= sa.bindparam("since")),
    )
    .order_by(_SUBSCRIPTION.c.first_day, _SUBSCRIPTION.c.id)
)
AROUND = timedelta(days=31)


@asked_once
def plans_on(member_id: int, day: date) -> list[HeldPlan]:
    """The plans that cover this day of use, those in a pause included."""
    by_root: dict[int, list[Any]] = {}
    for row in _PLANS_AROUND.rows(member_id=member_id, since=day - AROUND, until=day + AROUND):
        by_root.setdefault(row.root_id, []).append(row)
    return [held for root_id, rows in sorted(by_root.items()) if (held := _held_plan(root_id, rows, day)) is not None]


def _held_plan(root_id: int, rows: list[Any], day: date) -> HeldPlan | None:
    stretches = tuple(Stretch(row.id, 0, row.first_day, row.last_day, row.is_paused) for row in rows)
    on = next((row for row, stretch in zip(rows, stretches, strict=True) if stretch.covers(day)), None)
    if on is None:
        return None
    gives = {row.id: row.allowances for row in rows}
    return HeldPlan(root_id, on.code, on.name, on.allowances, on.is_paused, cycle_of(day, on.anchor_day), stretches, gives)


def lots_for(
    member: Person | Member, *, place_id: int, unit: str, scopes: Collection[str], on: date, plans: Iterable[HeldPlan]
) -> list[LotView]:
    """The lots that may cover this use: the person's, their organisation's, their groups', and their plans' month."""
    found = [lot for lot in _lots(member, place_id, on) if lot.unit == unit and lot.scope in ("", *scopes)]
    return found + _months_to_come({lot.origin for lot in found}, plans, [(unit, scope) for scope in scopes])


def origin_of(subscription_id: int, cycle: Cycle, unit: str, scope: str) -> str:
    """The name of a plan's month in the ledger; it is made once."""
    month = f"{cycle.first:%Y-%m}" if cycle.first.day == 1 else f"{cycle.first:%Y-%m-%d}"
    return f"{origins_of(subscription_id)}{month}:{unit}:{scope}"


def origins_of(subscription_id: int) -> str:
    """How the names of the months of one subscription begin."""
    return f"subscription:{subscription_id}:"


def balances(member: Person | Member, *, place_id: int, on: date) -> Balances:
    """What is left today, over every lot that is valid, and what is due."""
    lots = list(_lots(member, place_id, on))
    lots += _months_to_come({lot.origin for lot in lots}, plans_on(member.id, on), list(ALLOWANCES.values()))
    left, unlimited = {"half_day": 0, "minute": 0, "cent": 0}, set()
    for lot in lots:
        unit = lot.unit
        if not is_valid(lot, on):
            continue
        if lot.unlimited:
            unlimited.add(unit)
        else:
            left[unit] += lot.left - lot.overdraft
    return Balances(left["half_day"], left["minute"], left["cent"], due_cents(member.id), frozenset(unlimited))


_OPEN = Prepared(
    sa.select(_CHARGE.c.rate_bp, _CHARGE.c.organisation_id.is_(None), sa.func.sum(_CHARGE.c.cents))
    .where(_CHARGE.c.member_id == sa.bindparam("member_id"), _CHARGE.c.bill_id.is_(None))
    .group_by(_CHARGE.c.rate_bp, _CHARGE.c.organisation_id.is_(None))
)


def open_cents(member_id: int) -> int:
    """The tab (ardoise), taxes included: charges that no bill has taken yet, whoever will pay them."""
    return sum(cents for _own, cents in _open(member_id))


def owed_on_tab(member_id: int, *, without: str = "") -> int:
    """The same as its cap sees it: less what the person paid ahead, and without what one use (« booking:12 », which moves) put on it."""
    rest = sa.select(_CHARGE.c.rate_bp, _CHARGE.c.organisation_id.is_(None), sa.func.sum(_CHARGE.c.cents)).where(
        _CHARGE.c.member_id == member_id,
        _CHARGE.c.bill_id.is_(None),
        _CHARGE.c.ref != without,
        sa.not_(_CHARGE.c.ref.startswith(f"{without}:", autoescape=True)),
    )
    grouped = rest.group_by(_CHARGE.c.rate_bp, _CHARGE.c.organisation_id.is_(None))
    owed = {True: 0, False: 0}
    for rate_bp, own, cents in db.session.execute(grouped):
        owed[bool(own)] += gross_of_net(int(cents), rate_bp)
    return max(0, owed[True] - credit_of(Payer(member_id=member_id))) + owed[False]


def due_cents(member_id: int) -> int:
    """What of the tab this person will pay; the rest goes on the bill of their organisation."""
    return sum(cents for own, cents in _open(member_id) if own)


@asked_once
def _open(member_id: int) -> list[tuple[bool, int]]:
    return [(bool(own), gross_of_net(int(cents), rate_bp)) for rate_bp, own, cents in _OPEN.rows(member_id=member_id)]


_GROUPS = sa.select(_GROUP_MEMBER.c.group_id).where(
    _GROUP_MEMBER.c.member_id == sa.bindparam("member_id"),
    _GROUP_MEMBER.c.since <= sa.bindparam("on"),
    sa.or_(_GROUP_MEMBER.c.until.is_(None), _GROUP_MEMBER.c.until >= sa.bindparam("on")),
)


# The lots of a person, of their groups and of their organisation; without one, that part finds nothing.
_LOTS = Prepared(
    sa.select(
        _LOT.c.id.label("lot_id"),
        _LOT.c.source,
        (_LOT.c.granted + _LOT.c.overdraft - _LOT.c.used - _LOT.c.held).label("left"),
        _LOT.c.valid_from,
        _LOT.c.valid_to,
        _LOT.c.origin,
        _LOT.c.granted,
        _LOT.c.unlimited,
        _LOT.c.id.label("rank"),
        _LOT.c.unit,
        _LOT.c.scope,
        _LOT.c.overdraft,
    ).where(
        _LOT.c.place_id == sa.bindparam("place_id"),
        sa.or_(
            _LOT.c.member_id == sa.bindparam("member_id"),
            _LOT.c.group_id.in_(_GROUPS),
            _LOT.c.organisation_id == sa.bindparam("organisation_id"),
        ),
        sa.or_(_LOT.c.valid_to.is_(None), _LOT.c.valid_to >= sa.bindparam("on")),
    )
)


@asked_once
def _lots(member: Person | Member, place_id: int, on: date) -> list[LotView]:
    """Every lot that this person may use, whatever its unit and scope: there are few."""
    rows = _LOTS.rows(place_id=place_id, member_id=member.id, organisation_id=member.organisation_id, on=on)
    return [LotView(**row._asdict()) for row in rows]


def _months_to_come(known: Collection[str | None], plans: Iterable[HeldPlan], wanted: Iterable[tuple[str, str]]) -> list[LotView]:
    """The lots that each plan will give for its month as soon as something uses them."""
    lots = []
    for plan in plans:
        for key, (unit, scope) in ALLOWANCES.items():
            origin = origin_of(plan.subscription_id, plan.cycle, unit, scope)
            given = plan.includes(key) if not plan.is_paused and (unit, scope) in wanted and origin not in known else 0
            if given:
                unlimited = given == UNLIMITED
                granted, days = 0 if unlimited else int(given), plan.usable
                lots.append(LotView(None, "plan", granted, days.first, days.last, origin, granted, unlimited, 0, unit, scope))
    return lots
