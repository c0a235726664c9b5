"""What is thrown at the interface: it answers 4xx, keeps nothing wrong, and never breaks."""

import time

import pytest

from app.booking.models import Booking
from app.core.db import db
from tests.api.partner import codes, count, wrong

GOOD = {"start": "2027-01-05T10:00:00+01:00", "end": "2027-01-05T11:00:00+01:00"}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2027-01-05T10:00:00", "naive_time"),
        ("2027-01-05 10:00", "naive_time"),
        ("2027-01-05", "not_a_time"),
        ("10:00", "not_a_time"),
        ("2027-01-05T25:00:00+01:00", "not_a_time"),
        ("2027-02-30T10:00:00+01:00", "not_a_time"),
        ("2027-01-05T10:00:60+01:00", "not_a_time"),
        ("2027-01-05T10:00:00+25:00", "not_a_time"),
        ("2027-W01-2T10:00:00Z", "not_a_time"),
        ("20270105T100000Z", "not_a_time"),
        ("٢٠٢٧-01-05T10:00:00Z", "not_a_time"),
        ("2027-01-05T10:00:00Z" + " " * 50, "not_a_time"),
        ("x" * 10_000, "not_a_time"),
        ("\ud800", "not_a_time"),
        ("", "not_a_time"),
        (1799136000, "not_a_time"),
        (1.5, "not_a_time"),
        (True, "not_a_time"),
        ([], "not_a_time"),
        ({}, "not_a_time"),
        (None, "null"),
    ],
)
def test_a_time_that_is_none_is_refused(lieu, partner, value, code):
    no = partner(lieu.camille).post("/bookings", **{"resource_id": lieu.room.id, **GOOD, "start": value})

    assert (no.status_code, wrong(no)) == (422, {"start": [code]})


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("0001-01-01T00:00:00+14:00", "0001-01-01T01:00:00+14:00"),
        ("9999-12-31T22:00:00-14:00", "9999-12-31T23:59:00-14:00"),
        ("1999-12-31T10:00:00+01:00", "1999-12-31T11:00:00+01:00"),
        ("2101-01-01T10:00:00+01:00", "2101-01-01T11:00:00+01:00"),
        ("2100-12-31T23:00:00Z", "2101-01-01T00:00:00Z"),
        ("2027-01-05T11:00:00+01:00", "2027-01-05T10:00:00+01:00"),
        ("2027-01-05T10:00:00+01:00", "2027-01-05T10:00:00+01:00"),
        ("2027-01-05T10:00:01+01:00", "2027-01-05T11:00:00+01:00"),
        ("2027-01-05T10:00:00.5+01:00", "2027-01-05T11:00:00+01:00"),
    ],
)
def test_an_interval_that_means_nothing_is_refused(lieu, partner, start, end):
    camille = partner(lieu.camille)
    for path, more in (("/bookings", {}), ("/series", {"rrule": "FREQ=DAILY;COUNT=2"})):
        no = camille.post(path, resource_id=lieu.room.id, start=start, end=end, **more)
        assert (no.status_code, codes(no)) == (422, ["bad_interval"]), path
    assert count(Booking) == 0


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "not_an_integer"),
        (False, "not_an_integer"),
        ("12", "not_an_integer"),
        (12.5, "not_an_integer"),
        (1e400, None),
        (-1, "out_of_range"),
        (0, "out_of_range"),
        (2**31, "out_of_range"),
        (2**63, "out_of_range"),
        (-(2**63), "out_of_range"),
        (10**100, "out_of_range"),
        (None, "null"),
        ([1], "not_an_integer"),
        ({"id": 1}, "not_an_integer"),
    ],
)
def test_a_number_that_is_none_is_refused(lieu, partner, value, code):
    no = partner(lieu.camille).post("/bookings", **{**GOOD, "resource_id": value})

    if code is None:
        assert (no.status_code, no.json["code"]) == (400, "malformed_json")
    else:
        assert (no.status_code, wrong(no)["resource_id"]) == (422, [code])


def test_a_whole_number_may_be_written_with_its_zero(lieu, partner):
    """282.0 is an integer for JSON Schema, so for our description too."""
    made = partner(lieu.camille).post("/bookings", **{**GOOD, "resource_id": float(lieu.room.id)})

    assert made.status_code == 201


def test_one_thing_and_only_one_is_named(lieu, partner):
    camille = partner(lieu.camille)

    assert wrong(camille.post("/bookings", **GOOD)) == {"resource_id": ["one_of_two"]}
    assert wrong(camille.post("/bookings", **GOOD, resource_id=1, pool_code="grande-salle")) == {"resource_id": ["one_of_two"]}
    unknown = camille.post("/bookings", **GOOD, pool_code="nowhere")
    assert (unknown.status_code, unknown.json["code"]) == (404, "unknown_pool")
    assert camille.post("/bookings", **GOOD, pool_code="R").status_code == 404
    assert camille.post("/bookings", **GOOD, resource_id=999_999).json["code"] == "unknown_resource"


def test_text_is_cleaned_as_it_enters(lieu, partner):
    note = "Bonjour\x00\x07\u202e\u2066 é e\u0301\ud800\r\nfin\u200b"

    made = partner(lieu.camille).post("/bookings", resource_id=lieu.room.id, **GOOD, note=note)

    assert (made.status_code, made.json["note"]) == (201, "Bonjour é é\nfin")
    assert db.session.get_one(Booking, made.json["id"]).note == "Bonjour é é\nfin"


def test_a_field_of_ten_kilobytes_is_refused(lieu, partner):
    camille = partner(lieu.camille)
    assert wrong(camille.post("/bookings", resource_id=lieu.room.id, **GOOD, note="x" * 501)) == {"note": ["too_long"]}
    assert camille.post("/bookings", resource_id=lieu.room.id, **GOOD, note="x" * 10_000).status_code == 422
    name = "k" * 10_000
    no = camille.post("/bookings", resource_id=lieu.room.id, **GOOD, **{name: 1})
    assert (no.status_code, [len(one) for one in wrong(no)], len(no.data) < 1000) == (422, [60], True)
    no = camille.post("/bookings", resource_id=lieu.room.id, **GOOD, **{"\u202e\x00\ud800<b>": 1})
    assert wrong(no) == {"<b>": ["unknown_field"]}


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=SECONDLY;COUNT=10",
        "FREQ=HOURLY;COUNT=10",
        "FREQ=YEARLY;COUNT=10",
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=100000",
        "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=DAILY;INTERVAL=0;COUNT=3",
        "FREQ=DAILY;INTERVAL=100000;COUNT=3",
        "FREQ=DAILY;UNTIL=20279999",
        "FREQ=DAILY;UNTIL=never",
        "FREQ=DAILY;UNTIL=99991231T235959Z;BYSETPOS=400",
        "FREQ=DAILY;BYSETPOS=2;COUNT=5",
        "FREQ=WEEKLY;BYDAY=,;COUNT=2",
        "FREQ=WEEKLY;BYDAY=XX;COUNT=2",
        "FREQ=WEEKLY;BYDAY=+;COUNT=2",
        "FREQ=MONTHLY;BYMONTHDAY=0;COUNT=2",
        "FREQ=MONTHLY;BYMONTHDAY=99;COUNT=2",
        "FREQ=MONTHLY;BYDAY=6MO;COUNT=2",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYSETPOS=5;COUNT=2",
        "FREQ=DAILY;COUNT=3;COUNT=3",
        "FREQ=DAILY;COUNT=3;X=1",
        "FREQ=DAILY;COUNT=3;BYHOUR=1,2,3,4,5,6,7,8",
        "FREQ=DAILY;COUNT=3\nDTSTART:20270101T000000",
        "DTSTART:20270101T000000\nRRULE:FREQ=DAILY;COUNT=3",
        "RRULE:RRULE:FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;;COUNT=3",
        "=;=",
        ";",
        "rien",
        "\u202e\x00",
    ],
)
def test_a_recurrence_that_is_a_bomb_or_nothing_is_refused_at_once(lieu, partner, rrule):
    started = time.process_time()

    no = partner(lieu.camille).post("/series", resource_id=lieu.room.id, **GOOD, rrule=rrule, skip_conflicts=True)

    assert no.status_code in (409, 422), no.json
    assert time.process_time() - started < 2
    assert count(Booking) == 0


def test_the_longest_series_is_bounded(lieu, partner):
    camille = partner(lieu.camille)

    made = camille.post("/series", resource_id=lieu.room.id, **GOOD, rrule="FREQ=DAILY;COUNT=366", skip_conflicts=True)

    assert made.status_code == 201
    assert len(made.json["occurrences"]) == 366
    assert {one["status"] for one in made.json["occurrences"]} == {"booked", "skipped", "refused"}
    assert camille.post("/series", resource_id=lieu.room.id, **GOOD, rrule="FREQ=DAILY;COUNT=367").status_code == 422


@pytest.mark.parametrize(
    ("exdates", "field", "code"),
    [
        ("2027-01-05", "exdates", "not_a_list"),
        (["x"], "exdates.0", "not_a_time"),
        (["2027-13-01"], "exdates.0", "not_a_day"),
        (["2027-01-05T10:00:00"], "exdates.0", "naive_time"),
        ([None], "exdates.0", "null"),
        (["2027-01-05"] * 367, "exdates", "out_of_range"),
    ],
)
def test_dates_left_out_are_dates(lieu, partner, exdates, field, code):
    no = partner(lieu.camille).post("/series", resource_id=lieu.room.id, **GOOD, rrule="FREQ=DAILY;COUNT=2", exdates=exdates)

    assert (no.status_code, wrong(no)) == (422, {field: [code]})


@pytest.mark.parametrize("value", [0, 1, "true", "false", None, []])
def test_true_is_true_and_nothing_else(lieu, partner, value):
    no = partner(lieu.camille).post("/series", resource_id=lieu.room.id, **GOOD, rrule="FREQ=DAILY;COUNT=2", skip_conflicts=value)

    assert (no.status_code, list(wrong(no))) == (422, ["skip_conflicts"])


def test_an_outage_goes_forward_and_does_not_undo_the_past(lieu, partner, frozen):
    boss = partner(lieu.max)
    past = boss.book(lieu.room, "2026-12-02 10:00", "2026-12-02 11:00").json["id"]
    frozen("2026-12-02T12:00+01:00")

    backwards = boss.post("/outages", resource_id=lieu.room.id, start=GOOD["end"], end=GOOD["start"], reason="Fuite")
    over = boss.post(
        "/outages", resource_id=lieu.room.id, start="2026-12-01T10:00:00+01:00", end="2026-12-02T10:00:00+01:00", reason="Fuite"
    )
    since_yesterday = boss.post("/outages", resource_id=lieu.room.id, start="2026-12-01T10:00:00+01:00", reason="Fuite")

    assert (codes(backwards), codes(over)) == (["bad_interval"], ["bad_interval"])
    assert (since_yesterday.status_code, since_yesterday.json["affected"], since_yesterday.json["end"]) == (201, [], None)
    assert since_yesterday.json["start"] == "2026-12-02T12:00:00+01:00"
    assert db.session.get_one(Booking, past).status == "confirmed"
