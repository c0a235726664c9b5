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


class PauseOver(Reason):
    code = "pause_over"
    sentence = N_("Le dernier jour sans rappel est déjà passé.")
    next_step = N_("Choisissez aujourd’hui, un jour à venir, ou ne mettez aucun jour.")


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

    def parts_left(self, left_cents: int) -> tuple[Part, ...]:
        """Those that what was paid since does not cover, with what each still asks for. Money that went back is asked with the first."""
        paid, left = self.left_cents - left_cents, []
        for part in self.parts:
            if paid < part.cents:
                left.append(Part(part.due_on, part.cents - paid))
            paid = max(0, paid - part.cents)
        return tuple(left)


def parts_left(left_cents: int, *, due_on: date, schedule: Schedule | None) -> tuple[Part, ...]:
    """What is left of an invoice, by the days on which it is due: one day, or those that were agreed."""
    if left_cents <= 0:
        return ()
    return schedule.parts_left(left_cents) if schedule else (Part(due_on, left_cents),)


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
