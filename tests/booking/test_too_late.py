"""What may no longer be done with a booking, or not yet: to the minute, and whichever way it ended."""

from datetime import date, timedelta

from app.booking import queries, services
from app.booking.models import Absence, Booking, WaitlistEntry
from app.core import clock
from app.core.db import db, transaction
from tests.booking.test_reference_lieu import refused
from tests.factories import between, book, book_half, make_member, make_thing, paris, thing

DAY = "2027-01-05"


def codes(gesture, *args, **kwargs) -> list[str]:
    return refused(gesture, *args, **kwargs).codes


def sign_in(booking: Booking) -> Booking:
    return services.check_in(booking.id, actor_id=booking.member_id, now=clock.now())


def move(booking: Booking, start: str, end: str) -> Booking:
    wanted = {"starts_at": paris(f"{DAY} {start}"), "ends_at": paris(f"{DAY} {end}")}
    return services.move(booking.id, services.request_to_move(booking, **wanted, actor_id=booking.member_id, now=clock.now()))


def test_one_signs_in_from_half_an_hour_before_to_the_last_minute_of_the_delay(lieu, frozen):
    first, second = (book_half(lieu.seat(code), DAY, "morning", who) for code, who in (("A1", lieu.camille), ("A2", lieu.leo)))
    frozen("2027-01-05T07:59:59+01:00")
    assert codes(sign_in, first) == ["too_early"]
    frozen("2027-01-05T08:00+01:00")
    assert sign_in(first).status == "checked_in" and sign_in(first).checked_in_at == clock.now()  # said twice, it is once
    assert codes(services.leave, second.id, actor_id=lieu.leo.id, now=clock.now()) == ["not_confirmed"]
    frozen("2027-01-05T09:15+01:00")
    assert codes(sign_in, second) == ["too_late"]
    assert services.leave(first.id, actor_id=lieu.camille.id, now=clock.now()).status == "done"
    for gesture in (sign_in, lambda one: services.leave(one.id, actor_id=None, now=clock.now())):
        assert codes(gesture, first) in (["too_late"], ["already_over"])


def test_what_is_cancelled_stays_so_whatever_is_asked(lieu):
    asked = book(make_thing(lieu.place, "classe", kind="room", rules={"approval": True}), between(DAY, "10:00", "11:00"), lieu.camille)
    assert codes(sign_in, asked) == ["not_confirmed"]  # nobody said yes
    services.cancel(booking_id=asked.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())
    by_staff = {"actor_id": lieu.max.id, "now": clock.now()}
    for gesture in (
        sign_in,
        lambda one: move(one, "14:00", "15:00"),
        lambda one: services.approve(one.id, **by_staff),
        lambda one: services.reject(one.id, reason="Non", **by_staff),
        lambda one: services.cancel(booking_id=one.id, by_lieu=True, **by_staff),
    ):
        assert codes(gesture, asked) == ["already_cancelled"]


def test_what_is_approved_under_way_or_over_is_not_approved_moved_nor_cancelled_by_who_came(lieu, frozen):
    seat = book_half(lieu.seat("A1"), DAY, "morning", lieu.camille)
    by_staff = {"actor_id": lieu.max.id, "now": clock.now()}
    assert codes(services.approve, seat.id, **by_staff) == codes(services.reject, seat.id, reason="Non", **by_staff) == ["not_confirmed"]
    frozen("2027-01-05T09:00+01:00")
    sign_in(seat)

    def cancel(*, by_lieu: bool) -> Booking:
        return services.cancel(booking_id=seat.id, actor_id=lieu.camille.id, by_lieu=by_lieu, now=clock.now()).booking

    assert codes(move, seat, "13:00", "18:30") == codes(cancel, by_lieu=False) == ["already_over"]
    frozen("2027-01-05T13:00+01:00")
    assert codes(cancel, by_lieu=True) == ["already_over"]  # even for the team: its time is over


def test_the_place_in_line_counts_those_who_came_before_for_the_same_time(lieu, frozen):
    book(lieu.room, between(DAY, "09:00", "12:00"), lieu.nora)

    def wait(who, start: str, end: str) -> WaitlistEntry:
        frozen(f"2026-12-01T10:{len(line):02d}+01:00")
        line.append(
            services.join_waitlist(
                services.ask([(lieu.room, between(DAY, start, end))], member_id=who.id, actor_id=who.id, now=clock.now())
            )
        )
        return line[-1]

    line: list[WaitlistEntry] = []
    for who, start, end in (
        (lieu.camille, "09:00", "10:00"),
        (lieu.leo, "10:00", "11:00"),
        (lieu.ines, "09:30", "10:30"),
        (lieu.max, "09:00", "11:00"),
    ):
        wait(who, start, end)
    assert [services.place_in_line(one) for one in line] == [1, 1, 3, 4]  # half past nine waits behind both, ten behind nobody
    services.leave_waitlist(line[0].id, member_id=lieu.leo.id, actor_id=lieu.leo.id, now=clock.now())  # not his to leave
    assert services.place_in_line(line[3]) == 4
    services.leave_waitlist(line[0].id, member_id=lieu.camille.id, actor_id=lieu.camille.id, now=clock.now())
    assert [services.place_in_line(one) for one in line[1:]] == [1, 2, 3]


def test_a_resident_lends_their_own_desk_for_days_to_come_and_takes_back_what_is_left(lieu, frozen):
    def lend(desk, first: str, last: str) -> Absence:
        days = {"first_day": date.fromisoformat(first), "last_day": date.fromisoformat(last)}
        return services.announce_absence(desk, **days, actor_id=lieu.ines.id, now=clock.now())

    desk = thing(lieu.d1.id)
    assert codes(lend, lieu.seat("A1"), "2027-01-04", "2027-01-08") == ["not_resident"]
    assert codes(lend, desk, "2027-01-08", "2027-01-07") == ["bad_interval"]
    assert codes(lend, desk, "2026-11-30", "2026-12-02") == ["past_days"]
    today = date(2026, 12, 1)
    assert codes(lend, desk, "2026-12-01", f"{today + timedelta(days=367)}") == ["too_long"]
    week = lend(desk, "2027-01-04", "2027-01-08")
    assert codes(lend, desk, "2027-01-08", "2027-01-12") == ["already_away"]
    assert lend(desk, "2027-01-09", "2027-01-09").id and lend(desk, "2026-12-01", "2026-12-01").id  # one day is a day, today too
    with transaction():
        other = make_thing(lieu.place, "D2", pool_id=lieu.pool.id, holder_id=make_member("Ada").id, rules={"sold_by": "resident"})
    assert lend(thing(other.id), "2027-01-04", "2027-01-08").id  # another desk, the same days

    def back(on: str) -> Absence | None:
        return services.come_back(week, on=date.fromisoformat(on), actor_id=lieu.ines.id, now=clock.now()).absence

    assert back("2027-01-09").last_day == date(2027, 1, 8)  # there anyway
    assert back("2027-01-08").last_day == date(2027, 1, 7)
    assert back("2027-01-04") is None and db.session.get(Absence, week.id) is None
    assert len(queries.absences(desk.id, since=today)) == 2
