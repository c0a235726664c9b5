"""What pays a use: a plan, lots, then money; and how far the tab may go."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.billing.rules.documents import gross_of_net
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
    overdraft: int = 0  # how much of `left` is below zero: units that somebody is trusted to buy later


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
    cents: int  # left to pay in money, taxes included: what is shown, and asked
    net_cents: int = 0  # the same without taxes: what the bill adds up
    rate_bp: int = 0
    is_trusted: bool = False  # their half-days may go below zero, and then no money takes over

    @property
    def goes_below(self) -> bool:
        """Whether some of it is owed: taken from what somebody is trusted to buy later."""
        return any(part.lot.overdraft and part.units > part.lot.left - part.lot.overdraft for part in self.parts if part.lot)

    def said(self) -> list[dict[str, object]]:
        return [part.said() for part in self.parts]


def coverage(
    lots: Iterable[LotView],
    *,
    units: int,
    unit: str,
    on: date,
    price_of: Callable[[int], int],
    rate_bp: int = 0,
    is_trusted: bool = False,
) -> Coverage:
    """Plan first, then lots by soonest expiry, free before paid, older first; money last.

    `price_of(n)`: cents, before VAT, for the n units that no lot covers. A thing that costs nothing uses nothing.
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
            return Coverage(tuple(parts), 0, is_trusted=is_trusted)
    net = price_of(left)
    cents = gross_of_net(net, rate_bp)
    return Coverage((*parts, Part("money", left, unit, cents)), cents, net, rate_bp, is_trusted)


def is_valid(lot: LotView, on: date) -> bool:
    """Tested on the date of use; the last day is included."""
    return (lot.valid_from is None or lot.valid_from <= on) and (lot.valid_to is None or on <= lot.valid_to)


def _order(lot: LotView) -> tuple[bool, bool, date, bool, int]:
    return (lot.overdraft > 0, lot.source != "plan", lot.valid_to or date.max, lot.source == "pass", lot.rank)


def reasons_tab(cents: int, *, open_cents: int, cap_cents: int, is_machine: bool) -> Iterator[Reason]:
    """Money goes on the tab (ardoise), up to its cap; a closed tab has a cap of zero."""
    if cents > 0 and open_cents + cents > cap_cents:
        yield (InsufficientFunds if is_machine else Balance)(left=Cents(cents))


def trust_view(place_id: int, member_id: int, units: int) -> LotView:
    """The lot of what a person is trusted with, before anything was taken from it: nothing given, and so far below zero."""
    origin = trust_origin(place_id, member_id)
    return LotView(None, "pass", units, origin=origin, unit="half_day", scope="desk", overdraft=units)


def trust_origin(place_id: int, member_id: int) -> str:
    return f"trust:{place_id}:{member_id}"


def month_of(day: date) -> tuple[date, date]:
    """First and last day of a civil month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
