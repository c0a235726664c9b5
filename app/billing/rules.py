"""Prices and what covers them: pure arithmetic on cents, half-days and minutes."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.money import discounted, half_up
from app.core.refusals import N_, Cents, Reason

GRACE = timedelta(days=7)  # a unit given back to a lot that expired meanwhile can still be used a week


class Balance(Reason):
    code = "balance"
    sentence = N_("Il reste %(left)s à payer, et rien sur votre compte ne le couvre.")
    next_step = N_("Prenez un carnet ou un abonnement, ou voyez avec l’équipe du lieu.")


class InsufficientFunds(Reason):
    code = "insufficient_funds"
    sentence = N_("Il reste %(left)s à payer pour cette machine, et rien sur votre compte ne le couvre.")
    next_step = N_("Prenez un forfait de machine, ou voyez avec l’équipe du lieu.")


@dataclass(frozen=True, slots=True)
class Tier:
    """So many minutes for so many cents."""

    minutes: int
    cents: int


def price_of_minutes(minutes: int, tiers: Iterable[Tier]) -> int:
    """The longest duration that fits first, repeatedly; the rest pro rata of the 60-minute price, half-up.

    Without a 60-minute price the shortest duration gives the pro rata.
    """
    ordered = sorted(tiers, key=lambda tier: -tier.minutes)
    if not ordered:
        return 0
    cents, left = 0, minutes
    for tier in ordered:
        times, left = divmod(left, tier.minutes)
        cents += times * tier.cents
    hour = next((tier for tier in ordered if tier.minutes == 60), ordered[-1])
    return cents + half_up(hour.cents * left, hour.minutes)


def price_of_half_days(half_days: int, *, half_day_cents: int, day_cents: int | None) -> int:
    """Whole days first where a day has its own price."""
    days, halves = divmod(half_days, 2) if day_cents is not None else (0, half_days)
    return days * (day_cents or 0) + halves * half_day_cents


def capped(by_day: Sequence[tuple[int, int]], cap_cents: int | None, whole_cents: int) -> int:
    """A price by the hour under a cap a day. `by_day`: (minutes, cents) of each civil day; `whole_cents`: without a cap."""
    if cap_cents is None or all(cents <= cap_cents for _, cents in by_day):
        return whole_cents
    return sum(min(cents, cap_cents) for _, cents in by_day)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price as set: see `models.Price`."""

    what: str
    unit: str
    minutes: int | None
    tariff_group: str | None
    plan: str | None
    cents: int
    valid_from: date | None = None
    valid_to: date | None = None


def best_rows(
    rows: Iterable[PriceRow], *, what: Sequence[str], unit: str, group: str, plans: Collection[str], on: date
) -> tuple[list[PriceRow], bool]:
    """The rows that apply, most particular first asked; and whether they are the group's own (no discount then).

    `what` goes from the particular to the general (`resource:laser`, `family:laser`). A plan's price beats a group's.
    """
    alive = [
        row
        for row in rows
        if row.unit == unit and (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or on <= row.valid_to)
    ]
    for name in what:
        here = [row for row in alive if row.what == name]
        for chosen in (
            [row for row in here if row.plan is not None and row.plan in plans],
            [row for row in here if row.plan is None and row.tariff_group == group],
        ):
            if chosen:
                return chosen, True
        if full := [row for row in here if row.plan is None and row.tariff_group is None]:
            return full, False
    return [], False


def own_price(cents: int, *, is_own: bool, discount_percent: int) -> int:
    """What this person pays: the group's own price, or the full one less the group's discount."""
    return cents if is_own else discounted(cents, discount_percent)


# ------------------------------------------------------------------ coverage


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot as coverage sees it. `lot_id` is None for a plan's month that nobody has used yet (`origin` says which)."""

    lot_id: int | None
    source: str  # plan, free, pass
    left: int
    valid_from: date | None = None
    valid_to: date | None = None
    origin: str | None = None
    granted: int = 0
    unlimited: bool = False
    rank: int = 0  # age: the older first
    unit: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one source takes on itself; `cents` only for money."""

    source: str
    units: int
    unit: str
    cents: int = 0
    lot: LotView | None = None

    def said(self) -> dict[str, object]:
        return {"source": self.source, "units": self.units, "unit": self.unit, "cents": self.cents}


@dataclass(frozen=True, slots=True)
class Coverage:
    parts: tuple[Part, ...]
    cents: int  # left to pay in money

    def said(self) -> list[dict[str, object]]:
        return [part.said() for part in self.parts]


def coverage(lots: Iterable[LotView], *, units: int, unit: str, on: date, price_of: Callable[[int], int]) -> Coverage:
    """Plan first, then lots by soonest expiry, free before paid, older first; money last.

    `price_of(n)`: cents for the n units that no lot covers. A thing that costs nothing uses nothing.
    """
    if price_of(units) == 0:
        return Coverage((Part("free", units, unit),), 0)
    parts, left = [], units
    for lot in sorted((lot for lot in lots if is_valid(lot, on)), key=_order):
        taken = left if lot.unlimited else min(left, lot.left)
        if taken > 0:
            parts.append(Part(lot.source, taken, unit, 0, lot))
            left -= taken
        if left == 0:
            return Coverage(tuple(parts), 0)
    cents = price_of(left)
    return Coverage((*parts, Part("money", left, unit, cents)), cents)


def is_valid(lot: LotView, on: date) -> bool:
    """Tested on the date of use; the last day is included."""
    return (lot.valid_from is None or lot.valid_from <= on) and (lot.valid_to is None or on <= lot.valid_to)


def _order(lot: LotView) -> tuple[bool, date, bool, int]:
    return (lot.source != "plan", lot.valid_to or date.max, lot.source == "pass", lot.rank)


def reasons_tab(cents: int, *, open_cents: int, cap_cents: int, is_machine: bool) -> Iterator[Reason]:
    """Money goes on the tab (ardoise), up to its cap; a closed tab has a cap of zero."""
    if cents > 0 and open_cents + cents > cap_cents:
        yield (InsufficientFunds if is_machine else Balance)(left=Cents(cents))


def late_fee(cents: int, percent: int) -> int:
    """What is kept of a price when cancelling late."""
    return half_up(cents * percent, 100)


def month_of(day: date) -> tuple[date, date]:
    """First and last day of a civil month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
