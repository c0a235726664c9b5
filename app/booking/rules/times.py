"""Length, step, notice and horizon; half-days; until when cancelling is free."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.booking.rules.reasons import AmbiguousTime, BadInterval, Horizon, NonexistentTime, Notice, Past, Step, TooLong, TooShort
from app.booking.rules.values import Rules
from app.core.period import Period, at, exists, is_ambiguous
from app.core.refusals import Reason

FIRST_YEAR, LAST_YEAR = 2000, 2100


def reasons_typed(wall: datetime, zone: ZoneInfo, *, says_which: bool) -> Iterator[Reason]:
    """About a wall-clock time that a person typed; `says_which`: they said summer or winter time."""
    if not exists(wall, zone):
        yield NonexistentTime()
    elif is_ambiguous(wall, zone) and not says_which:
        yield AmbiguousTime()


def reasons_when(period: Period, *, rules: Rules, now: datetime, zone: ZoneInfo, is_staff: bool) -> Iterator[Reason]:
    """Length, step, notice and horizon, all of them."""
    if not period.is_forward or not (period.starts_at.year >= FIRST_YEAR and period.ends_at.year <= LAST_YEAR):
        yield BadInterval()
        return
    if rules.sold_by == "minutes":
        if any(_off_step(moment, rules.step) for moment in period.local(zone)):
            yield Step(step=rules.step)
        if period.minutes < rules.min_minutes:
            yield TooShort(minutes=rules.min_minutes)
        if period.minutes > rules.max_minutes:
            yield TooLong(minutes=rules.max_minutes)
    earliest = now + timedelta(minutes=rules.notice_minutes)
    if period.starts_at < now.replace(second=0, microsecond=0):
        yield Past()
    elif period.starts_at < earliest.replace(second=0, microsecond=0):
        yield Notice(**{"minutes": rules.notice_minutes, "from": earliest.astimezone(zone)})
    last_day = now.astimezone(zone).date() + timedelta(days=rules.horizon_days)
    if not is_staff and period.starts_at.astimezone(zone).date() > last_day:
        yield Horizon(days=rules.horizon_days, until=last_day)


def _off_step(moment: datetime, step: int) -> bool:
    return bool((moment.hour * 60 + moment.minute) % step or moment.second or moment.microsecond)


HALVES = ("morning", "afternoon", "day")


def half_of(period: Period, spans: Mapping[str, Period | None]) -> str | None:
    """Which half-day a period is (`spans`: those of its day), or the running remainder of; None when it is neither."""
    for half in HALVES:
        span = spans.get(half)
        if span is not None and span.ends_at == period.ends_at and span.starts_at <= period.starts_at < span.ends_at:
            return half
    return None


def free_until(period: Period, *, rules: Rules, zone: ZoneInfo) -> datetime:
    """The first instant from which cancelling is late.

    « Until 18:00 the day before » excludes 18:00; « 24 h before » includes the instant, so lateness starts just after it.
    """
    if rules.free_until is not None:
        return at(period.starts_at.astimezone(zone).date() - timedelta(days=1), rules.free_until, zone)
    return period.starts_at - timedelta(hours=rules.free_hours or 0) + timedelta(microseconds=1)
