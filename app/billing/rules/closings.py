"""Closings: which days a span holds."""

from datetime import date, timedelta

SPANS = ("day", "month", "year")


def bounds(span: str, day: date) -> tuple[date, date]:
    """First and last day of the month or the year that holds `day`."""
    first = day.replace(day=1) if span == "month" else day.replace(month=1, day=1)
    after = (first + timedelta(days=32 if span == "month" else 366)).replace(day=1)
    return first, (after if span == "month" else after.replace(month=1)) - timedelta(days=1)
