"""One event, written so that strict readers, phones and time changes all agree; and that nobody's words break it."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from app.core import calendar
from app.core.calendar import Contact, Event
from tests.factories import PARIS, paris

NOTED = datetime(2026, 12, 1, 9, tzinfo=UTC)


def event(start="2026-12-08 09:00", end="2026-12-08 10:00", **more: Any) -> Event:
    return Event(
        **{"uid": "1@worklab", "starts_at": paris(start), "ends_at": paris(end), "summary": "Poste A3", "changed_at": NOTED, **more}
    )


def read(content: bytes) -> list[Any]:
    return icalendar.Calendar.from_ical(content).walk("VEVENT")


def only(content: bytes) -> Any:
    (found,) = read(content)
    return found


def strict_zone(content: bytes):
    """The zone as a reader that believes nothing but what is written."""
    text = content.decode()
    written = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE")] + "END:VTIMEZONE\r\n"
    return tz.tzical(io.StringIO(f"BEGIN:VCALENDAR\r\n{written}END:VCALENDAR\r\n")).get()


def test_all_that_a_calendar_shows_is_there():
    content = calendar.write(
        [
            event(
                sequence=3,
                created_at=NOTED - timedelta(days=1),
                description="Une ligne\nune autre",
                location="Ancienne école, 61500 Boitron",
                url="https://lieu.test/bookings/1",
                categories=("Poste",),
                recurrence_id=paris("2026-12-07 09:00"),
                organizer=Contact('L’"Écloserie"; Boitron', "bonjour@lieu.test"),
            )
        ],
        zone=PARIS,
        name="Mes réservations",
    )

    found = only(content)
    assert found["UID"] == "1@worklab"
    assert found["SEQUENCE"] == 3
    assert found["DTSTAMP"].dt == found["LAST-MODIFIED"].dt == NOTED
    assert found["DESCRIPTION"] == "Une ligne\nune autre"
    assert found["RECURRENCE-ID"].dt == paris("2026-12-07 09:00")
    assert found["DTSTART"].params["TZID"] == found["RECURRENCE-ID"].params["TZID"] == "Europe/Paris"
    assert found["ORGANIZER"] == "mailto:bonjour@lieu.test"
    assert found["ORGANIZER"].params["CN"] == "L’’Écloserie’; Boitron"
    assert found["CATEGORIES"].cats == ["Poste"]
    assert b"X-WR-CALNAME:Mes r" in content
    assert b"METHOD" not in content


def test_lines_end_with_crlf_and_are_folded():
    content = calendar.write([event(summary="é" * 200)], zone=PARIS)

    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert only(content)["SUMMARY"] == "é" * 200


def test_the_same_events_make_the_same_bytes():
    calendar._event.cache_clear()
    first = calendar.write([event()], zone=PARIS)
    calendar._event.cache_clear()

    assert calendar.write([event()], zone=PARIS) == first
    assert calendar.write([event(sequence=1)], zone=PARIS) != first


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("2027-03-28 00:00", "2027-03-28 06:00", 5), ("2026-10-25 00:00", "2026-10-25 06:00", 7), ("2027-03-28 03:30", "2027-03-28 04:30", 1)],
)
def test_the_nights_when_the_clock_changes_keep_their_length(start, end, hours):
    content = calendar.write([event(start, end)], zone=PARIS)

    zone, found = strict_zone(content), only(content)
    starts, ends = (found[name].dt.replace(tzinfo=zone).astimezone(UTC) for name in ("DTSTART", "DTEND"))
    assert ends - starts == timedelta(hours=hours)
    assert starts == paris(start).astimezone(UTC)


def test_the_second_of_two_hours_of_the_same_name_is_written_in_utc():
    first = only(calendar.write([event("2026-10-25 02:15", "2026-10-25 02:45")], zone=PARIS))
    second = only(calendar.write([event("2026-10-25 02:15/2", "2026-10-25 02:45/2")], zone=PARIS))

    assert first["DTSTART"].params["TZID"] == "Europe/Paris"
    assert "TZID" not in second["DTSTART"].params
    assert second["DTSTART"].dt - first["DTSTART"].dt.astimezone(UTC) == timedelta(hours=1)


@pytest.mark.parametrize("name", ["Europe/Paris", "Indian/Reunion", "America/Miquelon", "Pacific/Noumea", "Australia/Lord_Howe"])
def test_a_reader_that_knows_no_zone_finds_each_hour_of_the_year(name):
    zone = ZoneInfo(name)
    written = strict_zone(calendar.write([event()], zone=zone))

    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year < 2028:
        local = moment.astimezone(zone)
        if not local.fold:
            assert local.replace(tzinfo=written).utcoffset() == local.utcoffset(), moment
        moment += timedelta(minutes=30)


def test_utc_needs_no_zone():
    content = calendar.write([event()], zone=ZoneInfo("UTC"))

    assert b"VTIMEZONE" not in content
    assert b"DTSTART:20261208T080000Z" in content


TEXTS = st.text(max_size=60) | st.sampled_from(["a\rEND:VEVENT", "a\r\nUID:2", "\\n;,:", "\u2028x", "\x00\x1f\x85\u202e", "\ud800"])


@given(summary=TEXTS, description=TEXTS, location=TEXTS, category=TEXTS, name=TEXTS)
def test_nothing_that_somebody_wrote_breaks_a_feed(summary, description, location, category, name):
    hostile = event(summary=summary, description=description, location=location, categories=(category,), organizer=Contact(name, "a@b.c"))
    content = calendar.write([hostile, event(uid="2@worklab")], zone=PARIS, name=name)

    found = read(content)
    assert [one["UID"] for one in found] == ["1@worklab", "2@worklab"]
    assert found[0].start.astimezone(UTC) == hostile.starts_at.astimezone(UTC)
    assert not {0x0D, 0x7F, *range(0x09)} & set(content.replace(b"\r\n", b""))


def test_an_event_that_cannot_be_written_hides_no_other(monkeypatch):
    def stumble(broken, zone, write=calendar._event):
        if broken.uid == "1@worklab":
            raise ValueError("a mistake of ours")
        return write(broken, zone)

    monkeypatch.setattr(calendar, "_event", stumble)
    content = calendar.write([event(), replace(event(), uid="2@worklab")], zone=PARIS)

    assert only(content)["UID"] == "2@worklab"


def test_an_invitation_asks_no_answer_and_what_is_published_has_no_guest():
    lieu, camille = Contact("Le lieu", "bonjour@lieu.test"), Contact("Camille", "camille@lieu.test")

    asked = calendar.invitation([event()], zone=PARIS, house=lieu, to=camille, method="REQUEST", filename="reservation.ics")
    shown = calendar.invitation([event()], zone=PARIS, house=lieu, to=camille, method="PUBLISH", filename="reservation.ics")

    assert only(asked.content)["ATTENDEE"].params["RSVP"] == "FALSE"
    assert only(asked.content)["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert b"METHOD:REQUEST" in asked.content
    assert asked.parameters["method"] == "REQUEST"
    assert "ATTENDEE" not in only(shown.content)
