"""Asking again, kindly: three steps, and what a late professional owes. A private person owes nothing more, ever.

Code de commerce L441-10: between professionals only, late interest by the day and 40 € for the cost of asking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.money import half_up

STEPS = (7, 21, 35)  # days after the due date; a setting of the lieu
INDEMNITY_CENTS = 4_000


@dataclass(frozen=True, slots=True)
class Late:
    """What being late costs."""

    interest_cents: int
    indemnity_cents: int


def late(cents: int, *, days: int, yearly_bp: int, professional: bool) -> Late:
    """What is owed besides, after so many days: nothing at all from a private person."""
    if not professional or days <= 0 or cents <= 0:
        return Late(0, 0)
    return Late(half_up(cents * yearly_bp * days, 10_000 * 365), INDEMNITY_CENTS)


def step_due(*, due_on: date, today: date, told: int, steps: Sequence[int] = STEPS, last_told_on: date | None = None) -> int | None:
    """The number of the next reminder (1, 2, 3) when its day has come; none otherwise. Never two in one week, even if the
    house slept for a month."""
    if told >= len(steps) or today < due_on + timedelta(days=steps[told]):
        return None
    if last_told_on is not None and today < last_told_on + timedelta(days=7):
        return None
    return told + 1
