"""What money costs to take, and what the lieu must earn to stand by itself: « l’argent non dépensé n’a pas à être gagné »."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.billing.rules.means import FEES, Fee

# (code of the way, means, whether it is paid at each use rather than once a month)
WHAT_IF: Sequence[tuple[str, str, bool]] = (
    ("card_each_use", "card", True),
    ("card_month", "card", False),
    ("sepa_month", "sepa", False),
    ("transfer_month", "transfer", False),
)


def what_if(uses: Iterable[int], bills: Iterable[int], *, fees: Mapping[str, Fee] = FEES) -> dict[str, int]:
    """The fees of a month if everyone paid so: each use by card, or one bill a month by card, debit or transfer."""
    paid = {True: list(uses), False: list(bills)}
    return {code: sum(fees[means].of(cents) for cents in paid[each_use]) for code, means, each_use in WHAT_IF}


@dataclass(frozen=True, slots=True)
class BreakEven:
    """How far a month's own income is from its costs; what is missing is told in half-days and in members, rounded up."""

    income_cents: int
    costs_cents: int
    half_day_cents: int | None  # what one more brings
    member_cents: int | None  # what a member brings on average

    @property
    def gap_cents(self) -> int:
        return self.income_cents - self.costs_cents

    @property
    def half_days_missing(self) -> int | None:
        return _missing(self.gap_cents, self.half_day_cents)

    @property
    def members_missing(self) -> int | None:
        return _missing(self.gap_cents, self.member_cents)


def _missing(gap_cents: int, each_cents: int | None) -> int | None:
    if gap_cents >= 0:
        return 0
    return -(gap_cents // each_cents) if each_cents else None
