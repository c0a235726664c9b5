"""The worked examples of coworking, sent by a program: the same numbers come back."""

import sqlalchemy as sa

from app.billing.models import Lot
from app.booking.models import Booking
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from tests.api.partner import codes, count, starts
from tests.factories import give_half_days, make_member


def test_a_night_is_as_long_as_it_really_lasts(lieu, partner, frozen):
    frozen("2027-03-01T10:00+01:00")
    spring = partner(lieu.nora).book(lieu.room, "2027-03-28 00:00", "2027-03-28 06:00")
    frozen("2026-10-01T10:00+02:00")
    autumn = partner(lieu.nora).book(lieu.room, "2026-10-25 00:00", "2026-10-25 06:00")

    assert (spring.status_code, spring.json["price_cents"]) == (201, 4000)
    assert (autumn.json["start"], autumn.json["end"], autumn.json["price_cents"]) == (
        "2026-10-25T00:00:00+02:00",
        "2026-10-25T06:00:00+01:00",
        5600,
    )


def test_an_hour_that_does_not_exist_is_refused_with_the_nearest_ones(lieu, partner, frozen):
    frozen("2027-03-01T10:00+01:00")
    nora = partner(lieu.nora)

    for offset in ("+01:00", "+02:00"):
        no = nora.book(lieu.room, f"2027-03-28T02:30:00{offset}", f"2027-03-28T04:30:00{offset}")
        assert (no.status_code, codes(no)) == (422, ["nonexistent_time"])
        assert starts(no) == ["2027-03-28T01:45:00+01:00", "2027-03-28T03:00:00+02:00"]
    assert count(Booking) == 0
    instant = nora.book(lieu.room, "2027-03-28T01:30:00Z", "2027-03-28T02:30:00Z")
    assert (instant.status_code, instant.json["start"]) == (201, "2027-03-28T03:30:00+02:00")


def test_around_an_hour_that_does_not_exist_only_what_can_be_had_is_offered(lieu, partner, frozen):
    frozen("2027-03-01T10:00+01:00")
    missing = ("2027-03-28T02:30:00+01:00", "2027-03-28T04:30:00+01:00")
    camille, nora = partner(lieu.camille), partner(lieu.nora)

    by_day = camille.book(lieu.room, *missing)  # without a badge, nights are not hers
    assert codes(by_day) == ["nonexistent_time"]
    assert by_day.json["alternatives"]
    for one in by_day.json["alternatives"]:
        assert camille.book(lieu.room, one["start"], one["end"]).status_code == 201

    frozen("2026-12-01T10:00+01:00")
    too_early = nora.book(lieu.room, *missing)  # beyond the horizon, and so are the hours beside
    assert (codes(too_early), too_early.json["alternatives"]) == (["nonexistent_time"], [])


def test_the_end_may_be_the_hour_that_does_not_exist(lieu, partner, frozen):
    frozen("2027-03-01T10:00+01:00")

    no = partner(lieu.nora).book(lieu.room, "2027-03-28T01:00:00+01:00", "2027-03-28T02:30:00+01:00")

    assert codes(no) == ["nonexistent_time"]
    assert [one["end"] for one in no.json["alternatives"]] == ["2027-03-28T01:45:00+01:00", "2027-03-28T03:00:00+02:00"]


def test_a_preview_says_it_too(lieu, partner, frozen):
    frozen("2027-03-01T10:00+01:00")
    seen = partner(lieu.nora).post(
        "/bookings/preview", resource_id=lieu.room.id, start="2027-03-28T02:30:00+01:00", end="2027-03-28T04:30:00+01:00"
    )

    assert (seen.status_code, seen.json["ok"], codes(seen)) == (200, False, ["nonexistent_time"])


def test_a_weekly_meeting_stays_at_nine_over_the_clock_change(lieu, partner, frozen):
    frozen("2026-10-12T10:00+02:00")
    made = partner(lieu.camille).post(
        "/series",
        resource_id=lieu.room.id,
        start="2026-10-19T09:00:00+02:00",
        end="2026-10-19T10:00:00+02:00",
        rrule="FREQ=WEEKLY;COUNT=2",
        skip_conflicts=True,
    )

    assert made.status_code == 201
    assert [one["start"] for one in made.json["occurrences"]] == ["2026-10-19T09:00:00+02:00", "2026-10-26T09:00:00+01:00"]
    assert all(one["booking_id"] for one in made.json["occurrences"])


def test_a_missing_hour_of_a_series_slides_and_keeps_its_duration(lieu, partner, frozen):
    frozen("2027-03-20T10:00+01:00")
    made = partner(lieu.nora).post(
        "/series",
        resource_id=lieu.room.id,
        start="2027-03-27T02:30:00+01:00",
        end="2027-03-27T03:30:00+01:00",
        rrule="RRULE:FREQ=DAILY;COUNT=3",
        skip_conflicts=True,
    )

    second = made.json["occurrences"][1]
    assert (second["start"], second["end"], second["status"]) == ("2027-03-28T03:30:00+02:00", "2027-03-28T04:30:00+02:00", "booked")


def test_a_series_on_a_seat_skips_public_holidays(lieu, partner):
    made = partner(lieu.max).post(
        "/series",
        resource_id=lieu.seat("A1").id,
        start="2027-03-01T08:30:00+01:00",
        end="2027-03-01T13:00:00+01:00",
        rrule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20270531T235959Z",
        skip_conflicts=True,
    )

    skipped = [(one["start"][:10], one["status"], one["reason"]) for one in made.json["occurrences"] if one["status"] != "booked"]
    assert len(made.json["occurrences"]) == 14
    assert skipped == [("2027-03-29", "skipped", "holiday"), ("2027-05-17", "skipped", "holiday")]


def test_a_full_day_wants_one_seat_for_both_halves(lieu, partner):
    camille = partner(lieu.camille)
    morning = camille.book(lieu.seat("A1"), "2027-01-05 08:30", "2027-01-05 13:00").json["id"]

    nora = partner(lieu.nora).book(lieu.pool, "2027-01-05 13:00", "2027-01-05 18:30")
    leo = partner(lieu.leo).post("/bookings", pool_code="grande-salle", start="2027-01-05T08:30:00+01:00", end="2027-01-05T18:30:00+01:00")

    assert (nora.json["resource_id"], nora.json["half"], nora.json["price_cents"]) == (lieu.seat("A1").id, "afternoon", 700)
    assert leo.json["resource_id"] != lieu.seat("A1").id
    assert (leo.json["half"], leo.json["price_cents"]) == ("day", 600)
    taken = camille.patch(f"/bookings/{morning}", start="2027-01-05T13:00:00+01:00", end="2027-01-05T18:30:00+01:00")
    assert (taken.status_code, [reason["code"] for reason in taken.json["reasons"]]) == (409, ["overlap"])  # a program asked for A1
    assert taken.json["alternatives"][0]["resource_id"] not in (nora.json["resource_id"], leo.json["resource_id"])
    assert camille.get(f"/bookings/{morning}").json["half"] == "morning"


def test_the_ninth_is_told_it_is_full_and_what_there_is_instead(lieu, partner):
    for _ in range(8):
        assert partner(make_member()).book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00").status_code == 201

    no = partner(lieu.camille).book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00")

    assert (no.status_code, codes(no), no.json["waitlist"], no.json["code"]) == (409, ["full"], True, "full")
    assert starts(no)[:2] == ["2027-01-05T13:00:00+01:00", "2027-01-06T08:30:00+01:00"]
    assert no.json["reasons"][0]["message"] == "Grande salle\u00a0: c’est complet à ce moment-là."


def test_a_room_keeps_its_buffer_on_both_sides(lieu, partner):
    partner(lieu.camille).book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00")
    nora = partner(lieu.nora)

    for start, end in (("11:00", "12:00"), ("09:00", "10:00")):
        no = nora.book(lieu.room, f"2027-01-05 {start}", f"2027-01-05 {end}")
        assert (no.status_code, codes(no)) == (409, ["buffer"])
    assert nora.book(lieu.room, "2027-01-05 11:15", "2027-01-05 12:00").status_code == 201
    assert nora.book(lieu.room, "2027-01-05 09:00", "2027-01-05 09:45").status_code == 201


def test_notice_is_two_hours_and_staff_may_force_it_in_writing(lieu, partner, frozen):
    frozen("2027-01-05T13:10+01:00")
    camille, boss = partner(lieu.camille), partner(lieu.max)

    assert codes(camille.book(lieu.room, "2027-01-05 15:00", "2027-01-05 16:00")) == ["notice"]
    assert codes(boss.book(lieu.room, "2027-01-05 15:00", "2027-01-05 15:30")) == ["notice"]
    forced = boss.book(lieu.room, "2027-01-05 15:00", "2027-01-05 15:30", override_reason="Le maire arrive")
    assert forced.status_code == 201
    assert db.session.get_one(Booking, forced.json["id"]).override_reason == "Le maire arrive"
    assert camille.book(lieu.room, "2027-01-05 15:45", "2027-01-05 16:45").status_code == 201


def test_a_series_is_accepted_in_part_or_refused_whole_with_its_dates(lieu, partner):
    for day in ("2026-12-07", "2026-12-14", "2026-12-21"):
        partner(lieu.nora).book(lieu.room, f"{day} 09:00", f"{day} 10:00")
    wish = {
        "resource_id": lieu.room.id,
        "start": "2026-12-07T09:00:00+01:00",
        "end": "2026-12-07T10:00:00+01:00",
        "rrule": "FREQ=DAILY;BYDAY=MO,TU;COUNT=10",
    }

    no = partner(lieu.camille).post("/series", **wish)
    yes = partner(lieu.camille).post("/series", **wish, skip_conflicts=True)

    assert (no.status_code, codes(no)) == (409, ["overlap"])
    assert [one["status"] for one in no.json["occurrences"]].count("booked") == 7
    states = [one["status"] for one in yes.json["occurrences"]]
    assert (yes.status_code, states.count("booked"), states.count("skipped")) == (201, 7, 3)


def test_dates_are_left_out_of_a_series_by_day_or_by_instant(lieu, partner):
    made = partner(lieu.camille).post(
        "/series",
        resource_id=lieu.room.id,
        start="2026-12-07T09:00:00+01:00",
        end="2026-12-07T10:00:00+01:00",
        rrule="FREQ=DAILY;COUNT=4",
        exdates=["2026-12-08", "2026-12-09T09:00:00+01:00"],
    )

    assert [one["start"][:10] for one in made.json["occurrences"]] == ["2026-12-07", "2026-12-10"]


def test_the_same_key_twice_makes_one_booking_one_debit_one_line(lieu, partner):
    lot = give_half_days(lieu.place, lieu.camille, 5)
    camille = partner(lieu.camille)
    wish = {"pool_code": "grande-salle", "start": "2027-01-05T08:30:00+01:00", "end": "2027-01-05T13:00:00+01:00"}

    first, second = (camille.post("/bookings", **wish, key="k1") for _ in range(2))

    assert (first.status_code, second.status_code, first.data) == (201, 201, second.data)
    assert ("Idempotent-Replayed" in first.headers, second.headers["Idempotent-Replayed"]) == (False, "true")
    assert db.session.get_one(Lot, lot, populate_existing=True).held == 1
    assert count(Booking) == 1
    assert db.session.scalar(sa.select(sa.func.count()).where(JournalEntry.event == "booking.confirmed")) == 1


def test_lots_are_used_by_soonest_expiry_and_cancelling_gives_them_back(lieu, partner):
    give_half_days(lieu.place, lieu.camille, 2, until="2027-01-08")
    give_half_days(lieu.place, lieu.camille, 10, until="2028-01-08")
    camille = partner(lieu.camille)
    whole = camille.book(lieu.pool, "2027-01-05 08:30", "2027-01-05 18:30")

    assert whole.json["covered_by"] == [{"source": "pass", "units": 2, "unit": "half_day", "cents": 0}]
    assert camille.get("/me").json["balances"] == {"half_days": 10, "minutes": 0, "cents": 0}
    gone = camille.delete(f"/bookings/{whole.json['id']}")
    assert gone.json == {"status": "cancelled", "refund": {"cents": 0, "half_days": 2, "minutes": 0}}
    assert camille.get("/me").json["balances"]["half_days"] == 12


def test_a_desk_is_free_to_cancel_until_six_the_day_before(lieu, partner, frozen):
    camille = partner(lieu.camille)
    first, second = (camille.book(lieu.pool, f"2027-01-{day} 08:30", f"2027-01-{day} 13:00").json["id"] for day in ("05", "06"))

    frozen("2027-01-04T17:59+01:00")
    assert camille.delete(f"/bookings/{first}").json == {"status": "cancelled", "refund": {"cents": 700, "half_days": 0, "minutes": 0}}
    frozen("2027-01-05T18:00+01:00")
    assert camille.delete(f"/bookings/{second}").json == {"status": "late_cancelled", "refund": {"cents": 0, "half_days": 0, "minutes": 0}}
    again = camille.delete(f"/bookings/{second}")
    assert (again.status_code, codes(again)) == (409, ["already_cancelled"])


def test_who_is_trusted_books_below_zero_down_to_the_limit_and_is_always_let_in(lieu, partner, frozen):
    with transaction():
        lieu.place.trust_units = 2
    give_half_days(lieu.place, lieu.camille, 1, until="2028-01-01")
    camille = partner(lieu.camille)

    made = [camille.book(lieu.pool, f"2027-01-0{day} 08:30", f"2027-01-0{day} 13:00") for day in (4, 5, 6, 7)]

    assert [answer.status_code for answer in made] == [201, 201, 201, 422] and codes(made[3]) == ["balance"]
    assert camille.get("/me").json["balances"]["half_days"] == -2
    frozen("2027-01-04T08:40+01:00")
    assert camille.post(f"/bookings/{made[0].json['id']}/check-in").json["status"] == "checked_in"


def test_the_manager_books_for_leo_at_half_price(lieu, partner):
    made = partner(lieu.max).book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00", for_member_id=lieu.leo.id)

    assert (made.json["member_id"], made.json["price_cents"]) == (lieu.leo.id, 350)
    line = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == "booking.confirmed")).one()
    assert (line.actor_id, line.member_id) == (lieu.max.id, lieu.leo.id)


def test_nine_hours_of_a_room_cost_its_cap(lieu, partner):
    assert partner(lieu.camille).book(lieu.room, "2027-01-05 09:00", "2027-01-05 18:00").json["price_cents"] == 6000


def test_a_preview_says_the_same_and_writes_nothing(lieu, partner):
    give_half_days(lieu.place, lieu.camille, 1)
    camille = partner(lieu.camille)
    wish = {"pool_code": "grande-salle", "start": "2027-01-05T08:30:00+01:00", "end": "2027-01-05T18:30:00+01:00"}

    seen = camille.post("/bookings/preview", **wish)

    assert (seen.json["ok"], seen.json["reasons"], seen.json["price_cents"]) == (True, [], 700)
    assert seen.json["covered_by"] == [
        {"source": "pass", "units": 1, "unit": "half_day", "cents": 0},
        {"source": "money", "units": 1, "unit": "half_day", "cents": 700},
    ]
    assert count(Booking) == 0
    assert camille.post("/bookings", **wish).json["covered_by"] == seen.json["covered_by"]


def test_every_reason_is_said_at_once(lieu, partner):
    partner(lieu.nora).book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00")

    no = partner(lieu.camille).book(lieu.room, "2027-01-05 10:10", "2027-01-05 10:20")

    assert set(codes(no)) == {"step", "too_short", "overlap"}
    assert no.status_code == 422
    assert all(reason["message"] and reason["next_step"] for reason in no.json["reasons"])


def test_a_half_day_that_runs_is_taken_for_its_remainder(lieu, partner, frozen):
    frozen("2027-01-05T10:20+01:00")

    whole = partner(lieu.camille).book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00")
    rest = partner(lieu.nora).book(lieu.pool, "2027-01-05 10:20", "2027-01-05 13:00")
    tomorrow = partner(lieu.leo).book(lieu.pool, "2027-01-06 10:20", "2027-01-06 13:00")

    assert (whole.json["start"], whole.json["half"], whole.json["price_cents"]) == ("2027-01-05T10:20:00+01:00", "morning", 700)
    assert rest.status_code == 201
    assert codes(tomorrow) == ["step"]


def test_nobody_arrives_after_the_delay(lieu, partner, frozen):
    camille = partner(lieu.camille)
    booking = camille.book(lieu.pool, "2027-01-05 08:30", "2027-01-05 13:00").json["id"]

    frozen("2027-01-05T07:00+01:00")
    assert codes(camille.ask("POST", f"/bookings/{booking}/check-in")) == ["too_early"]
    frozen("2027-01-05T09:14+01:00")
    assert camille.ask("POST", f"/bookings/{booking}/check-in").json == {"id": booking, "status": "checked_in"}


def test_an_outage_lists_what_it_cancels(lieu, partner):
    booking = partner(lieu.camille).book(lieu.room, "2027-01-05 10:00", "2027-01-05 11:00").json

    outage = partner(lieu.max).post(
        "/outages", resource_id=lieu.room.id, start="2027-01-05T00:00:00+01:00", end="2027-01-06T00:00:00+01:00", reason="Fuite d’eau"
    )

    assert outage.status_code == 201
    assert [(one["id"], one["status"]) for one in outage.json["affected"]] == [(booking["id"], "cancelled")]
    no = partner(lieu.nora).book(lieu.room, "2027-01-05 14:00", "2027-01-05 15:00")
    assert (no.status_code, codes(no)) == (409, ["out_of_service"])
