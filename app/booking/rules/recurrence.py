"""RFC 5545 rules, as far as people mean them: plain repetitions, bounded."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from app.booking.rules.reasons import BadRecurrence
from app.core.refusals import Refused

SERIES_LIMIT = 366  # dates of one series
_RULE_KEYS = frozenset(("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "WKST"))
_RULE = re.compile(r"^[A-Z]+=[A-Za-z0-9,+-]{1,80}$")
_UNTIL = {8: "%Y%m%d", 15: "%Y%m%dT%H%M%S", 16: "%Y%m%dT%H%M%SZ"}  # a day, an hour on the wall, an instant: told apart by their length


def wall_starts(rrule: str, first_start: datetime, *, zone: ZoneInfo, exdates: Collection[date] = ()) -> list[datetime]:
    """The wall-clock starts of an RFC 5545 rule, at most a year of them; what is not a plain repetition is refused."""
    text = rrule.strip().removeprefix("RRULE:")
    parts = text.upper().split(";")
    if len(text) > 300 or not all(_RULE.match(part) for part in parts):
        raise Refused(BadRecurrence())
    said = dict(part.split("=", 1) for part in parts)
    if len(said) != len(parts) or not set(said) <= _RULE_KEYS or said.get("FREQ") not in ("DAILY", "WEEKLY", "MONTHLY"):
        raise Refused(BadRecurrence())
    if ("COUNT" in said) == ("UNTIL" in said) or not _bounded(said):
        raise Refused(BadRecurrence())
    count = int(said.pop("COUNT", SERIES_LIMIT))
    last = first_start + timedelta(days=3 * 366)
    try:
        if "UNTIL" in said:
            last = min(last, _until(said.pop("UNTIL"), zone))
        rule = rrulestr(";".join(f"{key}={value}" for key, value in said.items()), dtstart=first_start)
        found = list(islice(rule.between(first_start, last, inc=True), min(count, SERIES_LIMIT)))
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise Refused(BadRecurrence()) from error
    return [start for start in found if start.date() not in exdates]


def _bounded(said: Mapping[str, str]) -> bool:
    def number(key: str, most: int) -> bool:
        return key not in said or (said[key].isdecimal() and 1 <= int(said[key]) <= most)

    if "BYSETPOS" in said and said["FREQ"] != "MONTHLY":
        return False  # nobody means it, and looking for a second Monday of a week until the year 9999 takes ten seconds
    month_days = said.get("BYMONTHDAY", "1").split(",")
    if not all(day.lstrip("+-").isdecimal() and 1 <= int(day.lstrip("+-")) <= 31 for day in month_days):
        return False
    return number("INTERVAL", 52) and number("COUNT", SERIES_LIMIT)


def _until(said: str, zone: ZoneInfo) -> datetime:
    """The last moment on the wall clock, included; of a day, all of it is in."""
    until = datetime.strptime(said, _UNTIL[len(said)])  # noqa: DTZ007 — wall clock, unless it ends with a Z
    if said.endswith("Z"):
        return until.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return until.replace(hour=23, minute=59) if len(said) == len("YYYYMMDD") else until
