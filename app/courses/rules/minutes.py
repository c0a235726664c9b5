"""Minutes of attendance: planned = done + justified + unjustified + to regularise, for everybody, on any date.

Proof of presence is free (« tout élément probant », C. trav. R6313-3). We count as done only what two signatures say, the
trainee's and the trainer's, half-day by half-day (CAA Nantes, 20 April and 1 June 2021), or a sheet on paper that was validated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Self

from app.core.money import half_up


class State(StrEnum):
    """What is known of somebody's half-day."""

    PLANNED = "planned"
    PRESENT = "present"
    ABSENT = "absent"
    EXEMPT = "exempt"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfDay:
    """The facts of one half-day of one person."""

    length: int  # minutes
    state: State = State.PLANNED
    late: int = 0  # minutes after its start, as the trainer noted the arrival
    early: int = 0  # minutes before its end, as the trainer noted the departure
    tolerance: int = 0  # lateness that is not counted; one minute more, and all of it is
    signed: bool = False
    countersigned: bool = False
    on_paper: bool = False  # a scanned sheet with both signatures was validated
    justified: bool = False  # what was missed has a reason that was accepted

    @property
    def missed(self) -> int:
        """Minutes away of somebody who came. Late and early never make more than the half-day."""
        return min(self.length, (self.late if self.late > self.tolerance else 0) + self.early)

    @property
    def is_proved(self) -> bool:
        return self.on_paper or (self.signed and self.countersigned)


@dataclass(frozen=True, slots=True)
class Minutes:
    """Where the planned minutes went."""

    planned: int = 0
    done: int = 0
    justified: int = 0
    unjustified: int = 0
    to_regularise: int = 0

    def __add__(self, other: Self) -> "Minutes":
        return Minutes(
            self.planned + other.planned,
            self.done + other.done,
            self.justified + other.justified,
            self.unjustified + other.unjustified,
            self.to_regularise + other.to_regularise,
        )

    @property
    def is_sound(self) -> bool:
        """The promise: nothing is lost, nothing is counted twice."""
        return self.planned == self.done + self.justified + self.unjustified + self.to_regularise

    @property
    def rate_bp(self) -> int:
        """Hours done for hours planned, in hundredths of a percent: 86,90 % is 8690."""
        return rate_bp(self.done, self.planned)


@lru_cache(maxsize=2048)  # a class has thousands of half-days, and few that differ
def counted(half_day: HalfDay) -> Minutes:
    """Where the minutes of a half-day that is over went."""
    whole = half_day.length
    match half_day.state:
        case State.EXEMPT | State.CANCELLED:
            return Minutes()
        case State.PLANNED:
            return Minutes(planned=whole, to_regularise=whole)
        case State.ABSENT:
            return _missed(whole, whole, half_day.justified)
        case State.PRESENT:
            came = whole - half_day.missed
            kept = Minutes(done=came) if half_day.is_proved else Minutes(to_regularise=came)
            return _missed(whole, half_day.missed, half_day.justified) + kept


def total(half_days: Iterable[HalfDay]) -> Minutes:
    return summed(counted(half_day) for half_day in half_days)


def summed(parts: Iterable[Minutes]) -> Minutes:
    rows = [(part.planned, part.done, part.justified, part.unjustified, part.to_regularise) for part in parts]
    return Minutes(*(sum(column) for column in zip(*rows, strict=True)))


def rate_bp(part: int, whole: int) -> int:
    """A share in hundredths of a percent, half-up; nothing out of nothing is nothing."""
    return half_up(part * 10_000, whole) if whole else 0


def _missed(planned: int, missed: int, justified: bool) -> Minutes:
    return Minutes(planned, justified=missed) if justified else Minutes(planned, unjustified=missed)
