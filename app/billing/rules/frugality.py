"""What money costs to take, and what the lieu must earn to stand by itself: « l’argent non dépensé n’a pas à être gagné »."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.billing.rules.means import FEES, Fee
from app.core.money import half_up
from app.core.refusals import N_, Reason


class HoursToCome(Reason):
    code = "hours_to_come"
    sentence = N_("Ces heures ne sont pas encore données.")
    next_step = N_("Choisissez aujourd’hui ou un jour passé.")


class HoursInTheBooks(Reason):
    code = "hours_in_the_books"
    sentence = N_("Ces heures sont d’une année finie\u202f: elles restent dans les comptes.")
    next_step = N_("Voyez avec votre comptable.")


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


def margin(cents: int | None, *, income_cents: int, variable_cents: int) -> int | None:
    """What is left of an income once it has paid its share of the variable costs; None when nothing is left, or none is known."""
    if not cents or income_cents <= 0:
        return cents or None
    left = half_up(cents * (income_cents - variable_cents), income_cents)
    return left if left > 0 else None


def own_percent(own_cents: int, public_cents: int) -> int | None:
    """How much of a month's money the lieu earns itself."""
    return half_up(100 * own_cents, own_cents + public_cents) if own_cents + public_cents > 0 else None


def _missing(gap_cents: int, each_cents: int | None) -> int | None:
    if gap_cents >= 0:
        return 0
    return -(gap_cents // each_cents) if each_cents else None
