"""What desks, offices and rooms ask for, and what they cost: pure rules."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.billing.rules import capped
from app.booking.rules import NotAHalfDay
from app.core.money import pro_rata
from app.core.period import Period, at, days_of
from app.core.refusals import Reason


def reasons_half_day(period: Period, spans: Collection[Period | None], *, now: datetime) -> Iterator[Reason]:
    """A desk is taken for a morning, an afternoon or a day (`spans` of that day); one that runs already, for its remainder."""
    if not any(span is not None and span.overlaps(period) for span in spans):
        return  # the lieu is closed then, and its calendar says so
    for span in spans:
        if span is None or span.ends_at != period.ends_at:
            continue
        runs = span.starts_at < now < span.ends_at
        if period.starts_at == span.starts_at or (runs and span.starts_at < period.starts_at <= now):
            return
    yield NotAHalfDay()


def price_by_the_hour(period: Period, minutes: int, hour_cents: int, cap_cents: int | None, zone: ZoneInfo) -> int:
    """The last `minutes` of a period at a price by the hour, under a cap for each civil day."""
    counted = Period(period.ends_at - timedelta(minutes=minutes), period.ends_at)
    by_day = []
    for day in days_of(counted, zone):
        begins, ends = max(counted.starts_at, at(day, 0, zone)), min(counted.ends_at, at(day, 1440, zone))
        spent = Period(begins, ends).minutes
        by_day.append((spent, pro_rata(hour_cents, spent)))
    return capped(by_day, cap_cents, pro_rata(hour_cents, minutes))
