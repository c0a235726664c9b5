"""What a move or a series takes from the person, and what is offered instead of hours that cannot be."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.billing.models import Charge
from app.billing.queries import balances
from app.booking import services
from app.booking.services import SeriesWish
from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from tests.factories import between, book, book_half, give_half_days, make_thing, paris


def moved(booking, thing, period):
    return services.move(
        booking.id,
        services.ask([(thing, period)], member_id=booking.member_id, actor_id=booking.member_id, now=clock.now(), moving_id=booking.id),
    )


def paid(booking):
    return [(part["source"], part["units"], part["cents"]) for part in booking.covered_by]


def left(lieu):
    return balances(lieu.camille, place_id=lieu.place.id, on=clock.today(lieu.place.tz)).half_days


def due(lieu, until):
    """Cents before VAT that a bill up to this day would take."""
    taken = sa.select(sa.func.coalesce(sa.func.sum(Charge.cents), 0))
    return db.session.scalar(taken.where(Charge.member_id == lieu.camille.id, Charge.used_on <= date.fromisoformat(until)))


def test_what_a_booking_holds_pays_for_it_again_where_it_moves(lieu):
    """Its last half-day goes on paying one of the two, even when the tab is closed to everything else."""
    give_half_days(lieu.place, lieu.camille, 1, until="2027-01-31")
    seat = lieu.seat("A1")
    morning = book_half(seat, "2027-01-05", "morning", lieu.camille)

    day = moved(morning, seat, between("2027-01-06", "08:30", "18:30"))
    assert (paid(day), day.price_cents, left(lieu)) == ([("pass", 1, 0), ("money", 1, 700)], 700, 0)

    with transaction():
        lieu.place.tab_cap_cents = 0
    back = moved(morning, seat, between("2027-01-07", "08:30", "13:00"))
    assert (paid(back), back.price_cents, left(lieu)) == ([("pass", 1, 0)], 0, 0)
    with pytest.raises(Refused) as no:
        moved(morning, seat, between("2027-01-08", "08:30", "18:30"))
    assert no.value.codes == ["balance"]


def test_a_move_past_the_end_of_its_lot_is_covered_by_another_or_paid(lieu):
    """A lot is tested on the date of use, its last day included: moving is not a way round it."""
    give_half_days(lieu.place, lieu.camille, 1, until="2027-01-08")
    give_half_days(lieu.place, lieu.camille, 1, until="2027-01-20")
    seat = lieu.seat("A1")
    morning = book_half(seat, "2027-01-05", "morning", lieu.camille)

    assert paid(moved(morning, seat, between("2027-01-08", "13:00", "18:30"))) == [("pass", 1, 0)]
    assert paid(moved(morning, seat, between("2027-01-20", "08:30", "13:00"))) == [("pass", 1, 0)]
    assert left(lieu) == 1  # the one that ends on the 8th came back
    assert paid(book_half(seat, "2027-01-08", "morning", lieu.camille)) == [("pass", 1, 0)]
    assert paid(moved(morning, seat, between("2027-01-21", "08:30", "13:00"))) == [("money", 1, 700)]


def test_what_is_due_is_billed_with_the_month_it_is_used_in(lieu):
    seat = lieu.seat("A1")
    morning = book_half(seat, "2026-12-10", "morning", lieu.camille)

    moved(morning, seat, between("2026-12-29", "08:30", "13:00"))
    assert due(lieu, "2026-12-31") == 700
    moved(morning, seat, between("2027-01-05", "08:30", "13:00"))
    assert (due(lieu, "2026-12-31"), due(lieu, "2027-01-31")) == (0, 700)


def test_what_staff_agreed_to_waits_for_them_again_where_it_moves(lieu):
    hall = make_thing(lieu.place, "salle-des-fetes", kind="room", rules={"approval": True})
    asked = book(hall, between("2027-01-05", "10:00", "11:00"), lieu.camille)
    services.approve(asked.id, actor_id=lieu.max.id, now=clock.now())

    assert moved(asked, hall, between("2027-01-06", "10:00", "11:00")).status == "pending"
    services.approve(asked.id, actor_id=lieu.max.id, now=clock.now())
    by_staff = services.ask(
        [(hall, between("2027-01-07", "10:00", "11:00"))], member_id=lieu.camille.id, actor_id=lieu.max.id, now=clock.now()
    )
    assert services.move(asked.id, by_staff).status == "confirmed"  # they need not ask themselves


def test_a_move_that_is_asked_twice_is_made_and_told_once(lieu):
    seat = lieu.seat("A1")
    for thing, first, then in (
        (seat, between("2027-01-05", "08:30", "13:00"), between("2027-01-06", "08:30", "13:00")),
        (lieu.room, between("2027-01-05", "10:00", "11:00"), between("2027-01-06", "14:00", "15:00")),
    ):
        made = book(thing, first, lieu.camille)
        said = [moved(made, thing, then).sequence for _click in range(2)] + [
            services.change_note(made.id, "Chorale", actor_id=lieu.camille.id, now=clock.now()).sequence for _click in range(2)
        ]
        assert said == [1, 1, 2, 2]


def test_dates_that_follow_each_other_move_without_standing_in_their_own_way(lieu):
    wish = SeriesWish(lieu.room, paris("2027-01-04 09:00").replace(tzinfo=None), 60, "FREQ=DAILY;COUNT=3")
    series, dates = services.reserve_series(
        wish, member_id=lieu.camille.id, actor_id=lieu.camille.id, skip_conflicts=False, now=clock.now()
    )

    def follow(start: str):
        wall = paris(start).replace(tzinfo=None)
        return services.move_following(dates[0].booking_id, start=wall, minutes=60, actor_id=lieu.camille.id, now=clock.now())

    _later, on = follow("2027-01-05 09:00")
    assert [(one.status, one.period.starts_at) for one in on] == [("booked", paris(f"2027-01-0{day} 09:00")) for day in (5, 6, 7)]
    _earlier, on = follow("2027-01-04 09:00")
    assert [(one.status, one.period.starts_at.day) for one in on] == [("booked", 4), ("booked", 5), ("booked", 6)]

    before = db.session.query(type(series)).count()
    with pytest.raises(Refused) as no:  # at night, without a badge: none can, so that nothing is done
        follow("2027-01-04 22:00")
    assert (no.value.codes, db.session.query(type(series)).count()) == (["closed"], before)

    book(lieu.room, between("2027-01-05", "14:00", "15:00"), lieu.max)
    _split, on = follow("2027-01-04 14:00")
    assert [(one.status, one.reason) for one in on] == [("booked", ""), ("refused", "overlap"), ("booked", "")]


def test_the_dates_of_a_series_are_foreseen_as_they_will_be_paid(lieu):
    """Each date uses up what the next ones would: two half-days cover two dates, and the tab bears so many of the others."""
    give_half_days(lieu.place, lieu.camille, 2, until="2027-01-31")
    with transaction():
        lieu.place.tab_cap_cents = 1500
    wish = SeriesWish(lieu.pool, paris("2027-01-04 08:30").replace(tzinfo=None), 270, "FREQ=DAILY;COUNT=5", half="morning")
    who = {"member_id": lieu.camille.id, "actor_id": lieu.camille.id, "now": clock.now()}

    looked = services.preview_series(wish, **who)
    assert left(lieu) == 2  # nothing is taken by looking
    _series, done = services.reserve_series(wish, skip_conflicts=True, **who)

    cents = [one.examination.foreseen.cents for one in looked if one.status == "booked"]
    assert cents == [0, 0, 700, 700]
    assert [(one.status, one.reason) for one in looked] == [(one.status, one.reason) for one in done]
    assert (looked[4].status, looked[4].reason) == ("refused", "balance")


def test_a_repetition_without_a_date_is_no_conflict(lieu):
    for rrule, exdates in (("FREQ=WEEKLY;UNTIL=20261231", ()), ("FREQ=WEEKLY;COUNT=1", (paris("2027-01-04 09:00").date(),))):
        wish = SeriesWish(lieu.room, paris("2027-01-04 09:00").replace(tzinfo=None), 60, rrule, exdates)
        for gesture, more in ((services.preview_series, {}), (services.reserve_series, {"skip_conflicts": True})):
            with pytest.raises(Refused) as no:
                gesture(wish, member_id=lieu.camille.id, actor_id=lieu.camille.id, now=clock.now(), **more)
            assert (no.value.codes, no.value.status) == (["bad_interval"], 422)


def test_hours_that_are_no_half_day_are_offered_the_half_day_they_resemble(lieu):
    solo = make_thing(lieu.place, "S9", rules={"sold_by": "half_day"})

    def instead(thing, start, end, day="2027-01-05"):
        with pytest.raises(Refused) as no:
            book(thing, between(day, start, end), lieu.camille)
        assert no.value.codes == ["step"]
        first = no.value.alternatives[0]
        return first.starts_at, first.ends_at - first.starts_at

    for thing in (lieu.pool, lieu.seat("A3"), solo):
        assert instead(thing, "09:00", "12:00") == (paris("2027-01-05 08:30"), timedelta(hours=4, minutes=30))
        assert instead(thing, "14:00", "17:15") == (paris("2027-01-05 13:00"), timedelta(hours=5, minutes=30))
        assert instead(thing, "09:00", "17:00") == (paris("2027-01-05 08:30"), timedelta(hours=10))
    assert instead(solo, "09:15", "12:00", "2027-01-09") == (paris("2027-01-09 09:00"), timedelta(hours=3, minutes=30))
