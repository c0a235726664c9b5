"""Asking again, kindly: three steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from app.core.refusals import N_, Reason

STEPS = (7, 21, 35)  # days after the due date; a setting of the lieu
A_WEEK = timedelta(days=7)


class FirstPartInThePast(Reason):
    code = "first_part_in_the_past"
    sentence = N_("La première échéance vient aujourd’hui ou plus tard.")
    next_step = N_("Choisissez un jour à venir.")


class TooManyParts(Reason):
    code = "too_many_parts"
    sentence = N_("Il ne reste pas assez à payer pour le partager ainsi.")
    next_step = N_("Choisissez moins d’échéances.")


def next_step_on(*, due_on: date, told: int, steps: Sequence[int] = STEPS, last_told_on: date | None = None) -> date | None:
    """From which day the next reminder may be sent; none when all were.

    Never two in one week, even if the house slept for a month.
    """
    if told >= len(steps):
        return None
    by_step = due_on + timedelta(days=steps[told])
    return by_step if last_told_on is None else max(by_step, last_told_on + A_WEEK)


def step_due(*, due_on: date, today: date, told: int, steps: Sequence[int] = STEPS, last_told_on: date | None = None) -> int | None:
    """Which reminder is to be sent today, if one is."""
    first_day = next_step_on(due_on=due_on, told=told, steps=steps, last_told_on=last_told_on)
    return None if first_day is None or today < first_day else told + 1


@dataclass(frozen=True, slots=True)
class Part:
    """Échéance: so much, on a day."""

    due_on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Échéancier: what was left of an invoice that day, shared out."""

    left_cents: int
    parts: tuple[Part, ...]

    def next_part(self, left_cents: int) -> Part | None:
        """The first that what was paid since does not cover, with what it still asks for."""
        paid = self.left_cents - left_cents
        for part in self.parts:
            if paid < part.cents:
                return Part(part.due_on, part.cents - max(paid, 0))
            paid -= part.cents
        return None


def shared_out(left_cents: int, *, times: int, first_on: date) -> Schedule:
    """As many parts, a month apart, alike but for the cents that cannot be shared: the first parts have one more."""
    each, more = divmod(left_cents, times)
    parts = (Part(first_on + relativedelta(months=rank), each + (rank < more)) for rank in range(times))
    return Schedule(left_cents, tuple(parts))


def reasons_schedule(left_cents: int, *, times: int, first_on: date, today: date) -> Iterator[Reason]:
    if first_on < today:
        yield FirstPartInThePast()
    if times > left_cents:
        yield TooManyParts()
