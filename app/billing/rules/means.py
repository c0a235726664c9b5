"""The ways to pay, what each costs, and the cheapest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.core.money import half_up
from app.core.refusals import N_

# A way to pay, and its name on screen.
MEANS: Mapping[str, str] = {
    "transfer": N_("virement"),
    "sepa": N_("prélèvement SEPA"),
    "sepa_stripe": N_("prélèvement SEPA par Stripe"),
    "card": N_("carte bancaire"),
    "cash": N_("espèces"),
    "cheque": N_("chèque"),
    "helloasso": N_("HelloAsso"),
}

# Where the money of each waits: the drawer, the cheques not yet handed in, what a provider holds, or the bank.
WAITS_IN: Mapping[str, str] = {
    "transfer": "bank",
    "sepa": "bank",
    "sepa_stripe": "in_transit",
    "card": "in_transit",
    "cash": "cash",
    "cheque": "in_transit",
    "helloasso": "in_transit",
}


@dataclass(frozen=True, slots=True)
class Fee:
    """What one payment costs the lieu: hundredths of a percent of it, and so many cents."""

    basis_points: int = 0
    cents: int = 0

    @property
    def percent(self) -> Decimal:
        return Decimal(self.basis_points).scaleb(-2)

    def of(self, amount_cents: int) -> int:
        return half_up(amount_cents * self.basis_points, 10_000) + self.cents


# Stripe's prices in Europe for a standard card and for a debit; a bank takes what its contract says. All are settings.
FEES: Mapping[str, Fee] = {
    "transfer": Fee(),
    "sepa": Fee(cents=35),
    "sepa_stripe": Fee(cents=35),
    "card": Fee(basis_points=150, cents=25),
    "cash": Fee(),
    "cheque": Fee(),
    "helloasso": Fee(),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to pay this amount, and what the lieu would lose to it."""

    means: str
    fee_cents: int


def cheapest_first(means: Iterable[str], *, cents: int, fees: Mapping[str, Fee]) -> list[Way]:
    """The ways offered, by what they cost, then in the order of `MEANS`."""
    order = list(MEANS)
    ways = [Way(one, fees.get(one, FEES[one]).of(cents)) for one in means]
    return sorted(ways, key=lambda way: (way.fee_cents, order.index(way.means)))
