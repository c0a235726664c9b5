"""The worked examples of the fablab that the engine answers, with their numbers."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.billing.models import Charge, Lot
from app.billing.queries import balances
from app.billing.rules import Tier, price_of_minutes
from app.booking import services
from app.booking.models import Booking, Kind
from app.core import clock
from app.core.db import db, transaction
from app.core.period import Period
from app.core.refusals import Refused
from app.fablab import queries
from app.fablab.models import Clearance
from app.fablab.rules import expiry
from tests.factories import (
    between,
    book,
    clear,
    give_minutes,
    make_clearance_type,
    make_machine,
    make_member,
    paris,
    price,
    subscribe,
)


def refused(gesture, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        gesture(*args, **kwargs)
    return caught.value


def test_ana_books_ben_finds_it_taken_then_free_at_half_price(fablab):
    ana = book(fablab.laser, between("2026-12-08", "14:00", "15:30"), fablab.ana)
    assert (ana.status, ana.price_cents) == ("confirmed", 1800)

    assert refused(book, fablab.laser, between("2026-12-08", "15:00", "16:00"), fablab.ben).codes == ["overlap"]
    assert book(fablab.laser, between("2026-12-08", "15:30", "16:30"), fablab.ben).price_cents == 750
    assert refused(book, fablab.laser, between("2026-12-08", "13:00", "16:00"), fablab.ben).codes == ["overlap"]


def test_off_the_step_too_short_and_too_long_are_said_with_what_fits(fablab):
    no = refused(book, fablab.laser, between("2026-12-08", "14:10", "15:10"), fablab.ana)
    assert no.codes == ["step"]
    assert {paris("2026-12-08 14:00"), paris("2026-12-08 14:15")} <= {one.starts_at for one in no.alternatives}

    assert refused(book, fablab.laser, between("2026-12-08", "14:00", "14:15"), fablab.ana).codes == ["too_short"]
    assert refused(book, fablab.laser, between("2026-12-08", "13:30", "17:45"), fablab.ana).codes == ["too_long"]
    assert book(fablab.laser, between("2026-12-08", "09:00", "09:30"), fablab.ana).status == "confirmed"
    assert book(fablab.laser, between("2026-12-08", "10:00", "14:00"), fablab.ana).status == "confirmed"


def test_notice_and_horizon_include_their_bounds(fablab):
    assert refused(book, fablab.laser, between("2026-12-01", "11:45", "12:45"), fablab.ana).codes == ["notice"]
    assert book(fablab.laser, between("2026-12-01", "12:00", "13:00"), fablab.ana).status == "confirmed"
    assert book(fablab.laser, between("2027-01-30", "10:00", "11:00"), fablab.ana).status == "confirmed"
    assert refused(book, fablab.laser, between("2027-02-02", "10:00", "11:00"), fablab.ana).codes == ["horizon"]


@pytest.mark.parametrize(
    ("day", "start", "end"), [("2026-12-07", "10:00", "11:00"), ("2026-12-24", "10:00", "11:00"), ("2026-12-12", "17:30", "18:30")]
)
def test_outside_the_hours_it_is_closed(fablab, day, start, end):
    assert refused(book, fablab.laser, between(day, start, end), fablab.ana).codes == ["closed"]


def test_who_was_not_shown_the_laser_does_not_have_it(fablab, frozen):
    no = refused(book, fablab.laser, between("2026-12-08", "14:00", "15:00"), fablab.chloe)
    assert no.codes == ["not_qualified"]
    assert db.session.scalar(sa.select(sa.func.count(Booking.id))) == 0
    assert no.alternatives == []

    clear(fablab.chloe, fablab.clearance, on="2026-12-05", until="2027-12-05")
    assert book(fablab.laser, between("2026-12-08", "14:00", "15:00"), fablab.chloe).status == "confirmed"


def test_a_year_given_on_the_fifth_lasts_through_the_fifth():
    assert expiry("duration", given_on=date(2026, 12, 5), months=12, until=None) == date(2027, 12, 5)
    assert expiry("unused", given_on=date(2026, 8, 31), months=6, until=None) == date(2027, 2, 28)


def test_a_clearance_is_good_through_its_last_day(fablab, frozen):
    frozen("2027-06-01T10:00+02:00")
    assert book(fablab.laser, between("2027-06-30", "10:00", "11:00"), fablab.ana).status == "confirmed"
    assert refused(book, fablab.laser, between("2027-07-01", "10:00", "11:00"), fablab.ana).codes == ["qualification_expires_before"]


def test_a_night_on_a_machine_ends_while_its_clearance_still_holds(fablab, frozen):
    kiln = make_machine(fablab.place, "four", family="four", clearance=fablab.clearance, rules={"night": True, "max_minutes": 600})
    with transaction():
        fablab.ana.badge = True
    frozen("2027-06-01T10:00+02:00")
    assert book(kiln, Period(paris("2027-06-29 22:00"), paris("2027-06-30 06:00")), fablab.ana).status == "confirmed"
    assert book(kiln, Period(paris("2027-06-30 18:00"), paris("2027-07-01 00:00")), fablab.ana).status == "confirmed"
    no = refused(book, kiln, Period(paris("2027-06-30 22:00"), paris("2027-07-01 00:15")), fablab.ana)
    assert no.codes == ["qualification_expires_before", "overlap"]


def test_a_right_unused_for_six_months_lapses_the_day_after(fablab, frozen):
    plotter_right = make_clearance_type(fablab.place, "Traceur", policy="unused", months=6)
    plotter = make_machine(fablab.place, "traceur", family="cnc", clearance=plotter_right)
    clear(fablab.ana, plotter_right, on="2026-08-31")
    frozen("2027-02-20T10:00+01:00")
    assert book(plotter, between("2027-02-27", "10:00", "11:00"), fablab.ana).status == "confirmed"
    assert refused(book, plotter, between("2027-03-02", "10:00", "11:00"), fablab.ana).codes == ["qualification_expires_before"]


def test_prices_by_duration_take_the_longest_that_fits_first():
    assert price_of_minutes(720, [Tier(60, 1200), Tier(180, 3000), Tier(420, 6000)]) == 11400
    assert price_of_minutes(270, [Tier(240, 4000), Tier(60, 1200)]) == 4600
    assert price_of_minutes(45, [Tier(60, 750)]) == 563


def test_credit_then_pack_then_money(fablab):
    subscribe(fablab.place, fablab.ana, "maker", {"machine_minutes": 60}, since="2026-12-01")
    give_minutes(fablab.place, fablab.ana, 90)
    booking = book(fablab.laser, between("2026-12-08", "10:00", "13:00"), fablab.ana)

    assert booking.price_cents == 600
    assert [(part["source"], part["units"]) for part in booking.covered_by] == [("plan", 60), ("pass", 90), ("money", 30)]


def test_packs_go_by_soonest_expiry_and_never_past_it(fablab, frozen):
    frozen("2027-01-05T10:00+01:00")
    first = give_minutes(fablab.place, fablab.ana, 120, until="2027-01-31")
    second = give_minutes(fablab.place, fablab.ana, 600, until="2027-06-30")

    book(fablab.laser, between("2027-01-20", "10:00", "14:00"), fablab.ana)
    assert (_left(first), _left(second)) == (0, 480)
    give_minutes(fablab.place, fablab.ana, 60, until="2027-01-31")
    book(fablab.laser, between("2027-02-05", "10:00", "11:00"), fablab.ana)
    assert _left(second) == 420


def test_a_plan_that_ends_before_the_day_of_use_pays_nothing(fablab):
    subscribe(fablab.place, fablab.ana, "maker", {"machine_minutes": 240}, since="2026-12-01", until="2026-12-31")
    request = services.ask(
        [(fablab.laser, between("2027-01-05", "10:00", "11:00"))], member_id=fablab.ana.id, actor_id=fablab.ana.id, now=clock.now()
    )
    assert services.preview(request).price_cents == 1200
    assert balances(fablab.ana, place_id=fablab.place.id, on=date(2026, 12, 1)).minutes == 240


@pytest.mark.parametrize(("instant", "fee", "back"), [("14:00", 0, 1800), ("14:01", 900, 900)])
def test_half_is_kept_one_minute_after_the_free_delay(fablab, frozen, instant, fee, back):
    booking = book(fablab.laser, between("2026-12-08", "14:00", "15:30"), fablab.ana)
    frozen(f"2026-12-07T{instant}+01:00")

    announced = services.refund_of(booking, now=clock.now(), by_lieu=False)
    done = services.cancel(booking_id=booking.id, actor_id=fablab.ana.id, by_lieu=False, now=clock.now())

    assert (announced.fee_cents, announced.cents) == (fee, back)
    assert done.refund == announced
    assert db.session.scalar(sa.select(sa.func.sum(Charge.cents))) == fee


def test_nobody_fifteen_minutes_after_the_start_frees_the_machine(fablab, frozen):
    booking = book(fablab.printer, between("2026-12-08", "14:00", "15:30"), fablab.ana)
    frozen("2026-12-08T14:14+01:00")
    assert services.settle_arrivals(now=clock.now()) == 0
    frozen("2026-12-08T14:15+01:00")
    services.settle_arrivals(now=clock.now())
    assert db.session.get_one(Booking, booking.id, populate_existing=True).status == "no_show"


def test_a_training_takes_its_machine_and_a_space_what_stands_in_it(fablab):
    session_period = Period(paris("2026-12-12 10:00"), paris("2026-12-12 12:00"))
    training = services.ask(
        [(fablab.laser, session_period)], kind=Kind.TRAINING, member_id=fablab.max.id, actor_id=fablab.max.id, now=clock.now()
    )
    services.reserve(training)
    assert refused(book, fablab.laser, between("2026-12-12", "11:00", "12:00"), fablab.ana).codes == ["blocked_by_training"]

    book(fablab.space, between("2026-12-15", "09:00", "12:00"), fablab.max)
    assert refused(book, fablab.laser, between("2026-12-15", "11:30", "12:30"), fablab.ana).codes == ["blocked_by_space"]
    assert book(fablab.laser, between("2026-12-15", "12:00", "13:00"), fablab.ana).status == "confirmed"


def test_a_night_print_over_the_march_change_lasts_and_costs_two_hours(fablab, frozen):
    frozen("2027-03-01T10:00+01:00")
    nora = make_member("Nora", badge=True)
    booking = book(fablab.printer, Period(paris("2027-03-28 01:00"), paris("2027-03-28 04:00")), nora)
    assert (Period(booking.starts_at, booking.ends_at).minutes, booking.price_cents) == (120, 600)


def test_a_breakdown_gives_back_what_it_takes_and_leaves_the_rest(fablab, frozen):
    kept = book(fablab.laser, between("2026-12-11", "10:00", "11:00"), fablab.ana)
    lost = [
        book(fablab.laser, between(day, "10:00", "11:00"), who) for day, who in (("2026-12-08", fablab.ana), ("2026-12-09", fablab.ben))
    ]
    starts = paris("2026-12-08 09:00")

    blocked = services.declare_outage(
        thing=fablab.laser,
        period=Period(starts, paris("2026-12-10 18:00")),
        starts_at=starts,
        reason="Tube fêlé",
        actor_id=fablab.max.id,
        now=clock.now(),
    )

    assert {gone.id for gone in blocked.cancelled} == {one.id for one in lost}
    assert db.session.get_one(Booking, kept.id).status == "confirmed"
    assert refused(book, fablab.laser, between("2026-12-09", "14:00", "15:00"), fablab.ana).codes == ["machine_out_of_service"]


def test_a_machine_for_two_waits_for_company(fablab):
    needed = queries.clearance_needed(fablab.cnc)
    with transaction():
        db.session.add(
            Clearance(member_id=fablab.ana.id, clearance_type_id=needed.type_id, given_on=date(2026, 11, 1), created_at=clock.now())
        )
        db.session.flush()

    assert book(fablab.cnc, between("2026-12-08", "10:00", "11:00"), fablab.ana).status == "pending"


def test_quotas_and_gaps_are_each_named(fablab):
    strict = make_machine(
        fablab.place,
        "strict",
        family="laser",
        rules={"quota_day_minutes": 120, "quota_future": 2, "min_gap_minutes": 60},
    )
    price(fablab.place, "resource:strict", "minutes", 0)
    book(strict, between("2026-12-08", "10:00", "11:00"), fablab.ana)

    assert refused(book, strict, between("2026-12-08", "11:30", "12:30"), fablab.ana).codes == ["min_gap"]
    assert refused(book, strict, between("2026-12-08", "14:00", "15:30"), fablab.ana).codes == ["quota_day"]
    book(strict, between("2026-12-09", "10:00", "11:00"), fablab.ana)
    assert refused(book, strict, between("2026-12-10", "10:00", "11:00"), fablab.ana).codes == ["quota_future"]


def _left(lot_id: int) -> int:
    row = db.session.get_one(Lot, lot_id, populate_existing=True)
    return row.granted - row.held - row.used
