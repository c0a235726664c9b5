"""Absence alerts: early enough to talk with somebody, once for each level.

Unjustified absence may reduce the trainee's allowance (C. trav. R6341-45): people are told before it grows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from app.core.refusals import N_
from app.courses.rules.minutes import HalfDay, Minutes, State

IN_A_ROW = 2  # half-days
LEVELS: Mapping[int, int] = {1: 500, 2: 1000}  # level: hundredths of a percent of the planned minutes to date

# What a level is called where people read it.
NAMES: Mapping[str, str] = {
    "row": N_("deux demi-journées d’absence non justifiée de suite"),
    "level1": N_("absence non justifiée de 5 %"),
    "level2": N_("absence non justifiée de 10 %"),
}


def alerts_due(half_days: Iterable[HalfDay], minutes: Minutes, *, given: Collection[str]) -> Iterator[str]:
    """The alerts to give now for one person: `half_days` are those that are over, in order; those `given` never come again.

    Who passes both levels at once hears of the second only.
    """
    if "row" not in given and _longest_row(half_days) >= IN_A_ROW:
        yield "row"
    if level := level_of(minutes):
        reached = f"level{level}"
        if not {name for name in given if name >= reached and name.startswith("level")}:
            yield reached


def level_of(minutes: Minutes) -> int:
    """The level that unjustified minutes reach among those planned to date; 0 for none. The limit itself counts."""
    return max(
        (level for level, limit in LEVELS.items() if minutes.planned and minutes.unjustified * 10_000 >= limit * minutes.planned), default=0
    )


def _longest_row(half_days: Iterable[HalfDay]) -> int:
    """The longest run of whole half-days missed without reason; one that does not count for this person does not break it."""
    longest = run = 0
    for half_day in half_days:
        if half_day.state in (State.EXEMPT, State.CANCELLED):
            continue
        run = run + 1 if half_day.state == State.ABSENT and not half_day.justified else 0
        longest = max(longest, run)
    return longest
