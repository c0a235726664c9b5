"""What a duration, a half-day or a day costs a person: pure arithmetic on cents."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.money import discounted, half_up
from app.core.refusals import N_, Reason


class PriceInThePast(Reason):
    code = "price_in_the_past"
    sentence = N_("Un tarif commence aujourd’hui ou plus tard\u202f: ce qui est passé garde son prix.")
    next_step = N_("Choisissez un jour à venir.")


class PriceBegun(Reason):
    code = "price_begun"
    sentence = N_("Ce tarif a commencé\u202f: des personnes l’ont déjà payé.")
    next_step = N_("Annoncez-en un autre, à partir d’un jour à venir.")


class CodeTaken(Reason):
    code = "catalogue_code_taken"
    sentence = N_("Le catalogue a déjà un code « %(code)s ».")
    next_step = N_("Choisissez-en un autre.")


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

    @property
    def is_for_all(self) -> bool:
        return self.tariff_group is None and self.plan is None

    def counts_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def best_rows(
    rows: Iterable[PriceRow], *, what: Sequence[str], unit: str, group: str, plans: Collection[str], on: date
) -> tuple[list[PriceRow], bool]:
    """The rows that apply, most particular first asked; and whether they are the group's own (no discount then).

    `what` goes from the particular to the general (`resource:laser`, `family:laser`). A plan's price beats a group's; of two prices
    of one duration, the one that began last.
    """
    alive = [row for row in rows if row.unit == unit and row.counts_on(on)]
    for name in what:
        here = [row for row in alive if row.what == name]
        for chosen in (
            [row for row in here if row.plan is not None and row.plan in plans],
            [row for row in here if row.plan is None and row.tariff_group == group],
        ):
            if chosen:
                return _begun_last(chosen), True
        if full := [row for row in here if row.plan is None and row.tariff_group is None]:
            return _begun_last(full), False
    return [], False


def _begun_last(rows: Sequence[PriceRow]) -> list[PriceRow]:
    if len(rows) == 1:
        return list(rows)
    found: dict[int | None, PriceRow] = {}
    for row in rows:
        known = found.get(row.minutes)
        if known is None or (row.valid_from or date.min) > (known.valid_from or date.min):
            found[row.minutes] = row
    return list(found.values())


def own_price(cents: int, *, is_own: bool, discount_percent: int) -> int:
    """What this person pays: the group's own price, or the full one less the group's discount."""
    return cents if is_own else discounted(cents, discount_percent)


def late_fee(cents: int, percent: int) -> int:
    """What is kept of a price when cancelling late."""
    return half_up(cents * percent, 100)
