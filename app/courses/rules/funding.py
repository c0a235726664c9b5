"""Who pays which hours: lines taken in turn, each up to its own number of hours. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.money import pro_rata


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
