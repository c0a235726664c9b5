"""A repetition as people say it, in the words of RFC 5545."""

from datetime import date

REPEATS = ("daily", "workdays", "weekly", "monthly")
MONTHLY = ("same", "last", "weekday")  # of a month: its same date, its last day, its same weekday
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def asks_which(first: date, repeat: str) -> bool:
    """Some months have no such date: one must say what is meant."""
    return repeat == "monthly" and first.day > 28


def recurrence(first: date, repeat: str, until: date, monthly: str = "same") -> str:
    """The rule of a repetition from its first date to its last day, included."""
    end = f"UNTIL={until:%Y%m%d}"
    if repeat == "daily":
        return f"FREQ=DAILY;{end}"
    if repeat == "workdays":
        return f"FREQ=WEEKLY;BYDAY={','.join(DAYS[:5])};{end}"
    if repeat == "weekly":
        return f"FREQ=WEEKLY;{end}"
    if monthly == "last":
        return f"FREQ=MONTHLY;BYMONTHDAY=-1;{end}"
    if monthly == "weekday":
        return f"FREQ=MONTHLY;BYDAY={nth_of_month(first)}{DAYS[first.weekday()]};{end}"
    return f"FREQ=MONTHLY;BYMONTHDAY={first.day};{end}"


def nth_of_month(day: date) -> int:
    """The second Tuesday is 2; a fifth one is the last, -1."""
    nth = (day.day - 1) // 7 + 1
    return nth if nth < 5 else -1
