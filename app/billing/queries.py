"""Reads of tariffs, lots and what is due."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.billing.models import Charge, Lot, PassType, Plan, Price, Subscription, TariffGroup
from app.billing.rules import LotView, PriceRow, best_rows, is_valid, month_of, own_price
from app.core.cache import Stamped, asked_once
from app.core.db import db, table
from app.core.refusals import N_
from app.members.models import GroupMember, Member
from app.members.queries import Person
from app.members.rules import Kept, kept
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class PriceList:
    """Every price of a lieu, and the percentage off of each tariff group."""

    rows: tuple[PriceRow, ...]
    discounts: Mapping[str, int]

    def own(self, what: Iterable[str], unit: str, asked: "Asked") -> list[tuple[int | None, int]]:
        """What this person pays: (minutes or None, cents) for each duration that has a price; empty: no price is set."""
        rows, is_own = best_rows(self.rows, what=list(what), unit=unit, group=asked.group, plans=asked.plans, on=asked.on)
        percent = self.discounts.get(asked.group, 0)
        return [(row.minutes, own_price(row.cents, is_own=is_own, discount_percent=percent)) for row in rows]

    def one(self, what: Iterable[str], unit: str, asked: "Asked") -> int | None:
        """The price of a unit that has only one, in cents; None when it is not sold."""
        return next((cents for _, cents in self.own(what, unit, asked)), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and when a price is asked."""

    group: str
    on: date
    plans: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class HeldPlan:
    """A plan that a member holds on a day."""

    subscription_id: int
    code: str
    name: str
    allowances: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Balances:
    """What is left to use today; `unlimited` names the units without a limit."""

    half_days: int
    minutes: int
    cents: int
    due_cents: int
    unlimited: frozenset[str] = frozenset()


_price_lists: Stamped[PriceList] = Stamped()

_CHARGE, _LOT, _PLAN, _SUBSCRIPTION = table(Charge), table(Lot), table(Plan), table(Subscription)
_GROUP_MEMBER = table(GroupMember)

# allowance of a plan → (unit, scope) of the lot that its month gives
ALLOWANCES = {"half_days": ("half_day", "desk"), "room_minutes": ("minute", "room"), "machine_minutes": ("minute", "machine")}


def price_list(place: Place) -> PriceList:
    return _price_lists.get(place.id, place.settings_stamp, lambda: _read_price_list(place.id))


def _read_price_list(place_id: int) -> PriceList:
    rows = db.session.execute(
        sa.select(
            Price.what, Price.unit, Price.minutes, Price.tariff_group, Price.plan, Price.cents, Price.valid_from, Price.valid_to
        ).where(Price.place_id == place_id)
    )
    groups = db.session.execute(sa.select(TariffGroup.code, TariffGroup.discount_percent).where(TariffGroup.place_id == place_id))
    return PriceList(tuple(PriceRow(*row) for row in rows), {row.code: row.discount_percent for row in groups})


# Asked at each booking: written once, since writing a statement costs more than running it.
_PLANS_ON = (
    sa.select(_SUBSCRIPTION.c.id, _PLAN.c.code, _PLAN.c.name, _PLAN.c.allowances)
    .join(_PLAN, _PLAN.c.id == _SUBSCRIPTION.c.plan_id)
    .where(
        _SUBSCRIPTION.c.member_id == sa.bindparam("member_id"),
        _SUBSCRIPTION.c.first_day <= sa.bindparam("day"),
        sa.or_(_SUBSCRIPTION.c.last_day.is_(None), _SUBSCRIPTION.c.last_day >= sa.bindparam("day")),
    )
    .order_by(_SUBSCRIPTION.c.id)
)


@asked_once
def tariff_groups(place_id: int) -> list[tuple[str, str]]:
    """(code, name) of the tariffs that somebody may have; the normal one first."""
    rows = db.session.execute(
        sa.select(TariffGroup.code, TariffGroup.name).where(TariffGroup.place_id == place_id).order_by(TariffGroup.id)
    )
    return [(row.code, row.name) for row in rows]


def plans_on(member_id: int, day: date) -> list[HeldPlan]:
    """The plans that cover this day of use."""
    return [HeldPlan(*row) for row in db.session.execute(_PLANS_ON, {"member_id": member_id, "day": day})]


def lots_for(
    member: Person | Member, *, place_id: int, unit: str, scopes: Collection[str], on: date, plans: Iterable[HeldPlan]
) -> list[LotView]:
    """The lots that may cover this use: the person's, their organisation's, their groups', and their plans' month."""
    found = [lot for lot in _lots(member, place_id, on) if lot.unit == unit and lot.scope in ("", *scopes)]
    return found + _months_to_come({lot.origin for lot in found}, plans, on, [(unit, scope) for scope in scopes])


def origin_of(subscription_id: int, day: date, unit: str, scope: str) -> str:
    """The name of a plan's month in the ledger; it is made once."""
    return f"subscription:{subscription_id}:{day:%Y-%m}:{unit}:{scope}"


def balances(member: Person | Member, *, place_id: int, on: date) -> Balances:
    """What is left today, over every lot that is valid, and what is due."""
    lots = list(_lots(member, place_id, on))
    lots += _months_to_come({lot.origin for lot in lots}, plans_on(member.id, on), on, list(ALLOWANCES.values()))
    left, unlimited = {"half_day": 0, "minute": 0, "cent": 0}, set()
    for lot in lots:
        unit = lot.unit
        if not is_valid(lot, on):
            continue
        if lot.unlimited:
            unlimited.add(unit)
        else:
            left[unit] += lot.left
    return Balances(left["half_day"], left["minute"], left["cent"], open_cents(member.id), frozenset(unlimited))


_OPEN_CENTS = sa.select(sa.func.sum(_CHARGE.c.cents)).where(_CHARGE.c.member_id == sa.bindparam("member_id"))


@asked_once
def open_cents(member_id: int) -> int:
    """The tab (ardoise): charges that no invoice has taken yet."""
    return int(db.session.scalar(_OPEN_CENTS, {"member_id": member_id}) or 0)


_GROUPS = sa.select(_GROUP_MEMBER.c.group_id).where(
    _GROUP_MEMBER.c.member_id == sa.bindparam("member_id"),
    _GROUP_MEMBER.c.since <= sa.bindparam("on"),
    sa.or_(_GROUP_MEMBER.c.until.is_(None), _GROUP_MEMBER.c.until >= sa.bindparam("on")),
)
# The lots of a person, of their groups and of their organisation; without one, that part finds nothing.
_LOTS = sa.select(
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
).where(
    _LOT.c.place_id == sa.bindparam("place_id"),
    sa.or_(
        _LOT.c.member_id == sa.bindparam("member_id"),
        _LOT.c.group_id.in_(_GROUPS),
        _LOT.c.organisation_id == sa.bindparam("organisation_id"),
    ),
    sa.or_(_LOT.c.valid_to.is_(None), _LOT.c.valid_to >= sa.bindparam("on")),
)


@asked_once
def _lots(member: Person | Member, place_id: int, on: date) -> list[LotView]:
    """Every lot that this person may use, whatever its unit and scope: there are few."""
    asked = {"place_id": place_id, "member_id": member.id, "organisation_id": member.organisation_id, "on": on}
    return [LotView(**row._mapping) for row in db.session.execute(_LOTS, asked)]


def _months_to_come(known: Collection[str | None], plans: Iterable[HeldPlan], on: date, wanted: Iterable[tuple[str, str]]) -> list[LotView]:
    """The lots that a plan will give for this month as soon as something uses them."""
    first, last = month_of(on)
    lots = []
    for plan in plans:
        for key, (unit, scope) in ALLOWANCES.items():
            given = plan.allowances.get(key)
            origin = origin_of(plan.subscription_id, on, unit, scope)
            if given and (unit, scope) in wanted and origin not in known:
                unlimited = given == "unlimited"
                granted = 0 if unlimited else int(str(given))
                lots.append(LotView(None, "plan", granted, first, last, origin, granted, unlimited, 0, unit, scope))
    return lots


def plans_on_sale(place_id: int) -> list[Plan]:
    """The plans that anybody may take, the cheapest first."""
    return list(db.session.scalars(sa.select(Plan).where(Plan.place_id == place_id, Plan.on_sale).order_by(Plan.cents, Plan.id)))


def passes_on_sale(place_id: int) -> list[PassType]:
    """The passes and packs that can be bought, the cheapest first."""
    return list(
        db.session.scalars(sa.select(PassType).where(PassType.place_id == place_id, PassType.on_sale).order_by(PassType.cents, PassType.id))
    )


# ---------------------------------------------------------------- what is kept of a person


def personal_data(member_id: int) -> list[Kept]:
    """What billing keeps of somebody."""
    subscriptions = db.session.execute(
        sa.select(Plan.name.label("plan"), Subscription.first_day, Subscription.last_day, Subscription.created_at)
        .join(Plan, Plan.id == Subscription.plan_id)
        .where(Subscription.member_id == member_id)
        .order_by(Subscription.first_day)
    )
    lots = db.session.execute(
        sa.select(
            Lot.source, Lot.unit, Lot.scope, Lot.granted, Lot.used, Lot.held, Lot.unlimited, Lot.valid_from, Lot.valid_to, Lot.created_at
        )
        .where(Lot.member_id == member_id)
        .order_by(Lot.id)
    )
    charges = db.session.execute(
        sa.select(Charge.used_on, Charge.label, Charge.worth_cents, Charge.cents, Charge.covered_by, Charge.created_at)
        .where(Charge.member_id == member_id)
        .order_by(Charge.id)
    )
    until = N_("Dix ans après la fin de l’exercice : la loi le demande.")
    return [
        kept(
            "subscriptions",
            subscriptions.mappings(),
            title=N_("Mes abonnements"),
            why=N_("Savoir ce qui est compris, et le facturer."),
            until=until,
        ),
        kept("lots", lots.mappings(), title=N_("Mes carnets et crédits"), why=N_("Compter ce qu’il vous reste."), until=until),
        kept("charges", charges.mappings(), title=N_("Mes prestations"), why=N_("Faire vos factures, et tenir les comptes."), until=until),
    ]
