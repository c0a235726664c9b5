"""Erasing a person: what each room says of it, and does. Everything goes, but what the law asks to keep, under the name it had then."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.refusals import N_, Reason

ABSENT = timedelta(days=731)  # two years, whichever they are: the CNIL's advice on accounts that nobody uses
WARNED = timedelta(days=30)  # the time to give a sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Something kept after the account: what, why, until which day. The words are French sentences to translate."""

    title: str
    why: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """One room's part. `goes`: French sentences; `stays` and `obstacles` are asked before the gesture, `erase` is its own part of it."""

    goes: Sequence[str] = ()
    stays: Callable[[int, date], Iterable[Stays]] = lambda _member_id, _today: ()
    obstacles: Callable[[int, date], Iterable[Reason]] = lambda _member_id, _today: ()
    erase: Callable[[int, datetime], None] = lambda _member_id, _now: None


class AlreadyErased(Reason):
    code = "already_erased"
    sentence = N_("Ce compte est déjà effacé.")


def end_of_year_after(day: date, years: int) -> date:
    """The last day of the year that comes so many years after this day's."""
    return date(day.year + years, 12, 31)
