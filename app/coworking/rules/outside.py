"""A calendar from elsewhere, read as busy times: bounded, without names, whatever it holds."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrulestr

from app.core.period import Period

MOST_BYTES, MOST_EVENTS, MOST_TIMES, MOST_REPEATS = 1_000_000, 2000, 2000, 400
LONGEST = timedelta(days=31)


class NotACalendar(ValueError):
    """This file is no calendar that we can read."""


class Busy(NamedTuple):
    """A time that is taken elsewhere; `key` names it the same at each reading."""

    key: str
    period: Period


def busy_times(content: bytes, *, zone: ZoneInfo, window: Period) -> list[Busy]:
    """When somebody is busy within a window, in order; what is free, cancelled, too long or cannot be read is left out."""
    if len(content) > MOST_BYTES:
        raise NotACalendar("size")
    try:
        calendar = icalendar.Calendar.from_ical(content)
        events = list(islice(calendar.walk("VEVENT"), MOST_EVENTS))
    except (ValueError, KeyError, IndexError, RecursionError) as trouble:
        raise NotACalendar("syntax") from trouble
    found: dict[str, Busy] = {}
    for event in events:
        try:
            for one in _times(event, zone, window):
                found[one.key] = one
        except (ValueError, TypeError, AttributeError, OverflowError):
            continue  # one bad event does not hide the others
        if len(found) > MOST_TIMES:
            break
    return sorted(found.values(), key=lambda one: one.period)[:MOST_TIMES]


def _times(event: Any, zone: ZoneInfo, window: Period) -> Iterator[Busy]:
    if str(event.get("STATUS", "")) == "CANCELLED" or str(event.get("TRANSP", "")) == "TRANSPARENT":
        return
    start = _wall(event["DTSTART"].dt, zone)
    if "DTEND" in event:
        length = _wall(event["DTEND"].dt, zone) - start
    else:
        length = event["DURATION"].dt if "DURATION" in event else timedelta(days=1 if type(event["DTSTART"].dt) is date else 0)
    if not timedelta() < length <= LONGEST:
        return
    uid = str(event.get("UID", ""))
    for wall in _starts(event, start, window, zone):
        begins = wall.replace(tzinfo=zone).astimezone(UTC)
        period = Period(begins, (wall + length).replace(tzinfo=zone).astimezone(UTC))
        if period.is_forward and period.overlaps(window):
            yield Busy(hashlib.sha256(f"{uid}/{begins:%Y%m%dT%H%M}".encode()).hexdigest(), period)


def _starts(event: Any, start: datetime, window: Period, zone: ZoneInfo) -> Iterator[datetime]:
    """Its first time, or those that its rule gives in the window, a few hundred at most."""
    if "RRULE" not in event:
        yield start
        return
    said = event["RRULE"].to_ical().decode()
    if any(word in said for word in ("SECONDLY", "MINUTELY", "HOURLY")):
        return
    excluded = event.get("EXDATE", [])
    without = {_wall(one.dt, zone) for group in (excluded if isinstance(excluded, list) else [excluded]) for one in group.dts}
    rule = rrulestr(";".join(part for part in said.split(";") if not part.startswith("UNTIL=")), dtstart=start)
    last = min(window.ends_at.astimezone(zone).replace(tzinfo=None), _until(event, zone))
    begins = window.starts_at.astimezone(zone).replace(tzinfo=None) - LONGEST
    for number, wall in enumerate(rule.xafter(max(begins, start), inc=True)):
        if wall > last or number >= MOST_REPEATS:
            return
        if wall not in without:
            yield wall


def _until(event: Any, zone: ZoneInfo) -> datetime:
    said = event["RRULE"].get("UNTIL")
    if not said:
        return datetime(2100, 12, 31)  # noqa: DTZ001 — on the wall, as all of these
    until = said[0]
    return datetime.combine(until, time.max) if type(until) is date else _wall(until, zone)


def _wall(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """On the lieu's clock: a whole day from its midnight, a time without a zone as it is."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo is not None else moment
