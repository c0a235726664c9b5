"""Pour the sequences of a programme into a calendar, half-day after half-day. Pure: no database, no room, no people."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.period import monday_of
from app.courses.rules.reading import HALF_DAY

HALVES = ("morning", "afternoon")
FARTHEST = 400  # days looked at after the last one, for a proposed end


@dataclass(frozen=True, slots=True)
class Frame:
    """When a cohort meets. `off` names what keeps it from meeting on a day: a public holiday, a closure."""

    first_day: date
    last_day: date
    weekdays: Sequence[int]
    off: Callable[[date], str | None]
    company: tuple[date, date] | None = None
    cycle_weeks: int = 1
    weeks_on_site: int = 1
    site_weeks: frozenset[date] = frozenset()  # Mondays

    def is_open(self, day: date) -> bool:
        return day.weekday() in self.weekdays and self.off(day) is None

    def open_days(self, first: date, last: date) -> Iterator[date]:
        day = first
        while day <= last:
            if self.is_open(day):
                yield day
            day += timedelta(days=1)

    def in_company(self, day: date) -> bool:
        return self.company is not None and self.company[0] <= day <= self.company[1]

    def is_on_site(self, day: date) -> bool:
        """The weeks said one by one, else the first ones of each cycle, are on site; the others are worked from home."""
        if self.site_weeks:
            return monday_of(day) in self.site_weeks
        return ((day - monday_of(self.first_day)).days // 7) % self.cycle_weeks < self.weeks_on_site


@dataclass(frozen=True, slots=True)
class Poured:
    """One half-day and what is done in it."""

    day: date
    half: str
    sequence: str
    where: str  # centre, company, distance


@dataclass(frozen=True, slots=True)
class Pouring:
    """What pouring gives: its half-days, what was skipped and why, and what does not fit."""

    sessions: tuple[Poured, ...]
    skipped: tuple[tuple[date, str], ...]  # weekdays of the course when it does not meet
    days_before: int  # before, in and after the company period
    days_in_company: int
    days_after: int
    missing_minutes: int  # all that does not fit
    missing_in_company: int  # of which, because the company period is too short
    proposed_last_day: date | None  # where it would end, when hours are missing

    @property
    def days(self) -> int:
        return self.days_before + self.days_in_company + self.days_after

    @property
    def minutes(self) -> int:
        return len(self.sessions) * HALF_DAY


def pour(frame: Frame, order: Sequence[str], company_steps: frozenset[str]) -> Pouring:
    """Each half-day of the programme on the next open one; those in a company in the company's period when it has dates."""
    if frame.company is None:
        centre, company = list(order), []
    else:
        centre = [code for code in order if code not in company_steps]
        company = [code for code in order if code in company_steps]
    open_days = list(frame.open_days(frame.first_day, frame.last_day))
    at_centre = [(day, half) for day in open_days if not frame.in_company(day) for half in HALVES]
    in_company = [(day, half) for day in open_days if frame.in_company(day) for half in HALVES]
    sessions = [
        Poured(day, half, code, where)
        for slots, codes in ((at_centre, centre), (in_company, company))
        for (day, half), code in zip(slots, codes, strict=False)
        for where in (_where(frame, day, code, company_steps),)
    ]
    sessions.sort(key=lambda one: (one.day, HALVES.index(one.half)))
    left, left_in_company = max(len(centre) - len(at_centre), 0), max(len(company) - len(in_company), 0)
    before, inside, after = _days(sessions)
    return Pouring(
        sessions=tuple(sessions),
        skipped=tuple(_skipped(frame)),
        days_before=before,
        days_in_company=inside,
        days_after=after,
        missing_minutes=(left + left_in_company) * HALF_DAY,
        missing_in_company=left_in_company * HALF_DAY,
        proposed_last_day=_later(frame, left) if left else None,
    )


def _where(frame: Frame, day: date, code: str, company_steps: frozenset[str]) -> str:
    if code in company_steps:
        return "company"
    return "centre" if frame.is_on_site(day) else "distance"


def _days(sessions: Sequence[Poured]) -> tuple[int, int, int]:
    """Days before, in and after the company period; a day of which one half is in company counts there."""
    company = {one.day for one in sessions if one.where == "company"}
    others = {one.day for one in sessions} - company
    if not company:
        return len(others), 0, 0
    return sum(day < max(company) for day in others), len(company), sum(day > max(company) for day in others)


def _skipped(frame: Frame) -> Iterator[tuple[date, str]]:
    day = frame.first_day
    while day <= frame.last_day:
        if day.weekday() in frame.weekdays and (why := frame.off(day)) is not None:
            yield day, why
        day += timedelta(days=1)


def _later(frame: Frame, halves: int) -> date | None:
    """The day when what is left would be done, going on after the last one."""
    day, left = frame.last_day, halves
    for _ in range(FARTHEST):
        day += timedelta(days=1)
        if frame.is_open(day):
            left -= len(HALVES)
            if left <= 0:
                return day
    return None
