"""What a subscription costs: stretches of days at a price, added up over a whole cycle and rounded once."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.billing.rules.coverage import month_of
from app.core.money import half_up
from app.core.refusals import N_, Reason

DAY = timedelta(days=1)
UNLIMITED = "unlimited"  # what a plan gives without counting


class Paused(Reason):
    code = "paused"
    sentence = N_("Votre abonnement est en pause ce jour-là.")
    next_step = N_("Choisissez un jour hors de la pause, ou reprenez plus tôt dans « Mon compte ».")


class AlreadySubscribed(Reason):
    code = "already_subscribed"
    sentence = N_("Cette formule est déjà prise sur ces jours.")
    next_step = N_("Changez-la, ou choisissez-en une autre.")


class NoSubscriptionThen(Reason):
    code = "no_subscription_then"
    sentence = N_("Aucun abonnement ne court ce jour-là.")
    next_step = N_("Choisissez un jour où il court.")


class TooLateToChange(Reason):
    code = "too_late_to_change"
    sentence = N_("Ce jour est passé : ce qui a été utilisé reste dû.")
    next_step = N_("Choisissez aujourd’hui ou plus tard.")


class DownAtTerm(Reason):
    code = "down_at_term"
    sentence = N_("Une formule plus petite se prend à la fin du mois commencé : à partir du %(day)s.")
    next_step = N_("Choisissez ce jour-là ou plus tard.")


class BackwardDays(Reason):
    code = "backward_days"
    sentence = N_("Le dernier jour de l’abonnement ou de la pause vient avant le premier.")
    next_step = N_("Corrigez les deux dates.")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days of a subscription, first and last included, at one price a month; no last day: it goes on.

    A pause is a stretch that costs nothing and gives nothing.
    """

    plan_id: int
    cents: int
    first_day: date
    last_day: date | None = None
    is_paused: bool = False
    row_id: int | None = None  # the subscription's row that says so; none for what is only being considered

    def covers(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def same_but_for_days(self, other: "Stretch") -> bool:
        return (self.plan_id, self.cents, self.is_paused) == (other.plan_id, other.cents, other.is_paused)


class Days:
    """From a day to a day, both included."""

    __slots__ = ()
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Cycle(Days):
    """What one monthly price buys: from a day to a day, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Share(Days):
    """What a stretch costs within a cycle, with the days that it takes of it."""

    stretch: Stretch
    first: date
    last: date
    cents: int


@dataclass(frozen=True, slots=True)
class Charged:
    """What was already put on a bill, or will be, for a stretch and a cycle."""

    row_id: int
    plan_id: int
    cycle_first: date
    cents: int


@dataclass(frozen=True, slots=True)
class Due(Days):
    """A line to write for a cycle: what a stretch costs there, less what was already charged for it. Negative: it comes back."""

    cycle: Cycle
    row_id: int | None
    plan_id: int
    first: date
    last: date
    cents: int


def cycle_of(day: date, anchor: int | None = None) -> Cycle:
    """The cycle that holds a day: the civil month, or from `anchor` (a day of the month) to the eve of the next.

    Anchored on the 31st, it starts on the last day of shorter months, and on the 31st again afterwards.
    """
    if anchor is None:
        return Cycle(*month_of(day))
    first = _anchored(day, anchor)
    if first > day:
        first = _anchored(day.replace(day=1) - DAY, anchor)
    after = _anchored(month_of(first)[1] + DAY, anchor)
    return Cycle(first, after - DAY)


def cycles(first_day: date, last_day: date, anchor: int | None = None) -> Iterator[Cycle]:
    """The cycles that begin or run between two days, in their order."""
    cycle = cycle_of(first_day, anchor)
    while cycle.first <= last_day:
        yield cycle
        cycle = cycle_of(cycle.last + DAY, anchor)


def shares(stretches: Iterable[Stretch], cycle: Cycle) -> list[Share]:
    """`price × days / days of the cycle` of each stretch, first day included.

    The running sum is rounded and its differences taken: the shares add up to the whole period's price, rounded once.
    """
    found, exact, rounded = [], 0, 0
    for stretch in sorted(stretches, key=lambda one: one.first_day):
        within = _within(stretch, cycle)
        if within is None:
            continue
        exact += stretch.cents * within.days
        found.append(Share(stretch, within.first, within.last, half_up(exact, cycle.days) - rounded))
        rounded = half_up(exact, cycle.days)
    return found


def owed(stretches: Iterable[Stretch], cycle: Cycle) -> int:
    """The whole period's price."""
    return sum(share.cents for share in shares(stretches, cycle))


def allowance(stretches: Iterable[Stretch], cycle: Cycle, gives: Mapping[int, object]) -> int | str:
    """What a cycle includes, prorated as its price is: `units × days / days of the cycle`, and a unit begun is given whole.

    `gives`: of each plan, its units for a whole cycle, or `UNLIMITED`, which the days of one plan give to the whole cycle.
    """
    exact = 0
    for stretch in stretches:
        within, units = _within(stretch, cycle), gives.get(stretch.plan_id)
        if within is None or not units:
            continue
        if units == UNLIMITED:
            return UNLIMITED
        exact += int(str(units)) * within.days
    return -(-exact // cycle.days)


def due(
    stretches: Sequence[Stretch], charged: Iterable[Charged], *, until: date, anchor: int | None = None, since: date | None = None
) -> list[Due]:
    """What is left to charge of every cycle over by `until`: what a change would cost, and what the month's bill writes.

    `since`: what came before was billed elsewhere. A stretch that a later change set aside gives back what was charged for it.
    """
    if not stretches:
        return []
    first_day = min(stretch.first_day for stretch in stretches)
    start = max(first_day, since) if since else first_day
    already = {(one.row_id, one.cycle_first): one for one in charged}
    found = []
    for cycle in cycles(start, until, anchor):
        if cycle.last > until:
            break
        seen = [replace(one, first_day=max(one.first_day, start)) for one in stretches if one.last_day is None or one.last_day >= start]
        for share in shares(seen, cycle):
            row_id = share.stretch.row_id
            before = already.pop((row_id, cycle.first), None) if row_id is not None else None
            cents = share.cents - (before.cents if before else 0)
            if cents:
                found.append(Due(cycle, row_id, share.stretch.plan_id, share.first, share.last, cents))
        for key in [key for key in already if key[1] == cycle.first]:
            gone = already.pop(key)
            if gone.cents:
                found.append(Due(cycle, gone.row_id, gone.plan_id, cycle.first, cycle.last, -gone.cents))
    return found


def changed(stretches: Sequence[Stretch], *, on: date, plan_id: int, cents: int) -> list[Stretch]:
    """Another plan from this day on: what was asked before for later is forgotten, pauses and the end stay."""
    cut = _cut(stretches, on)
    return _joined(one if one.first_day < on or one.is_paused else replace(one, plan_id=plan_id, cents=cents, row_id=None) for one in cut)


def paused(stretches: Sequence[Stretch], *, first: date, last: date) -> list[Stretch]:
    """Nothing is due, and nothing may be used, from a day to a day, both included."""
    cut = _cut(_cut(stretches, first), last + DAY)
    return _joined(replace(one, cents=0, is_paused=True, row_id=None) if first <= one.first_day <= last else one for one in cut)


def resumed(stretches: Sequence[Stretch], *, on: date) -> list[Stretch]:
    """The pause that holds this day ends on its eve; the plan and the price are those of what came before the pause."""
    cut = _cut(stretches, on)
    running: Stretch | None = None
    kept = []
    for one in cut:
        if not one.is_paused:
            running = one
        awake = one.is_paused and running is not None and one.covers(on)
        kept.append(replace(one, plan_id=running.plan_id, cents=running.cents, is_paused=False, row_id=None) if awake and running else one)
    return _joined(kept)


def ended(stretches: Sequence[Stretch], *, last_day: date) -> list[Stretch]:
    """Left after this day, included."""
    return [one for one in _cut(stretches, last_day + DAY) if one.first_day <= last_day]


def recognised(after: Iterable[Stretch], before: Iterable[Stretch]) -> list[Stretch]:
    """The same stretches; those that were already written so keep their row."""
    known = {replace(one, row_id=None): one for one in before}
    return [known.get(one, one) if one.row_id is None else one for one in after]


def _within(stretch: Stretch, cycle: Cycle) -> Cycle | None:
    """The days that a stretch takes of a cycle; none in a pause."""
    first, last = max(stretch.first_day, cycle.first), min(stretch.last_day or cycle.last, cycle.last)
    return None if last < first or stretch.is_paused else Cycle(first, last)


def _cut(stretches: Sequence[Stretch], day: date) -> list[Stretch]:
    """The same days, with an edge just before this day."""
    cut = []
    for one in stretches:
        if one.first_day < day and one.covers(day):
            cut += [replace(one, last_day=day - DAY), replace(one, first_day=day, row_id=None)]
        else:
            cut.append(one)
    return cut


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours that say the same become one."""
    kept: list[Stretch] = []
    for one in stretches:
        before = kept[-1] if kept else None
        if before is not None and before.same_but_for_days(one) and before.last_day is not None and before.last_day + DAY == one.first_day:
            kept[-1] = replace(before, last_day=one.last_day)
        else:
            kept.append(one)
    return kept


def _anchored(day: date, anchor: int) -> date:
    return day.replace(day=min(anchor, monthrange(day.year, day.month)[1]))
