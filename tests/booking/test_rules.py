"""The pure rules of the engine, as truth tables."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booking.rules import KIND_DEFAULTS, Rules, free_until, half_of, reasons_typed, reasons_when, wall_starts
from app.core.period import Period, at, day_period, exists, is_ambiguous, merged, without
from app.core.refusals import Refused
from tests.factories import between, paris

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2027, 1, 4, 9, 0)  # noqa: DTZ001 — a wall clock


def codes(period: Period, rules: Rules, now: str, *, is_staff: bool = False) -> list[str]:
    return [reason.code for reason in reasons_when(period, rules=rules, now=paris(now), zone=PARIS, is_staff=is_staff)]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("10:00", "11:00", []),
        ("10:05", "11:00", ["step"]),
        ("10:00", "11:07", ["step"]),
        ("10:00", "10:15", ["too_short"]),
        ("10:00", "14:15", ["too_long"]),
        ("10:00", "10:10", ["step", "too_short"]),
        ("11:00", "10:00", ["bad_interval"]),
        ("10:00", "10:00", ["bad_interval"]),
    ],
)
def test_length_and_step(start, end, expected):
    rules = Rules(step=15, min_minutes=30, max_minutes=240)
    assert codes(between("2027-01-05", start, end), rules, "2027-01-04 08:00") == expected


def test_the_past_is_said_as_such_and_the_running_minute_is_not_past():
    rules = Rules(step=1, min_minutes=1)
    assert codes(between("2027-01-05", "09:59", "11:00"), rules, "2027-01-05 10:00") == ["notice"]
    assert codes(between("2027-01-05", "10:00", "11:00"), rules, "2027-01-05 10:00") == []


@pytest.mark.parametrize("year", [1, 1999, 2101, 9998])
def test_years_out_of_reach_are_a_bad_interval(year):
    start = datetime(year, 6, 1, 10, tzinfo=ZoneInfo("UTC"))
    assert codes(Period(start, start + timedelta(hours=1)), Rules(), "2027-01-05 10:00") == ["bad_interval"]


def test_layers_win_in_order_and_a_delay_in_hours_replaces_an_evening_limit():
    rules = Rules.layered(KIND_DEFAULTS["desk"], {"no_show_after": 60}, {"free_hours": 12, "unknown": 1})
    assert (rules.no_show_after, rules.free_until, rules.free_hours, rules.sold_by) == (60, None, 12, "half_day")


def test_free_until_excludes_six_and_includes_24_hours():
    period = between("2027-01-05", "10:00", "11:00")
    evening = free_until(period, rules=Rules(free_until=1080, free_hours=None), zone=PARIS)
    hours = free_until(period, rules=Rules(free_hours=24), zone=PARIS)
    assert evening == paris("2027-01-04 18:00")
    assert paris("2027-01-04 10:00") < hours < paris("2027-01-04 10:01")


def test_typed_hours_that_do_not_exist_or_exist_twice():
    missing, twice = datetime(2027, 3, 28, 2, 30), datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001
    assert [reason.code for reason in reasons_typed(missing, PARIS, says_which=False)] == ["nonexistent_time"]
    assert [reason.code for reason in reasons_typed(twice, PARIS, says_which=False)] == ["ambiguous_time"]
    assert list(reasons_typed(twice, PARIS, says_which=True)) == []
    assert not exists(missing, PARIS)
    assert is_ambiguous(twice, PARIS)


def test_a_half_day_is_known_by_its_end_and_its_remainder_too():
    spans = {"morning": between("2027-01-05", "08:30", "13:00"), "afternoon": between("2027-01-05", "13:00", "18:30")}
    spans["day"] = between("2027-01-05", "08:30", "18:30")
    assert half_of(between("2027-01-05", "08:30", "13:00"), spans) == "morning"
    assert half_of(between("2027-01-05", "10:00", "13:00"), spans) == "morning"
    assert half_of(between("2027-01-05", "13:00", "18:30"), spans) == "afternoon"
    assert half_of(between("2027-01-05", "08:30", "18:30"), spans) == "day"
    assert half_of(between("2027-01-05", "09:00", "12:00"), spans) is None


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3", ["2027-01-04", "2027-01-07", "2027-01-11"]),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270118", ["2027-01-04", "2027-01-18"]),
        ("FREQ=DAILY;UNTIL=20270105T080000Z", ["2027-01-04", "2027-01-05"]),  # 09:00 in Paris, included
        ("FREQ=DAILY;UNTIL=20270105T075959Z", ["2027-01-04"]),
        ("FREQ=DAILY;UNTIL=20270106T085959", ["2027-01-04", "2027-01-05"]),  # on the lieu's wall clock
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", ["2027-01-04", "2027-02-01", "2027-03-01"]),
        ("RRULE:FREQ=DAILY;COUNT=2", ["2027-01-04", "2027-01-05"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", ["2027-01-31", "2027-03-31", "2027-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["2027-01-31", "2027-02-28", "2027-03-31"]),
    ],
)
def test_plain_repetitions_are_understood(rule, days):
    assert [start.date().isoformat() for start in wall_starts(rule, MONDAY, zone=PARIS)] == days


def test_left_out_dates_are_left_out():
    assert [start.day for start in wall_starts("FREQ=DAILY;COUNT=3", MONDAY, zone=PARIS, exdates=[date(2027, 1, 5)])] == [4, 6]


@pytest.mark.parametrize(
    "bomb",
    [
        "",
        "FREQ=SECONDLY;COUNT=5",
        "FREQ=MINUTELY;UNTIL=20280101",
        "FREQ=HOURLY;COUNT=10",
        "FREQ=YEARLY;COUNT=2",
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=100000",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;INTERVAL=0;COUNT=3",
        "FREQ=DAILY;INTERVAL=9999999999;COUNT=3",
        "FREQ=DAILY;COUNT=3;COUNT=4",
        "FREQ=DAILY;COUNT=3;BYSECOND=1",
        "FREQ=DAILY;COUNT=3;X-EVIL=1",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20270301TODAY",
        "FREQ=DAILY;COUNT=3;UNTIL=20270301",
        "FREQ=DAILY;UNTIL=99999999",
        "FREQ=WEEKLY;BYDAY=XX;COUNT=3",
        "FREQ=MONTHLY;BYMONTHDAY=99;COUNT=3",
        "FREQ=DAILY;COUNT=3\nDTSTART:20200101T000000Z",
        "FREQ=DAILY;COUNT=" + "9" * 400,
        "FREQ=DAILY;COUNT=3;" * 50,
        "DTSTART:20270101T000000\nRRULE:FREQ=DAILY;COUNT=3",
    ],
)
def test_what_is_no_plain_repetition_is_refused_at_once(bomb):
    with pytest.raises(Refused) as no:
        wall_starts(bomb, MONDAY, zone=PARIS)
    assert no.value.codes == ["bad_interval"]


def test_a_rule_that_never_falls_is_an_empty_list_and_no_endless_search():
    assert wall_starts("FREQ=MONTHLY;BYMONTHDAY=31;BYSETPOS=5;COUNT=3", MONDAY, zone=PARIS) == []


minutes = st.integers(min_value=0, max_value=3 * 24 * 60)


@given(whole=st.tuples(minutes, minutes), taken=st.lists(st.tuples(minutes, minutes), max_size=6))
def test_what_is_left_and_what_is_taken_make_the_whole(whole, taken):
    base = paris("2027-03-27 00:00")  # over the night when clocks go forward

    def period(pair: tuple[int, int]) -> Period:
        first, last = sorted(pair)
        return Period(base + timedelta(minutes=first), base + timedelta(minutes=last + 1))

    all_of_it, busy = period(whole), [period(pair) for pair in taken]
    free = without(all_of_it, busy)
    assert all(not one.overlaps(other) for one in free for other in busy)
    inside = [
        Period(max(one.starts_at, all_of_it.starts_at), min(one.ends_at, all_of_it.ends_at)) for one in busy if one.overlaps(all_of_it)
    ]
    assert merged([*free, *inside]) == [all_of_it]


def test_days_are_as_long_as_they_are():
    assert [day_period(date.fromisoformat(day), PARIS).minutes for day in ("2027-03-28", "2027-03-29", "2026-10-25")] == [1380, 1440, 1500]
    assert at(date(2027, 3, 28), 150, PARIS) == datetime(2027, 3, 28, 1, 30, tzinfo=ZoneInfo("UTC"))
