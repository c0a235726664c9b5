"""The worked examples of the fablab, sent by a program."""

import sqlalchemy as sa

from app.billing.models import Charge
from app.booking.models import Booking
from app.core.db import db
from tests.api.partner import codes, count, starts
from tests.factories import give_minutes


def test_ana_books_ben_finds_it_taken_then_free_at_half_price(fablab, partner):
    ana = partner(fablab.ana).book(fablab.laser, "2026-12-08 14:00", "2026-12-08 15:30")
    ben = partner(fablab.ben)

    assert (ana.status_code, ana.json["status"], ana.json["price_cents"]) == (201, "confirmed", 1800)
    for start, end in (("15:00", "16:00"), ("13:00", "16:00")):
        no = ben.book(fablab.laser, f"2026-12-08 {start}", f"2026-12-08 {end}")
        assert (no.status_code, codes(no)) == (409, ["overlap"])
    assert ben.book(fablab.laser, "2026-12-08 15:30", "2026-12-08 16:30").json["price_cents"] == 750


def test_off_the_step_too_short_and_too_long(fablab, partner):
    ana = partner(fablab.ana)

    no = ana.book(fablab.laser, "2026-12-08 14:10", "2026-12-08 15:10")
    assert (no.status_code, codes(no)) == (422, ["step"])
    assert {"2026-12-08T14:00:00+01:00", "2026-12-08T14:15:00+01:00"} <= set(starts(no))
    assert codes(ana.book(fablab.laser, "2026-12-08 14:00", "2026-12-08 14:15")) == ["too_short"]
    assert codes(ana.book(fablab.laser, "2026-12-08 13:30", "2026-12-08 17:45")) == ["too_long"]
    assert ana.book(fablab.laser, "2026-12-08 09:00", "2026-12-08 09:30").status_code == 201
    assert ana.book(fablab.laser, "2026-12-08 10:00", "2026-12-08 14:00").status_code == 201


def test_notice_and_horizon_include_their_bounds(fablab, partner):
    ana = partner(fablab.ana)

    assert codes(ana.book(fablab.laser, "2026-12-01 11:45", "2026-12-01 12:45")) == ["notice"]
    assert ana.book(fablab.laser, "2026-12-01 12:00", "2026-12-01 13:00").status_code == 201
    assert ana.book(fablab.laser, "2027-01-30 10:00", "2027-01-30 11:00").status_code == 201
    assert codes(ana.book(fablab.laser, "2027-02-02 10:00", "2027-02-02 11:00")) == ["horizon"]


def test_closed_is_closed(fablab, partner):
    ana = partner(fablab.ana)
    for start, end in (
        ("2026-12-07 10:00", "2026-12-07 11:00"),
        ("2026-12-24 10:00", "2026-12-24 11:00"),
        ("2026-12-05 17:30", "2026-12-05 18:30"),
    ):
        no = ana.book(fablab.laser, start, end)
        assert (no.status_code, codes(no)) == (422, ["closed"])


def test_who_was_never_shown_the_laser_is_told_so(fablab, partner):
    no = partner(fablab.chloe).book(fablab.laser, "2026-12-08 14:00", "2026-12-08 15:00")

    assert (no.status_code, codes(no)) == (422, ["not_qualified"])
    assert count(Booking) == 0


def test_a_right_is_valid_through_its_last_day(fablab, partner, frozen):
    frozen("2027-06-01T10:00+02:00")
    ana = partner(fablab.ana)

    assert ana.book(fablab.laser, "2027-06-30 14:00", "2027-06-30 15:00").status_code == 201
    assert codes(ana.book(fablab.laser, "2027-07-01 14:00", "2027-07-01 15:00")) == ["qualification_expires_before"]


def test_prices_are_pro_rata_and_half_up(fablab, partner):
    assert partner(fablab.ben).book(fablab.laser, "2026-12-08 14:00", "2026-12-08 14:45").json["price_cents"] == 563


def test_credit_then_pack_then_money(fablab, partner):
    give_minutes(fablab.place, fablab.ana, 60, source="plan", until="2026-12-31")
    give_minutes(fablab.place, fablab.ana, 90, until="2027-06-30")

    made = partner(fablab.ana).book(fablab.laser, "2026-12-08 14:00", "2026-12-08 17:00")

    assert made.json["price_cents"] == 600
    assert [(part["source"], part["units"], part["cents"]) for part in made.json["covered_by"]] == [
        ("plan", 60, 0),
        ("pass", 90, 0),
        ("money", 30, 600),
    ]


def test_previewing_five_times_leaves_the_pack_unchanged(fablab, partner):
    give_minutes(fablab.place, fablab.ana, 90)
    ana = partner(fablab.ana)
    wish = {"resource_id": fablab.laser.id, "start": "2026-12-08T14:00:00+01:00", "end": "2026-12-08T15:00:00+01:00"}

    for _ in range(5):
        assert ana.post("/bookings/preview", **wish).json["covered_by"] == [{"source": "pass", "units": 60, "unit": "minute", "cents": 0}]

    assert ana.get("/me").json["balances"] == {"half_days": 0, "minutes": 90, "cents": 0}
    assert count(Booking) == 0


def test_cancelled_at_24_hours_is_free_and_a_minute_later_costs_half(fablab, partner, frozen):
    ana = partner(fablab.ana)
    first, second = (ana.book(fablab.laser, f"2026-12-{day} 14:00", f"2026-12-{day} 15:30").json["id"] for day in ("08", "09"))

    frozen("2026-12-07T14:00+01:00")
    assert ana.delete(f"/bookings/{first}").json == {"status": "cancelled", "refund": {"cents": 1800, "half_days": 0, "minutes": 0}}
    frozen("2026-12-08T14:01+01:00")
    assert ana.delete(f"/bookings/{second}").json == {"status": "late_cancelled", "refund": {"cents": 900, "half_days": 0, "minutes": 0}}


def test_a_move_to_a_taken_time_leaves_the_first_and_to_a_free_one_keeps_its_price(fablab, partner):
    partner(fablab.ben).book(fablab.laser, "2026-12-08 16:00", "2026-12-08 17:00")
    ana = partner(fablab.ana)
    mine = ana.book(fablab.laser, "2026-12-08 14:00", "2026-12-08 15:30").json

    no = ana.patch(f"/bookings/{mine['id']}", start="2026-12-08T15:00:00+01:00")
    assert (no.status_code, codes(no)) == (409, ["overlap"])
    assert ana.get(f"/bookings/{mine['id']}").json == mine
    moved = ana.patch(f"/bookings/{mine['id']}", start="2026-12-08T11:00:00+01:00", note="Plus tôt")
    assert (moved.status_code, moved.json["start"], moved.json["end"]) == (200, "2026-12-08T11:00:00+01:00", "2026-12-08T12:30:00+01:00")
    assert (moved.json["price_cents"], moved.json["sequence"], moved.json["note"]) == (1800, 1, "Plus tôt")
    assert db.session.scalar(sa.select(sa.func.sum(Charge.cents)).where(Charge.member_id == fablab.ana.id)) == 1800
    longer = ana.patch(f"/bookings/{mine['id']}", end="2026-12-08T13:00:00+01:00")
    assert (longer.json["start"], longer.json["price_cents"]) == ("2026-12-08T11:00:00+01:00", 2400)


def test_a_breakdown_gives_back_what_it_touches_and_nothing_else(fablab, partner):
    ana, ben = partner(fablab.ana), partner(fablab.ben)
    touched = [ana.book(fablab.laser, f"2026-12-{day} 14:00", f"2026-12-{day} 15:00").json["id"] for day in ("08", "09")]
    safe = ben.book(fablab.laser, "2026-12-12 14:00", "2026-12-12 15:00").json["id"]

    outage = partner(fablab.max).post(
        "/outages",
        resource_id=fablab.laser.id,
        start="2026-12-08T09:00:00+01:00",
        end="2026-12-11T09:00:00+01:00",
        reason="Tube en panne",
    )

    assert [one["id"] for one in outage.json["affected"]] == touched
    assert {one["status"] for one in outage.json["affected"]} == {"cancelled"}
    assert ben.get(f"/bookings/{safe}").json["status"] == "confirmed"
    no = ben.book(fablab.laser, "2026-12-10 14:00", "2026-12-10 15:00")
    assert (no.status_code, codes(no)) == (409, ["machine_out_of_service"])


def test_who_books_the_space_blocks_what_is_inside(fablab, partner):
    partner(fablab.max).book(fablab.space, "2026-12-08 09:00", "2026-12-08 12:00")
    ana = partner(fablab.ana)

    no = ana.book(fablab.laser, "2026-12-08 11:30", "2026-12-08 12:30")
    assert (no.status_code, codes(no)) == (409, ["blocked_by_space"])
    assert ana.book(fablab.laser, "2026-12-08 12:00", "2026-12-08 13:00").status_code == 201


def test_a_print_over_the_spring_night_lasts_and_costs_two_hours(fablab, partner, frozen):
    from app.core.db import transaction

    frozen("2027-03-01T10:00+01:00")
    with transaction():
        fablab.ana.badge = True
        db.session.flush()

    made = partner(fablab.ana).book(fablab.printer, "2027-03-28T01:00:00+01:00", "2027-03-28T04:00:00+02:00")

    assert (made.status_code, made.json["price_cents"], made.json["covered_by"][0]["units"]) == (201, 600, 120)
