"""Who pays which hours: lines taken in turn, each up to its own number of hours; what may be asked before. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.money import pro_rata
from app.core.refusals import Cents, Reason
from app.courses.rules.refusals import AdvanceTooLarge, AdvanceTooSoon

WITHDRAWAL = timedelta(days=10)  # a self-payer's days to change their mind: C. trav. L6353-5
MOST_BEFORE_BP = 3000  # of the price, what a self-payer may be asked then: L6353-6


@dataclass(frozen=True, slots=True)
class Line:
    """So many minutes at most, at so many cents an hour."""

    minutes: int
    hour_cents: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one line carries of some minutes, and what that comes to."""

    minutes: int
    cents: int


def shares(lines: Sequence[Line], minutes: int) -> tuple[list[Share], int]:
    """What each line carries, in their order, and the minutes that nobody funds."""
    left, found = minutes, []
    for line in lines:
        taken = min(line.minutes, left)
        left -= taken
        found.append(Share(taken, pro_rata(line.hour_cents, taken)))
    return found, left


def reasons_advance(*, asked: int, agreed: int, pays_oneself: bool, signed_on: date, day: date) -> Iterator[Reason]:
    """Why advances may not come to so many cents: nobody pays before more than was agreed, a self-payer not within ten days of
    signing, nor more than 30 % (C. trav. L6353-5 and 6)."""
    if pays_oneself and day <= signed_on + WITHDRAWAL:
        yield AdvanceTooSoon(day=signed_on + WITHDRAWAL + timedelta(days=1))
    most = agreed * MOST_BEFORE_BP // 10_000 if pays_oneself else agreed
    if asked > most:
        yield AdvanceTooLarge(most=Cents(most), asked=Cents(asked))
