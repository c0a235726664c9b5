"""The worked examples of the reference lieu, with their numbers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.billing.models import Charge, Lot, LotEntry
from app.billing.queries import balances
from app.booking import services
from app.booking.models import Absence, Booking, Occupancy, Status, WaitlistEntry
from app.booking.services import SeriesWish
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.period import Period
from app.core.refusals import Refused
from app.members.models import MemberRole
from tests.factories import (
    between,
    book,
    book_half,
    give_half_days,
    make_member,
    make_thing,
    paris,
    price,
    subscribe,
    thing,
    utc,
)


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def refused(gesture, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        gesture(*args, **kwargs)
    return caught.value


def test_a_night_is_as_long_as_it_really_lasts(lieu, frozen):
    frozen("2027-03-01T10:00+01:00")
    spring = book(lieu.room, Period(paris("2027-03-28 00:00"), paris("2027-03-28 06:00")), lieu.nora)
    frozen("2026-10-01T10:00+02:00")
    autumn = book(lieu.room, Period(paris("2026-10-25 00:00"), paris("2026-10-25 06:00")), lieu.nora)

    assert (spring.ends_at - spring.starts_at, spring.price_cents) == (timedelta(hours=5), 4000)
    assert (autumn.ends_at - autumn.starts_at, autumn.price_cents) == (timedelta(hours=7), 5600)


def test_a_weekly_meeting_stays_at_nine_over_the_clock_change(lieu, frozen):
    frozen("2026-10-12T10:00+02:00")
    wish = SeriesWish(thing=lieu.room, first_start=paris("2026-10-19 09:00").replace(tzinfo=None), minutes=60, rrule="FREQ=WEEKLY;COUNT=2")
    _, dates = services.reserve_series(wish, member_id=lieu.camille.id, actor_id=lieu.camille.id, skip_conflicts=True, now=clock.now())

    assert [one.period.starts_at for one in dates] == [utc("2026-10-19 07:00"), utc("2026-10-26 08:00")]


def test_a_missing_hour_slides_and_keeps_its_duration(lieu, frozen):
    frozen("2027-03-20T10:00+01:00")
    wish = SeriesWish(thing=lieu.room, first_start=paris("2027-03-27 02:30").replace(tzinfo=None), minutes=60, rrule="FREQ=DAILY;COUNT=3")
    _, dates = services.reserve_series(wish, member_id=lieu.nora.id, actor_id=lieu.nora.id, skip_conflicts=True, now=clock.now())

    assert [one.status for one in dates] == ["booked"] * 3
    assert [one.period.minutes for one in dates] == [60, 60, 60]
    assert (dates[1].period.starts_at, dates[1].period.ends_at) == (utc("2027-03-28 01:30"), utc("2027-03-28 02:30"))
    assert [one.note for one in dates] == ["", "shifted", ""]


def test_a_series_skips_public_holidays_and_lists_them(lieu, frozen):
    wish = SeriesWish(
        thing=lieu.seat("A1"),
        first_start=paris("2027-03-01 08:30").replace(tzinfo=None),
        minutes=270,
        rrule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20270531",
        half="morning",
    )
    _, dates = services.reserve_series(wish, member_id=lieu.max.id, actor_id=lieu.max.id, skip_conflicts=True, now=clock.now())

    skipped = [(one.period.starts_at.date().isoformat(), one.status, one.reason) for one in dates if one.status != "booked"]
    assert len(dates) == 14
    assert skipped == [("2027-03-29", "skipped", "holiday"), ("2027-05-17", "skipped", "holiday")]


def test_a_series_skips_public_holidays_even_for_a_badge_which_takes_them_up_one_by_one(lieu, frozen):
    """The night before Easter Monday stays (see the missing hour): no opening hours were lost there."""
    wish = SeriesWish(
        thing=lieu.pool,
        first_start=paris("2026-12-11 08:30").replace(tzinfo=None),
        minutes=270,
        rrule="FREQ=WEEKLY;BYDAY=FR;COUNT=4",
        half="morning",
    )
    people = {"member_id": lieu.nora.id, "actor_id": lieu.nora.id, "now": clock.now()}
    seen = services.preview_series(wish, **people)
    series, dates = services.reserve_series(wish, skip_conflicts=False, **people)

    assert [(one.status, one.reason) for one in seen] == [(one.status, one.reason) for one in dates]
    assert [one.status for one in dates] == ["booked", "booked", "skipped", "skipped"]  # 25 December, 1 January
    assert [one.examination.standing[0].words for one in seen if one.reason == "holiday"] == [{"name": "Noël"}, {"name": "Jour de l’an"}]
    alone = services.rebook_date(services.dates_of(series.id)[2].id, actor_id=lieu.nora.id, now=clock.now())
    assert (alone.starts_at, alone.half) == (paris("2026-12-25 08:30"), "morning")


def test_a_full_day_wants_one_seat_for_both_halves(lieu):
    book_half(lieu.seat("A1"), "2027-01-05", "morning", lieu.camille)

    afternoon = book_half(lieu.pool, "2027-01-05", "afternoon", make_member())
    whole_day = book_half(lieu.pool, "2027-01-05", "day", make_member())

    assert afternoon.resource_id == lieu.seat("A1").id
    assert whole_day.resource_id != lieu.seat("A1").id
    assert (whole_day.price_cents, afternoon.price_cents) == (1200, 700)


def test_when_no_seat_has_the_whole_day_two_seats_are_offered_and_said(lieu):
    for number in range(1, 9):
        book_half(lieu.seat(f"A{number}"), "2027-01-05", "afternoon" if number == 1 else "morning", make_member())

    no = refused(book_half, lieu.pool, "2027-01-05", "day", lieu.camille)

    assert no.codes == ["full"]
    assert no.reasons[0].words == {"first": "A1", "second": "A2"}
    assert [(one.label, one.starts_at) for one in no.alternatives[:2]] == [
        ("A1", paris("2027-01-05 08:30")),
        ("A2", paris("2027-01-05 13:00")),
    ]


def test_the_ninth_is_told_it_is_full_and_what_there_is_instead(lieu):
    for _ in range(8):
        book_half(lieu.pool, "2027-01-05", "morning", make_member())

    no = refused(book_half, lieu.pool, "2027-01-05", "morning", lieu.camille)

    assert (no.codes, no.status, no.waitlist) == (["full"], 409, True)
    assert no.reasons[0].sentence == "%(name)s\u00a0: c’est complet à ce moment-là."
    assert [one.starts_at for one in no.alternatives][:2] == [paris("2027-01-05 13:00"), paris("2027-01-06 08:30")]


def test_a_resident_s_desk_without_a_resident_is_no_seat_of_the_pool(lieu):
    """Eight seats are eight: the ninth half-day is not sold on a desk that waits to be somebody's."""
    vacant = make_thing(lieu.place, "D2", pool_id=lieu.pool.id, rules={"sold_by": "resident"})
    people = [make_member() for _ in range(8)]
    for member in people:
        book_half(lieu.pool, "2027-01-05", "morning", member)

    assert refused(book_half, lieu.pool, "2027-01-05", "morning", lieu.camille).codes == ["full"]
    no = refused(book_half, vacant, "2027-01-05", "afternoon", lieu.camille)
    assert (no.codes, no.waitlist) == (["plan_required"], False)


def test_a_room_keeps_its_buffer_on_both_sides(lieu):
    book(lieu.room, between("2027-01-05", "10:00", "11:00"), lieu.camille)
    other = make_member()

    assert refused(book, lieu.room, between("2027-01-05", "11:00", "12:00"), other).codes == ["buffer"]
    assert refused(book, lieu.room, between("2027-01-05", "09:00", "10:00"), other).codes == ["buffer"]
    assert refused(book, lieu.room, between("2027-01-05", "10:30", "11:30"), other).codes == ["overlap"]
    assert book(lieu.room, between("2027-01-05", "11:15", "12:00"), other).status == "confirmed"
    assert book(lieu.room, between("2027-01-05", "09:00", "09:45"), other).status == "confirmed"
    row = db.session.scalars(sa.select(Occupancy).order_by(Occupancy.id)).first()
    assert (row.starts_at, row.ends_at) == (paris("2027-01-05 10:00"), paris("2027-01-05 11:15"))


def test_notice_is_two_hours_and_staff_may_force_it_in_writing(lieu, frozen):
    frozen("2027-01-05T13:10+01:00")

    no = refused(book, lieu.room, between("2027-01-05", "15:00", "16:00"), lieu.camille)
    assert no.codes == ["notice"]
    assert refused(book, lieu.room, between("2027-01-05", "15:00", "16:00"), lieu.max).codes == ["notice"]
    forced = book(lieu.room, between("2027-01-05", "15:00", "15:30"), lieu.max, override_reason="Le maire arrive")
    assert forced.override_reason == "Le maire arrive"
    assert book(lieu.room, between("2027-01-05", "15:45", "16:45"), lieu.camille).status == "confirmed"


def test_a_resident_who_is_away_lends_the_desk_and_never_evicts(lieu):
    monday = "2027-01-04"
    assert refused(book_half, lieu.d1, monday, "morning", lieu.camille).codes == ["overlap"]
    with transaction():
        absence = Absence(
            resource_id=lieu.d1.id,
            first_day=paris("2027-01-04 00:00").date(),
            last_day=paris("2027-01-08 00:00").date(),
            created_at=clock.now(),
        )
        db.session.add(absence)
        db.session.flush()
    for _ in range(8):
        book_half(lieu.pool, "2027-01-08", "morning", make_member())
    lent = book_half(lieu.pool, "2027-01-08", "morning", make_member())
    assert lent.resource_id == lieu.d1.id

    with transaction():
        absence.last_day = paris("2027-01-06 00:00").date()
        db.session.flush()

    assert db.session.get_one(Booking, lent.id).status == "confirmed"
    assert refused(book_half, lieu.pool, "2027-01-08", "morning", lieu.camille).codes == ["full"]


def test_a_cohort_takes_eight_seats_for_a_week_or_none(lieu):
    days = ["2027-01-04", "2027-01-05", "2027-01-06", "2027-01-07", "2027-01-08"]
    week = [between(day, "08:30", "18:30") for day in days]
    subscribe(lieu.place, lieu.max, "plein-temps", {"half_days": "unlimited"}, since="2027-01-01")

    def ask_for(seats: int):
        wants = [(lieu.pool, period) for period in week for _ in range(seats)]
        return services.ask(wants, member_id=lieu.max.id, actor_id=lieu.max.id, now=clock.now(), guest_name="Promotion")

    no = refused(services.reserve, ask_for(12))
    assert no.codes == ["full"]
    assert no.reasons[0].words["count"] == 4
    assert count(Booking) == 0
    booking = services.reserve(ask_for(8))
    assert len(booking.occupancies) == 40
    assert len({row.resource_id for row in booking.occupancies}) == 8


def test_a_series_is_accepted_in_part_and_its_skips_are_booked_again(lieu):
    other = make_member()
    for day in ("2026-12-07", "2026-12-14", "2026-12-21"):
        book(lieu.room, between(day, "09:00", "10:00"), other)
    wish = SeriesWish(
        thing=lieu.room, first_start=paris("2026-12-07 09:00").replace(tzinfo=None), minutes=60, rrule="FREQ=DAILY;BYDAY=MO,TU;COUNT=10"
    )

    seen = services.preview_series(wish, member_id=lieu.camille.id, actor_id=lieu.camille.id, now=clock.now())
    assert [one.status for one in seen].count("booked") == 7
    assert all(one.reason == "overlap" and one.alternatives for one in seen if one.status != "booked")
    no = refused(services.reserve_series, wish, member_id=lieu.camille.id, actor_id=lieu.camille.id, skip_conflicts=False, now=clock.now())
    assert no.codes == ["overlap"]
    series, dates = services.reserve_series(wish, member_id=lieu.camille.id, actor_id=lieu.camille.id, skip_conflicts=True, now=clock.now())
    assert [one.status for one in dates].count("booked") == 7
    obstacle = db.session.scalars(sa.select(Booking).where(Booking.member_id == other.id).order_by(Booking.id)).first()
    services.cancel(booking_id=obstacle.id, actor_id=other.id, by_lieu=False, now=clock.now())

    told = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == "series.date_freed")).all()
    assert [entry.member_id for entry in told] == [lieu.camille.id]
    services.rebook_date(told[0].subject_id, actor_id=lieu.camille.id, now=clock.now())
    states = [row.state for row in services.dates_of(series.id)]
    assert (states.count("booked"), states.count("skipped")) == (8, 2)


def test_cancelling_two_weeks_of_a_series_leaves_the_rest(lieu):
    wish = SeriesWish(
        thing=lieu.seat("A1"),
        first_start=paris("2027-01-11 08:30").replace(tzinfo=None),
        minutes=270,
        rrule="FREQ=WEEKLY;COUNT=8",
        half="morning",
    )
    series, _ = services.reserve_series(wish, member_id=lieu.max.id, actor_id=lieu.max.id, skip_conflicts=True, now=clock.now())

    gone = services.cancel_dates(
        series.id,
        first_day=paris("2027-02-08 00:00").date(),
        last_day=paris("2027-02-21 00:00").date(),
        actor_id=lieu.max.id,
        by_lieu=False,
        now=clock.now(),
    )

    assert [booking.starts_at.date().isoformat() for booking in gone] == ["2027-02-08", "2027-02-15"]
    states = [row.state for row in services.dates_of(series.id)]
    assert (states.count("booked"), states.count("cancelled")) == (6, 2)


def test_the_same_key_twice_makes_one_booking_one_debit_one_line(lieu):
    lot = give_half_days(lieu.place, lieu.camille, 5)

    first = book_half(lieu.pool, "2027-01-05", "morning", lieu.camille, key="k1")
    second = book_half(lieu.pool, "2027-01-05", "morning", lieu.camille, key="k1")

    assert first.id == second.id
    assert db.session.get_one(Lot, lot, populate_existing=True).held == 1
    assert count(Booking) == 1
    assert db.session.scalar(sa.select(sa.func.count()).where(JournalEntry.event == "booking.confirmed")) == 1
    no = refused(book_half, lieu.pool, "2027-01-06", "morning", lieu.camille, key="k1")
    assert no.codes == ["idempotency_key_reused"]


def test_a_closure_takes_everything_back_and_holds_the_day(lieu):
    booking = book_half(lieu.pool, "2027-01-05", "morning", lieu.camille)

    blocked = services.close(
        place_id=lieu.place.id,
        first_day=paris("2027-01-05 00:00").date(),
        last_day=paris("2027-01-05 00:00").date(),
        label="Travaux",
        actor_id=lieu.max.id,
        now=clock.now(),
    )

    assert [gone.id for gone in blocked.cancelled] == [booking.id]
    assert db.session.get_one(Booking, booking.id).status == "cancelled"
    assert refused(book_half, lieu.pool, "2027-01-05", "morning", lieu.nora).codes == ["closed"]


def test_who_has_a_badge_is_offered_another_day_by_day_and_the_same_day_at_any_hour(lieu):
    services.close(
        place_id=lieu.place.id,
        first_day=date(2026, 12, 7),
        last_day=date(2026, 12, 7),
        label="Travaux",
        actor_id=lieu.max.id,
        now=clock.now(),
    )
    wish = SeriesWish(
        thing=lieu.room, first_start=paris("2026-12-07 10:00").replace(tzinfo=None), minutes=60, rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=2"
    )

    shut, _free = services.preview_series(wish, member_id=lieu.nora.id, actor_id=lieu.nora.id, now=clock.now())

    offered = ["2026-12-08 08:30", "2026-12-08 10:00", "2026-12-09 10:00"]
    assert shut.reason == "closed" and [one.starts_at for one in shut.alternatives] == [paris(day) for day in offered]
    book(lieu.room, between("2026-12-08", "08:30", "18:30"), lieu.camille)
    no = refused(book, lieu.room, between("2026-12-08", "17:00", "18:00"), lieu.nora)
    assert paris("2026-12-08 18:45") in [one.starts_at for one in no.alternatives]


def test_staff_may_except_one_thing_from_a_closure_in_writing(lieu):
    services.close(
        place_id=lieu.place.id,
        first_day=paris("2027-01-05 00:00").date(),
        last_day=paris("2027-01-06 00:00").date(),
        label="Travaux",
        actor_id=lieu.max.id,
        now=clock.now(),
    )

    forced = book(lieu.room, between("2027-01-05", "10:00", "11:00"), lieu.max, override_reason="Visite des électriciens")

    assert forced.status == "confirmed"
    assert refused(book, lieu.room, between("2027-01-05", "11:30", "12:30"), lieu.camille).codes == ["closed"]
    assert refused(book, lieu.room, between("2027-01-05", "10:30", "11:30"), lieu.max, override_reason="Encore").codes == ["overlap"]


def test_a_lapsed_payment_hold_is_free_and_a_late_payment_books_again_or_refunds(lieu, frozen):
    period = between("2027-01-05", "10:00", "11:00")
    held = services.hold_or_reserve(
        services.ask([(lieu.room, period)], member_id=lieu.camille.id, actor_id=lieu.camille.id, now=clock.now())
    )
    assert refused(book, lieu.room, period, lieu.nora).codes == ["overlap"]

    frozen("2026-12-01T10:10+01:00")
    paid_late = services.settle(held.id, paid_cents=800, now=clock.now())
    assert (paid_late.was_rebooked, paid_late.refund_cents, paid_late.booking.status) == (True, 0, "confirmed")
    assert db.session.get_one(Booking, held.id).status == "expired"

    later = between("2027-01-06", "10:00", "11:00")
    held = services.hold_or_reserve(
        services.ask([(lieu.room, later)], member_id=lieu.camille.id, actor_id=lieu.camille.id, now=clock.now())
    )
    frozen("2026-12-01T10:25+01:00")
    book(lieu.room, later, lieu.nora)
    lost = services.settle(held.id, paid_cents=800, now=clock.now())
    assert (lost.was_rebooked, lost.refund_cents) == (False, 800)


def test_half_days_come_from_the_lot_that_expires_first_and_go_back_to_it(lieu):
    soon = give_half_days(lieu.place, lieu.camille, 2, until="2027-01-08")
    late = give_half_days(lieu.place, lieu.camille, 10, until="2028-01-08")

    whole = book_half(lieu.pool, "2027-01-05", "day", lieu.camille)
    third = book_half(lieu.pool, "2027-01-06", "morning", lieu.camille)
    held = {lot: db.session.get_one(Lot, lot, populate_existing=True).held for lot in (soon, late)}
    assert held == {soon: 2, late: 1}
    assert (whole.price_cents, third.price_cents) == (0, 0)

    refund = services.cancel(booking_id=whole.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now()).refund
    services.cancel(booking_id=third.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())
    assert (refund.half_days, refund.cents) == (2, 0)
    assert {lot: db.session.get_one(Lot, lot, populate_existing=True).held for lot in (soon, late)} == {soon: 0, late: 0}


def test_a_gift_goes_back_to_its_lot_and_is_said_before(lieu):
    lot = give_half_days(lieu.place, lieu.camille, 1, source="free")
    booking = book_half(lieu.pool, "2027-01-05", "day", lieu.camille)
    assert booking.price_cents == 700

    announced = services.refund_of(booking, now=clock.now(), by_lieu=False)
    done = services.cancel(booking_id=booking.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())

    assert (announced.half_days, announced.cents) == (1, 700)
    assert done.refund == announced
    assert db.session.get_one(Lot, lot, populate_existing=True).held == 0


def test_what_costs_nothing_gives_nothing_back(lieu):
    booth = make_thing(lieu.place, "cabine", kind="booth")
    booking = book(booth, between("2027-01-05", "10:00", "11:00"), lieu.camille)
    refund = services.refund_of(booking, now=clock.now(), by_lieu=False)
    assert (refund.cents, refund.half_days, refund.minutes) == (0, 0, 0)


def test_a_unit_given_back_to_an_expired_lot_lives_a_week_more(lieu, frozen):
    lot = give_half_days(lieu.place, lieu.camille, 1, until="2027-01-08")
    booking = book_half(lieu.pool, "2027-01-08", "morning", lieu.camille)
    frozen("2027-01-12T10:00+01:00")

    from app.billing.services import release

    with transaction():
        release(ref=f"booking:{booking.id}", now=clock.now(), today=paris("2027-01-12 10:00").date())

    assert db.session.get_one(Lot, lot, populate_existing=True).valid_to.isoformat() == "2027-01-19"


def test_without_a_tab_three_credits_make_three_bookings(lieu):
    with transaction():
        lieu.place.tab_cap_cents = 0
        db.session.flush()
    give_half_days(lieu.place, lieu.camille, 3)
    days = [f"2027-01-{day:02}" for day in (5, 6, 7, 8, 12, 13)]

    answers = []
    for day in days:
        try:
            answers.append(book_half(lieu.pool, day, "morning", lieu.camille).status)
        except Refused as no:
            answers.append(no.codes[0])

    assert answers == ["confirmed"] * 3 + ["balance"] * 3
    assert balances(lieu.camille, place_id=lieu.place.id, on=paris("2027-01-05 00:00").date()).half_days == 0


def test_what_covers_a_booking_is_frozen_when_it_is_made(lieu, frozen):
    frozen("2027-01-20T10:00+01:00")
    plan = subscribe(lieu.place, lieu.camille, "mi-temps", {"half_days": 20}, since="2027-01-01")
    booking = book_half(lieu.pool, "2027-02-15", "morning", lieu.camille)
    frozen("2027-02-01T10:00+01:00")
    with transaction():
        plan.last_day = paris("2027-01-31 00:00").date()
        db.session.flush()
    price(lieu.place, "desk", "half_day", 900)

    kept = db.session.get_one(Booking, booking.id, populate_existing=True)
    assert (kept.price_cents, [part["source"] for part in kept.covered_by]) == (0, ["plan"])


@pytest.mark.parametrize(("instant", "status", "left"), [("17:59", "cancelled", 1), ("18:00", "late_cancelled", 0)])
def test_a_desk_is_free_to_cancel_until_six_the_day_before(lieu, frozen, instant, status, left):
    lot = give_half_days(lieu.place, lieu.camille, 1)
    booking = book_half(lieu.pool, "2027-01-05", "morning", lieu.camille)
    frozen(f"2027-01-04T{instant}+01:00")

    services.cancel(booking_id=booking.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())

    row = db.session.get_one(Lot, lot, populate_existing=True)
    assert db.session.get_one(Booking, booking.id).status == status
    assert row.granted - row.used - row.held == left
    assert refused(services.cancel, booking_id=booking.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now()).codes == [
        "already_cancelled"
    ]
    assert book_half(lieu.seat("A1"), "2027-01-05", "morning", lieu.nora).status == "confirmed"


def test_a_room_is_free_to_cancel_until_the_very_instant_of_24_hours(lieu, frozen):
    first = book(lieu.room, between("2027-01-05", "10:00", "11:00"), lieu.camille)
    second = book(lieu.room, between("2027-01-06", "10:00", "11:00"), lieu.camille)
    frozen("2027-01-04T10:00+01:00")
    assert services.cancel(booking_id=first.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now()).booking.status == "cancelled"
    frozen("2027-01-05T10:01+01:00")
    late = services.cancel(booking_id=second.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())
    assert (late.booking.status, late.refund.cents, late.refund.fee_cents) == ("late_cancelled", 0, 800)


def test_nobody_at_nine_fifteen_is_a_no_show_and_the_waiters_are_served_in_turn(lieu, frozen):
    absent = make_member("Absent")
    lot = give_half_days(lieu.place, absent, 1)
    bookings = [book_half(lieu.pool, "2027-01-05", "morning", absent)]
    bookings += [book_half(lieu.pool, "2027-01-05", "morning", make_member()) for _ in range(7)]
    waiters = [lieu.camille, lieu.leo]
    for waiter in waiters:
        request = services.ask(
            [(lieu.pool, between("2027-01-05", "08:30", "13:00"))], member_id=waiter.id, actor_id=waiter.id, now=clock.now()
        )
        services.join_waitlist(request)
    for booking in bookings[1:]:
        frozen("2027-01-05T08:30+01:00")
        services.check_in(booking.id, actor_id=booking.member_id, now=clock.now())

    frozen("2027-01-05T09:14+01:00")
    assert services.settle_arrivals(now=clock.now()) == 0
    frozen("2027-01-05T09:15+01:00")
    assert services.settle_arrivals(now=clock.now()) == 1
    assert db.session.get_one(Booking, bookings[0].id, populate_existing=True).status == "no_show"
    assert db.session.get_one(Lot, lot, populate_existing=True).used == 1

    offer = db.session.scalars(sa.select(WaitlistEntry).where(WaitlistEntry.state == "offered")).one()
    held = db.session.get_one(Booking, offer.booking_id)
    assert (offer.member_id, held.status, held.held_until) == (lieu.camille.id, "held", paris("2027-01-05 09:35"))
    assert held.starts_at == paris("2027-01-05 09:15")
    assert refused(book_half, lieu.pool, "2027-01-05", "morning", lieu.nora).codes == ["full"]

    frozen("2027-01-05T09:35+01:00")
    services.lapse_holds(now=clock.now())
    second = db.session.scalars(sa.select(WaitlistEntry).where(WaitlistEntry.state == "offered")).one()
    assert second.member_id == lieu.leo.id
    taken = services.confirm_hold(second.booking_id, actor_id=lieu.leo.id, now=clock.now())
    assert (taken.status, taken.price_cents) == ("confirmed", 350)


def test_the_manager_books_for_leo_at_half_price(lieu):
    booking = book_half(lieu.pool, "2027-01-05", "morning", lieu.leo, actor=lieu.max)

    charge = db.session.scalars(sa.select(Charge)).one()
    line = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == "booking.confirmed")).one()
    assert (booking.price_cents, charge.cents, charge.member_id) == (350, 350, lieu.leo.id)
    assert (line.actor_id, line.member_id) == (lieu.max.id, lieu.leo.id)


def test_nine_hours_of_a_room_cost_its_cap(lieu):
    assert book(lieu.room, between("2027-01-05", "09:00", "18:00"), lieu.camille).price_cents == 6000


def test_a_preview_says_the_same_and_writes_nothing(lieu):
    lot = give_half_days(lieu.place, lieu.camille, 1)
    request = services.ask(
        [(lieu.pool, between("2027-01-05", "08:30", "18:30"))], member_id=lieu.camille.id, actor_id=lieu.camille.id, now=clock.now()
    )

    seen = services.preview(request)

    assert seen.ok
    assert (seen.price_cents, seen.covered_by) == (
        700,
        [
            {"source": "pass", "units": 1, "unit": "half_day", "cents": 0},
            {"source": "money", "units": 1, "unit": "half_day", "cents": 700},
        ],
    )
    assert db.session.get_one(Lot, lot).held == 0
    assert count(Booking) == 0
    assert db.session.scalar(sa.select(sa.func.count()).where(LotEntry.kind == "hold")) == 0


def test_saturday_morning_is_clipped_and_its_afternoon_is_closed(lieu, frozen):
    booking = book_half(lieu.pool, "2027-01-09", "morning", lieu.camille)
    assert (booking.starts_at, booking.ends_at) == (paris("2027-01-09 09:00"), paris("2027-01-09 12:30"))
    assert refused(book_half, lieu.pool, "2027-01-09", "afternoon", lieu.camille).codes == ["closed"]
    assert book_half(lieu.pool, "2027-01-09", "afternoon", lieu.nora).ends_at == paris("2027-01-09 18:30")
    frozen("2027-01-09T09:44+01:00")
    assert services.settle_arrivals(now=clock.now()) == 0
    frozen("2027-01-09T09:45+01:00")
    assert services.settle_arrivals(now=clock.now()) == 1


def test_every_reason_is_said_at_once(lieu):
    book(lieu.room, between("2027-01-05", "10:00", "11:00"), lieu.nora)
    with transaction():
        lieu.camille.status = "suspended"
        db.session.flush()

    no = refused(book, lieu.room, Period(paris("2027-01-05 10:10"), paris("2027-01-05 10:20")), lieu.camille)

    assert set(no.codes) == {"step", "too_short", "suspended", "overlap"}
    assert no.status == 422


def test_a_move_that_is_refused_leaves_the_booking_as_it_was(lieu):
    mine = book(lieu.room, between("2027-01-05", "10:00", "11:00"), lieu.camille)
    book(lieu.room, between("2027-01-05", "14:00", "15:00"), lieu.nora)

    def move_to(start: str, end: str):
        request = services.ask(
            [(lieu.room, between("2027-01-05", start, end))],
            member_id=lieu.camille.id,
            actor_id=lieu.camille.id,
            now=clock.now(),
            moving_id=mine.id,
        )
        return services.move(mine.id, request)

    assert refused(move_to, "14:00", "15:00").codes == ["overlap"]
    assert db.session.get_one(Booking, mine.id, populate_existing=True).starts_at == paris("2027-01-05 10:00")
    moved = move_to("10:30", "11:30")
    assert (moved.starts_at, moved.price_cents, moved.sequence) == (paris("2027-01-05 10:30"), 800, 1)
    due = sa.select(sa.func.sum(Charge.cents)).where(Charge.member_id == lieu.camille.id)
    assert db.session.scalar(due) == 800
    longer = move_to("10:30", "12:30")
    assert longer.price_cents == 1600
    assert db.session.scalar(due) == 1600


def test_a_space_takes_what_is_inside_and_says_so(lieu):
    space = make_thing(lieu.place, "atelier", kind="space", name="Atelier")
    inner = make_thing(lieu.place, "scie", kind="room", space_id=space.id)
    space = thing(space.id)
    book(space, between("2027-01-05", "09:00", "12:00"), lieu.max)

    assert refused(book, thing(inner.id), between("2027-01-05", "11:30", "12:30"), lieu.camille).codes == ["blocked_by_space"]
    assert book(thing(inner.id), between("2027-01-05", "12:00", "13:00"), lieu.camille).status == "confirmed"
    assert refused(book, space, between("2027-01-05", "12:00", "13:00"), lieu.max).codes == ["overlap"]


def test_the_horizon_binds_members_and_not_staff(lieu):
    assert refused(book_half, lieu.pool, "2027-02-01", "morning", lieu.camille).codes == ["horizon"]
    assert book_half(lieu.pool, "2027-01-29", "morning", lieu.camille).status == "confirmed"
    assert book_half(lieu.pool, "2027-03-01", "morning", lieu.max).status == "confirmed"


def test_approval_waits_for_staff_and_holds_the_place(lieu):
    classroom = make_thing(lieu.place, "classe", kind="room", rules={"approval": True})
    asked = book(classroom, between("2027-01-05", "10:00", "11:00"), lieu.camille)
    assert asked.status == "pending"
    assert refused(book, classroom, between("2027-01-05", "10:00", "11:00"), lieu.nora).codes == ["overlap"]

    assert services.approve(asked.id, actor_id=lieu.max.id, now=clock.now()).status == "confirmed"
    other = book(classroom, between("2027-01-06", "10:00", "11:00"), lieu.camille)
    assert services.reject(other.id, actor_id=lieu.max.id, reason="Conseil municipal", now=clock.now()).status == "rejected"
    assert book(classroom, between("2027-01-06", "10:00", "11:00"), lieu.nora).status == "pending"


def test_an_outage_gives_all_back_and_lasts_until_ended(lieu, frozen):
    booking = book(lieu.room, between("2027-01-05", "10:00", "11:00"), lieu.camille)
    frozen("2027-01-04T20:00+01:00")

    blocked = services.declare_outage(
        thing=lieu.room, period=None, starts_at=clock.now(), reason="Fuite d’eau", actor_id=lieu.max.id, now=clock.now()
    )

    assert [gone.id for gone in blocked.cancelled] == [booking.id]
    assert db.session.scalar(sa.select(sa.func.sum(Charge.cents))) == 0
    assert refused(book, lieu.room, between("2027-01-20", "10:00", "11:00"), lieu.camille).codes == ["out_of_service"]
    services.end_outage(outage_id=blocked.outage.id, actor_id=lieu.max.id, now=clock.now())
    assert book(lieu.room, between("2027-01-20", "10:00", "11:00"), lieu.camille).status == "confirmed"


def test_a_half_day_freed_while_it_runs_is_sold_for_its_remainder(lieu, frozen):
    frozen("2027-01-05T10:20+01:00")
    booking = book_half(lieu.pool, "2027-01-05", "morning", lieu.camille)
    assert (booking.starts_at, booking.price_cents, booking.half) == (paris("2027-01-05 10:20"), 700, "morning")
    frozen("2027-01-05T10:50+01:00")
    assert services.settle_arrivals(now=clock.now()) == 0


def test_status_and_history_survive_everything(lieu):
    booking = book_half(lieu.pool, "2027-01-05", "morning", lieu.camille)
    services.cancel(booking_id=booking.id, actor_id=lieu.camille.id, by_lieu=False, now=clock.now())

    row = db.session.scalars(sa.select(Occupancy)).one()
    assert (row.active, count(Booking)) == (False, 1)
    assert Status(db.session.get_one(Booking, booking.id).status) is Status.CANCELLED


def test_a_suspended_manager_role_is_not_enough_without_a_reason(lieu):
    with transaction():
        lieu.camille.role_rows.append(MemberRole(role="trainer"))
        db.session.flush()
    request = services.ask(
        [(lieu.room, between("2026-12-01", "10:30", "11:30"))], member_id=lieu.camille.id, actor_id=lieu.camille.id, now=clock.now()
    )
    assert refused(services.reserve, replace(request, override_reason="S’il vous plaît")).codes == ["notice"]
