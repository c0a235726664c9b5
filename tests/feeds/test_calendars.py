"""What each feed shows, and that it stays the same to the byte while nothing changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa

from app.booking import services
from app.booking.models import Absence, SeriesDate
from app.booking.services import SeriesWish
from app.core import calendar, clock
from app.core.db import db, transaction
from app.core.period import Period
from app.feeds import calendars, rules
from app.feeds.rules import Busy
from tests.factories import PARIS, between, book, book_half, make_place, make_thing, paris
from tests.statements import counted


def read(content: bytes | None) -> list[Any]:
    assert content is not None
    return icalendar.Calendar.from_ical(content).walk("VEVENT")


def of(member, lieu) -> list[Any]:
    return read(calendars.of_member(member, [lieu.place], now=clock.now()))


# ---------------------------------------------------------------- a person's


def test_a_person_sees_their_bookings_each_with_its_own_uid(lieu):
    desk = book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille, note="Près de la fenêtre")
    room = book(lieu.room, between("2026-12-09", "14:00", "15:30"), lieu.camille)
    book_half(lieu.seat("A4"), "2026-12-08", "morning", lieu.leo, note="Un secret")

    first, second = of(lieu.camille, lieu)

    assert [first["UID"], second["UID"]] == [desk.uid, room.uid]
    assert first["SUMMARY"] == "Poste A3 · Worklab"
    assert first["DESCRIPTION"].replace("\u00a0", " ") == "Près de la fenêtre\nAnnulation sans frais jusqu’au lundi 7 décembre à 18 h."
    assert first["URL"].endswith(f"/bookings/{desk.id}")
    assert first["CATEGORIES"].cats == ["Poste"]
    assert first.start == paris("2026-12-08 08:30")
    assert second.end == paris("2026-12-09 15:30")
    assert "RECURRENCE-ID" not in first


def test_it_is_the_same_to_the_byte_until_something_changes(lieu, frozen):
    booking = book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    first = calendars.of_member(lieu.camille, [lieu.place], now=clock.now())

    calendar._event.cache_clear()
    frozen("2026-12-31T23:59+01:00")
    assert calendars.of_member(lieu.camille, [lieu.place], now=clock.now()) == first

    frozen("2026-12-02T10:00+01:00")
    services.change_note(booking.id, "Autre chose", actor_id=lieu.camille.id, now=clock.now())
    assert calendars.of_member(lieu.camille, [lieu.place], now=clock.now()) != first


def test_what_was_given_up_is_struck_out_and_a_passing_hold_never_shown(lieu):
    booking = book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    wish = services.ask(
        [(lieu.room, between("2026-12-09", "14:00", "15:30"))], member_id=lieu.camille.id, actor_id=lieu.camille.id, now=clock.now()
    )
    held = services.hold_or_reserve(wish)
    services.cancel(booking_id=booking.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())

    (event,) = of(lieu.camille, lieu)

    assert held.status == "held"
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CANCELLED", 1, "TRANSPARENT")


def test_what_waits_for_a_yes_is_tentative(lieu):
    room = make_thing(lieu.place, "S", kind="room", rules={"approval": True})
    book(room, between("2026-12-08", "09:00", "10:00"), lieu.camille)

    assert [event["STATUS"] for event in of(lieu.camille, lieu)] == ["TENTATIVE"]


def test_a_moved_date_of_a_series_keeps_its_uid_and_says_when_it_was_to_be(lieu):
    wish = SeriesWish(thing=lieu.room, first_start=datetime.fromisoformat("2026-12-07T09:00"), minutes=60, rrule="FREQ=WEEKLY;COUNT=3")
    services.reserve_series(wish, member_id=lieu.camille.id, actor_id=lieu.camille.id, skip_conflicts=False, now=clock.now())
    before = of(lieu.camille, lieu)
    moved_id = db.session.scalars(sa.select(SeriesDate.booking_id).order_by(SeriesDate.original_start)).all()[1]
    assert moved_id is not None
    wanted = services.ask(
        [(lieu.room, between("2026-12-15", "11:00", "12:00"))],
        member_id=lieu.camille.id,
        actor_id=lieu.camille.id,
        now=clock.now(),
        moving_id=moved_id,
    )
    services.move(moved_id, wanted)

    after = of(lieu.camille, lieu)

    assert [event["UID"] for event in after] == [event["UID"] for event in before]
    assert len({event["UID"] for event in after}) == 3
    assert ["RECURRENCE-ID" in event for event in after] == [False, True, False]
    assert after[1]["RECURRENCE-ID"].dt == paris("2026-12-14 09:00")
    assert after[1].start == paris("2026-12-15 11:00")
    assert after[1]["SEQUENCE"] == before[1]["SEQUENCE"] + 1


def test_the_hour_stays_nine_when_the_clock_changes(lieu, frozen):
    frozen("2026-10-12T10:00+02:00")
    wish = SeriesWish(thing=lieu.room, first_start=datetime.fromisoformat("2026-10-19T09:00"), minutes=60, rrule="FREQ=WEEKLY;COUNT=2")
    services.reserve_series(wish, member_id=lieu.nora.id, actor_id=lieu.nora.id, skip_conflicts=False, now=clock.now())

    summer, winter = of(lieu.nora, lieu)

    assert [event["DTSTART"].to_ical()[-6:] for event in (summer, winter)] == [b"090000", b"090000"]
    assert [event.start.astimezone(UTC).hour for event in (summer, winter)] == [7, 8]


def test_a_person_known_in_two_lieux_sees_both(lieu):
    other = make_place(short_name="Ailleurs")
    desk = make_thing(other, "B1")
    book_half(lieu.seat("A3"), "2026-12-08", "morning", lieu.camille)
    book_half(desk, "2026-12-09", "morning", lieu.camille)

    events = read(calendars.of_member(lieu.camille, [lieu.place, other], now=clock.now()))

    assert [event["SUMMARY"].partition(" · ")[2] for event in events] == ["Worklab", "Ailleurs"]


# ---------------------------------------------------------------- free or busy


def test_a_thing_says_when_it_is_taken_and_never_by_whom(lieu):
    book(lieu.room, between("2026-12-08", "14:00", "15:30"), lieu.camille, note="Un secret", guest_name="Madame Secret")
    day = between("2026-12-10", "08:00", "18:00")
    services.declare_outage(thing=lieu.room, period=day, starts_at=day.starts_at, reason="Secret", actor_id=lieu.max.id, now=clock.now())

    content = calendars.of_thing(lieu.room.id, now=clock.now())

    booked, broken = read(content)
    assert booked["SUMMARY"] == broken["SUMMARY"] == "R · occupé"
    assert (booked.start, booked.end) == (paris("2026-12-08 14:00"), paris("2026-12-08 15:30")), "without its buffer"
    assert broken.start == paris("2026-12-10 08:00")
    for secret in (b"ecret", b"Camille", b"camille"):
        assert secret not in (content or b"")


def test_what_is_given_up_is_free_again(lieu):
    booking = book(lieu.room, between("2026-12-08", "14:00", "15:30"), lieu.camille)
    services.cancel(booking_id=booking.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())

    assert read(calendars.of_thing(lieu.room.id, now=clock.now())) == []


def test_the_lieu_tells_its_things_and_how_much_of_each_pool_is_taken(lieu):
    book_half(lieu.seat("A1"), "2026-12-08", "morning", lieu.camille)
    book_half(lieu.seat("A2"), "2026-12-08", "day", lieu.leo)
    book(lieu.room, between("2026-12-08", "14:00", "15:30"), lieu.nora)

    events = read(calendars.of_place(lieu.place, now=clock.now()))

    told = sorted((event.start, event.end, str(event["SUMMARY"])) for event in events)
    assert told == [
        (paris("2026-12-08 08:30"), paris("2026-12-08 13:00"), "Grande salle · 2 sur 8"),
        (paris("2026-12-08 13:00"), paris("2026-12-08 18:30"), "Grande salle · 1 sur 8"),
        (paris("2026-12-08 14:00"), paris("2026-12-08 15:30"), "R · occupé"),
    ]
    assert read(calendars.of_thing(lieu.pool.id, now=clock.now()))[0]["SUMMARY"] == "Grande salle · 2 sur 8"


def test_a_resident_s_desk_is_one_of_the_pool_s_while_it_is_lent_or_somebody_sits_there(lieu):
    with transaction():
        away = Absence(resource_id=lieu.d1.id, first_day=date(2026, 12, 9), last_day=date(2026, 12, 10), created_at=clock.now())
        db.session.add(away)
    for day in (8, 9, 10, 11):
        book_half(lieu.seat("A1"), f"2026-12-{day:02}", "morning", lieu.camille)
    book_half(lieu.d1, "2026-12-10", "day", lieu.leo)
    with transaction():
        away.last_day = date(2026, 12, 9)  # back early: what was booked stands

    events = read(calendars.of_thing(lieu.pool.id, now=clock.now()))

    assert [(event.start, str(event["SUMMARY"]).partition(" · ")[2]) for event in events] == [
        (paris("2026-12-08 08:30"), "1 sur 8"),
        (paris("2026-12-09 08:30"), "1 sur 9"),
        (paris("2026-12-10 08:30"), "2 sur 9"),
        (paris("2026-12-10 13:00"), "1 sur 9"),
        (paris("2026-12-11 08:30"), "1 sur 8"),
    ]


def test_a_thing_that_is_gone_has_no_calendar(lieu):
    room = make_thing(lieu.place, "S", kind="room", state="retired")

    assert calendars.of_thing(room.id, now=clock.now()) is None
    assert calendars.of_thing(999_999, now=clock.now()) is None


# ---------------------------------------------------------------- cost


def questions(show) -> int:
    """How many the database is asked."""
    with counted() as sent:
        show()
    return len(sent)


@pytest.mark.parametrize("kind", ["member", "thing", "place"])
def test_a_feed_asks_the_database_the_same_whatever_it_holds(lieu, kind):
    show = {
        "member": lambda: calendars.of_member(lieu.camille, [lieu.place], now=clock.now()),
        "thing": lambda: calendars.of_thing(lieu.room.id, now=clock.now()),
        "place": lambda: calendars.of_place(lieu.place, now=clock.now()),
    }[kind]
    book(lieu.room, between("2026-12-08", "09:00", "10:00"), lieu.camille)
    few = questions(show)
    with transaction():
        for day in range(9, 20):
            if day != 13:
                book(lieu.room, between(f"2026-12-{day:02}", "09:00", "10:00"), lieu.camille)

    assert questions(show) == few
    assert few <= 5  # a person's: bookings, sessions of a course, events, initiations, what they join; one each


# ---------------------------------------------------------------- rules


def test_the_window_is_whole_months():
    seen = rules.window(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), PARIS, months_back=3, months_ahead=13)

    assert seen == Period(paris("2026-10-01 00:00"), paris("2028-03-01 00:00"))


def taking(start: str, end: str) -> Busy:
    begins, ends = (datetime.fromisoformat(f"2026-12-08T{hour}+00:00") for hour in (start, end))
    return Busy("k", 1, 9, "A", begins, ends, 0, begins - timedelta(days=1))


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        ([], []),
        ([("09:00", "10:00")], [("09:00", "10:00", 1)]),
        ([("09:00", "10:00"), ("10:00", "11:00")], [("09:00", "11:00", 1)]),
        ([("09:00", "10:00"), ("11:00", "12:00")], [("09:00", "10:00", 1), ("11:00", "12:00", 1)]),
        ([("09:00", "12:00"), ("10:00", "11:00")], [("09:00", "10:00", 1), ("10:00", "11:00", 2), ("11:00", "12:00", 1)]),
        ([("09:00", "11:00"), ("10:00", "12:00")], [("09:00", "10:00", 1), ("10:00", "11:00", 2), ("11:00", "12:00", 1)]),
        ([("09:00", "10:00")] * 3, [("09:00", "10:00", 3)]),
    ],
)
def test_seats_are_counted_stretch_by_stretch(taken, told):
    found = list(rules.counted([taking(*one) for one in taken], own=range(9)))

    assert [(f"{one.starts_at:%H:%M}", f"{one.ends_at:%H:%M}", one.number) for one in found] == told
