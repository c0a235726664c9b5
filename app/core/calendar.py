"""One event, and the iCalendar that carries it: the same bytes as long as nothing changed.

Hours are written as the lieu's wall clock with its time zone inside (VTIMEZONE), so that « 9 h » stays 9 h in October. The
second of two hours that bear the same name cannot be said that way: it is written in UTC.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import icalendar
import structlog

from app.core.letters import Attachment
from app.core.period import is_ambiguous
from app.core.text import clean, clean_line

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]

PRODID = "-//Worklab//Worklab//FR"
KNOWN_FROM, KNOWN_TO = datetime(2020, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)  # changes of hour that a calendar tells
ASK_AGAIN = timedelta(hours=1)  # how often a subscriber may look

_log = structlog.get_logger(__name__)


class Contact(NamedTuple):
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a calendar shows. `uid` never changes, `sequence` grows with each change, `changed_at` says when the last one was."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    changed_at: datetime
    created_at: datetime | None = None
    sequence: int = 0
    status: Status = "CONFIRMED"
    recurrence_id: datetime | None = None  # of a date of a series: when it was first to be
    description: str = ""
    location: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    organizer: Contact | None = None
    attendee: Contact | None = None

    def __post_init__(self) -> None:
        """Instants are kept in UTC: two hours of the same name in one zone are equal, and only one would be remembered."""
        for name in ("starts_at", "ends_at", "changed_at", "created_at", "recurrence_id"):
            if (moment := getattr(self, name)) is not None:
                object.__setattr__(self, name, moment.astimezone(UTC))


def write(events: Iterable[Event], *, zone: ZoneInfo, name: str = "", method: Method | None = None) -> bytes:
    """A calendar of these events, in their order. One that cannot be written is logged and left out: the others are shown."""
    parts = [_head(clean_line(name), method), _timezone(zone)]
    for event in events:
        try:
            parts.append(_event(event, zone))
        except ValueError:
            _log.exception("event_cannot_be_written", uid=event.uid)
    return b"".join([*parts, b"END:VCALENDAR\r\n"])


def invitation(events: Iterable[Event], *, zone: ZoneInfo, house: Contact, to: Contact, method: Method, filename: str) -> Attachment:
    """The same as a mail carries it: the person's calendar adds, changes (REQUEST) or removes (CANCEL) the events by itself.

    The lieu invites and the person has already said yes, so that no answer is asked for. What is only published has no guest.
    """
    guest = None if method == "PUBLISH" else to
    invited = [replace(event, organizer=house, attendee=guest, recurrence_id=None) for event in events]
    content = write(invited, zone=zone, method=method)
    return Attachment(filename, content, "text/calendar", {"method": method, "charset": "utf-8"})


def _head(name: str, method: Method | None) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", icalendar.vDuration(ASK_AGAIN))
    return bytes(calendar.to_ical()).removesuffix(b"END:VCALENDAR\r\n")


@lru_cache(maxsize=32)
def _timezone(zone: ZoneInfo) -> bytes:
    """The zone's hours and when they change; UTC needs none.

    Not the library's own: it gives the hour after the clocks went forward where RFC 5545 wants the one before, and what
    takes place that night moves by an hour.
    """
    if zone.key == "UTC":
        return b""
    observances: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    for moment, offset_from in _changes(zone):
        local = moment.astimezone(zone)
        offset_to = local.utcoffset() or timedelta()
        key = (offset_from, offset_to, local.tzname() or zone.key, bool(local.dst()))
        observances.setdefault(key, []).append((moment + offset_from).replace(tzinfo=None))
    component = icalendar.Timezone()
    component.add("tzid", zone.key)
    for (offset_from, offset_to, name, is_summer), starts in observances.items():
        part = icalendar.TimezoneDaylight() if is_summer else icalendar.TimezoneStandard()
        part.add("tzname", name)
        part.add("tzoffsetfrom", offset_from)
        part.add("tzoffsetto", offset_to)
        part.add("dtstart", starts[0])
        if starts[1:]:
            part.add("rdate", starts[1:])
        component.add_component(part)
    return bytes(component.to_ical())


def _changes(zone: ZoneInfo) -> Iterator[tuple[datetime, timedelta]]:
    """Each instant when the offset changes, with the offset it had; the first is where the search begins."""
    day = KNOWN_FROM
    offset = day.astimezone(zone).utcoffset()
    yield day, offset or timedelta()
    while day < KNOWN_TO:
        tomorrow = day + timedelta(days=1)
        if tomorrow.astimezone(zone).utcoffset() != offset:
            before, after = day, tomorrow
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) / 2
                before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
            yield after.replace(microsecond=0), offset or timedelta()
            offset = tomorrow.astimezone(zone).utcoffset()
        day = tomorrow


@lru_cache(maxsize=4096)
def _event(event: Event, zone: ZoneInfo) -> bytes:
    """Kept, since a feed is read each hour and few of its events change."""
    component = icalendar.Event()
    component.add("uid", clean_line(event.uid))
    component.add("dtstamp", event.changed_at)
    component.add("last-modified", event.changed_at)
    if event.created_at is not None:
        component.add("created", event.created_at)
    component.add("sequence", event.sequence)
    starts_at, ends_at = _on_the_wall(event.starts_at, event.ends_at, zone)
    component.add("dtstart", starts_at)
    component.add("dtend", ends_at)
    if event.recurrence_id is not None:
        component.add("recurrence-id", _on_the_wall(event.recurrence_id, event.recurrence_id, zone)[0])
    component.add("summary", clean_line(event.summary))
    component.add("status", event.status)
    component.add("transp", "TRANSPARENT" if event.status == "CANCELLED" else "OPAQUE")
    texts = {"description": clean(event.description), "location": clean_line(event.location), "url": clean_line(event.url)}
    for field, text in texts.items():
        if text:
            component.add(field, text)
    if event.categories:
        component.add("categories", [clean_line(category) for category in event.categories])
    if event.organizer:
        component.add("organizer", _address(event.organizer))
    if event.attendee:
        component.add("attendee", _address(event.attendee, partstat="ACCEPTED", rsvp="FALSE", role="REQ-PARTICIPANT"))
    return bytes(component.to_ical())


def _on_the_wall(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Both in the zone; in UTC when one of them is the second of two hours of the same name, which a wall clock cannot say."""
    local = [moment.astimezone(zone) for moment in (starts_at, ends_at)]
    if any(moment.fold and is_ambiguous(moment.replace(tzinfo=None), zone) for moment in local):
        return starts_at, ends_at
    return local[0], local[1]


def _address(contact: Contact, **parameters: str) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{clean_line(contact.email)}")
    address.params["cn"] = clean_line(contact.name).replace('"', "’")
    for name, value in parameters.items():
        address.params[name] = value
    return address
