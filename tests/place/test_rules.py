"""When the lieu is open, as tables: halves, hours, public holidays, closures, the nights when clocks change."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.period import Period, at
from app.place.queries import PublicHolidays
from app.place.rules import (
    Calendar,
    Closed,
    ClosedDays,
    ClosedForAll,
    ClosedForAllThatDay,
    Holiday,
    OutsideBothSpans,
    OutsideHours,
    reasons_closed,
)

PARIS = ZoneInfo("Europe/Paris")
WEEKDAYS = {day: [(510, 1110)] for day in range(5)}
BOITRON = Calendar(
    zone=PARIS,
    weekly=WEEKDAYS | {3: [(510, 1260)], 5: [(540, 750)]},  # Thursday evening, Saturday morning
    exceptions={
        date(2026, 12, 15): [(600, 720)],
        date(2026, 12, 16): [],
        date(2027, 5, 1): [(540, 1080)],
        date(2026, 12, 20): [(600, 960)],
    },
    holidays=PublicHolidays("FR", ""),
    closures=[
        ClosedDays(date(2026, 12, 24), date(2027, 1, 3), "Fermeture d’hiver"),
        ClosedDays(date(2027, 2, 9), date(2027, 2, 9), "Fibre"),
    ],
)
WITH_LUNCH = Calendar(zone=PARIS, weekly={day: [(510, 750), (840, 1080)] for day in range(5)}, morning=(510, 750), afternoon=(840, 1080))
ROUND_THE_CLOCK = Calendar(zone=PARIS, weekly={day: [(0, 1440)] for day in range(7)})


def period(text: str, end: str) -> Period:
    """« 2026-12-08 09:00 », « 10:00 » (same day) or « 2026-12-09 10:00 »."""
    first = datetime.fromisoformat(text).replace(tzinfo=PARIS)
    last = datetime.fromisoformat(end if " " in end else f"{text[:10]} {end}").replace(tzinfo=PARIS)
    return Period(first, last)


def said(calendar, asked, *, badge=False, night=False, **more):
    return [type(reason) for reason in reasons_closed(calendar, asked, badge=badge, night=night, **more)]


# ---------------------------------------------------------------- half-days

TUESDAY, THURSDAY, SATURDAY, SUNDAY = "2026-12-08", "2026-12-10", "2026-12-12", "2026-12-13"
ASSUMPTION = "2027-08-15"  # a Sunday; All Saints' Day 2027 is a Monday


@pytest.mark.parametrize(
    ("day", "half", "badge", "hours"),
    [
        (TUESDAY, "morning", False, "08:30-13:00"),
        (TUESDAY, "afternoon", False, "13:00-18:30"),
        (TUESDAY, "day", False, "08:30-18:30"),
        (THURSDAY, "afternoon", False, "13:00-18:30"),  # open until 21:00, an afternoon is an afternoon
        (SATURDAY, "morning", False, "09:00-12:30"),
        (SATURDAY, "morning", True, "09:00-12:30"),
        (SATURDAY, "afternoon", False, None),
        (SATURDAY, "afternoon", True, "13:00-18:30"),
        (SATURDAY, "day", False, None),
        (SATURDAY, "day", True, "09:00-18:30"),
        (SUNDAY, "morning", False, None),
        (SUNDAY, "morning", True, "08:30-13:00"),
        ("2027-11-01", "morning", False, None),
        ("2027-11-01", "day", True, "08:30-18:30"),
        ("2026-12-15", "morning", False, "10:00-12:00"),  # announced for that day
        ("2026-12-15", "afternoon", False, None),
        ("2026-12-20", "day", False, "10:00-16:00"),  # a Sunday opened once
        ("2026-12-16", "morning", False, None),
    ],
)
def test_a_half_day_is_clipped_to_the_hours_of_its_day(day, half, badge, hours):
    found = BOITRON.half_period(date.fromisoformat(day), half, badge=badge)
    assert (None if found is None else "-".join(f"{moment:%H:%M}" for moment in found.local(PARIS))) == hours


@pytest.mark.parametrize(("half", "hours"), [("morning", "08:30-12:30"), ("afternoon", "14:00-18:00"), ("day", "08:30-18:00")])
def test_a_lieu_that_shuts_for_lunch_has_two_halves_and_a_day(half, hours):
    found = WITH_LUNCH.half_period(date(2026, 12, 8), half)
    assert "-".join(f"{moment:%H:%M}" for moment in found.local(PARIS)) == hours


def test_a_desk_is_kept_while_the_lieu_shuts_for_lunch_but_a_room_is_not_open_then():
    whole_day = period("2026-12-08 08:30", "18:00")
    assert said(WITH_LUNCH, whole_day, through_pauses=True) == []
    assert said(WITH_LUNCH, whole_day) == [OutsideBothSpans]
    assert said(WITH_LUNCH, period("2026-12-08 08:00", "18:00"), through_pauses=True) == [OutsideBothSpans]


@pytest.mark.parametrize(
    ("day", "utc"),
    [(date(2027, 3, 27), "07:30"), (date(2027, 3, 28), "06:30"), (date(2026, 10, 24), "06:30"), (date(2026, 10, 25), "07:30")],
)
def test_a_morning_starts_at_half_past_eight_on_the_wall_whatever_the_season(day, utc):
    found = BOITRON.half_period(day, "morning", badge=True)
    assert f"{found.starts_at:%H:%M}" == utc or day.weekday() == 5  # Saturday opens at nine
    assert f"{found.local(PARIS)[0]:%H:%M}" == ("09:00" if day.weekday() == 5 else "08:30")


# ---------------------------------------------------------------- hours


@pytest.mark.parametrize(
    ("start", "end", "reasons"),
    [
        ("2026-12-08 08:30", "18:30", []),
        ("2026-12-08 08:29", "10:00", [OutsideHours]),
        ("2026-12-08 18:00", "18:31", [OutsideHours]),
        ("2026-12-10 18:30", "21:00", []),
        ("2026-12-12 09:00", "12:30", []),
        ("2026-12-12 12:00", "13:00", [OutsideHours]),
        ("2026-12-13 10:00", "11:00", [Closed]),
        ("2026-12-14 22:00", "2026-12-15 11:00", [OutsideHours]),  # over midnight
        ("2026-12-15 10:00", "12:00", []),
        ("2026-12-15 09:00", "11:00", [OutsideHours]),
        ("2026-12-16 10:00", "11:00", [Closed]),
        ("2026-12-20 10:00", "16:00", []),
        ("2027-05-01 09:00", "12:00", []),  # a public holiday opened on purpose
        ("2027-05-01 08:00", "12:00", [OutsideHours]),
        ("2027-03-29 10:00", "11:00", [Holiday]),
        ("2027-05-06 10:00", "11:00", [Holiday]),
        ("2027-05-17 10:00", "11:00", [Holiday]),
        ("2026-12-24 10:00", "11:00", [ClosedForAll]),
        ("2026-12-25 10:00", "11:00", [ClosedForAll]),  # the closure is said, not Christmas
        ("2026-12-23 18:00", "2026-12-24 09:00", [OutsideHours, ClosedForAll]),
        ("2027-02-09 10:00", "11:00", [ClosedForAllThatDay]),
        ("2027-05-14 18:00", "2027-05-18 09:00", [OutsideHours, Closed, Holiday]),  # every reason, each once
    ],
)
def test_every_moment_must_be_open(start, end, reasons):
    assert said(BOITRON, period(start, end)) == reasons


def test_the_reason_says_the_real_hours_of_that_day():
    (reason,) = reasons_closed(BOITRON, period("2026-12-12 12:00", "13:00"), badge=False, night=False)
    assert [f"{reason.words[name]:%d %H:%M}" for name in ("opens", "closes")] == ["12 09:00", "12 12:30"]


@pytest.mark.parametrize(("start", "words"), [("12:00", "08:30 12:30 14:00 18:00"), ("13:00", "08:30 12:30 14:00 18:00")])
def test_a_day_in_two_parts_says_both(start, words):
    (reason,) = reasons_closed(WITH_LUNCH, period(f"2026-12-08 {start}", "14:30"), badge=False, night=False)
    assert " ".join(f"{reason.words[name]:%H:%M}" for name in ("opens", "pauses", "reopens", "closes")) == words


def test_a_day_in_three_parts_says_the_two_around_what_was_asked():
    calendar = Calendar(zone=PARIS, weekly={1: [(480, 600), (720, 840), (960, 1080)]})
    for start, end, words in (
        ("15:00", "15:30", "12:00 14:00 16:00 18:00"),
        ("10:00", "11:00", "08:00 10:00 12:00 14:00"),
        ("18:00", "19:00", "12:00 14:00 16:00 18:00"),
    ):
        (reason,) = reasons_closed(calendar, period(f"2026-12-08 {start}", end), badge=False, night=False)
        assert " ".join(f"{reason.words[name]:%H:%M}" for name in ("opens", "pauses", "reopens", "closes")) == words


def test_the_name_of_the_holiday_and_of_the_closure_are_said():
    (holiday,) = reasons_closed(BOITRON, period("2027-03-29 10:00", "11:00"), badge=False, night=False)
    (closure,) = reasons_closed(BOITRON, period("2026-12-28 10:00", "11:00"), badge=True, night=True)
    assert holiday.words["name"] == "Lundi de Pâques"
    assert (closure.words["label"], closure.words["first"], closure.words["last"]) == (
        "Fermeture d’hiver",
        date(2026, 12, 24),
        date(2027, 1, 3),
    )


@pytest.mark.parametrize(
    ("badge", "night", "open_then"), [(False, False, False), (True, False, False), (False, True, False), (True, True, True)]
)
@pytest.mark.parametrize("start", ["2026-12-08 23:00", "2026-12-13 23:00", "2027-03-29 02:00", "2026-12-16 10:00"])
def test_at_night_on_sundays_and_holidays_it_takes_a_badge_and_a_thing_that_runs_then(start, badge, night, open_then):
    asked = period(start, start[:11] + "23:30" if "23" in start[11:] else start[:11] + "11:00")
    assert (said(BOITRON, asked, badge=badge, night=night) == []) is open_then


def test_a_thing_may_have_hours_of_its_own():
    evenings = {"1": [[1080, 1320]]}
    assert said(BOITRON, period("2026-12-08 19:00", "22:00"), hours=evenings) == []
    assert said(BOITRON, period("2026-12-08 10:00", "11:00"), hours=evenings) == [OutsideHours]
    assert said(BOITRON, period("2026-12-09 19:00", "20:00"), hours=evenings) == [Closed]
    assert said(BOITRON, period("2027-11-01 19:00", "20:00"), hours={"0": [[0, 1440]]}) == [Holiday]
    assert said(BOITRON, period("2026-12-29 19:00", "20:00"), hours=evenings) == [ClosedForAll]


def test_a_lieu_that_never_closes_is_open_over_midnight_and_for_days():
    assert said(ROUND_THE_CLOCK, period("2026-12-08 22:00", "2026-12-12 03:00")) == []
    for night in ("2026-10-24 23:00", "2027-03-27 23:00"):  # the clocks change in the middle
        ends = (datetime.fromisoformat(night) + timedelta(hours=9)).isoformat(sep=" ", timespec="minutes")
        assert said(ROUND_THE_CLOCK, period(night, ends)) == []


def test_on_the_night_clocks_change_hours_are_those_of_the_wall():
    calendar = Calendar(zone=PARIS, weekly={6: [(60, 240)]})  # Sunday 01:00-04:00
    spring, autumn = date(2027, 3, 28), date(2026, 10, 25)
    assert [one.minutes for one in calendar.open_periods(spring)] == [120]
    assert [one.minutes for one in calendar.open_periods(autumn)] == [240]
    assert said(calendar, Period(at(autumn, 60, PARIS), at(autumn, 240, PARIS))) == []
    assert said(calendar, Period(at(spring, 60, PARIS), at(spring, 241, PARIS))) == [OutsideHours]


def test_a_period_of_a_century_is_answered_at_once():
    asked = period("2026-12-08 09:00", "2099-12-31 10:00")
    assert set(said(BOITRON, asked)) == {OutsideHours, Closed, Holiday, ClosedForAll, ClosedForAllThatDay}


@settings(max_examples=200, deadline=None)
@given(
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    start=st.integers(0, 1439),
    minutes=st.integers(1, 3 * 1440),
)
def test_open_is_what_a_clock_on_the_wall_would_say(day, start, minutes):
    """The rule, against the slow way: look at each quarter of an hour."""
    begins = at(day, start, PARIS)
    asked = Period(begins, begins + timedelta(minutes=minutes))

    def is_open(moment: datetime) -> bool:
        wall = moment.astimezone(PARIS)
        here = wall.hour * 60 + wall.minute
        return BOITRON.closure_on(wall.date()) is None and any(opens <= here < closes for opens, closes in BOITRON.spans(wall.date()))

    steps = [begins + timedelta(minutes=step) for step in range(0, minutes, 7)] + [asked.ends_at - timedelta(seconds=1)]
    is_refused = said(BOITRON, asked) != []
    if not all(is_open(moment) for moment in steps):
        assert is_refused
    elif is_refused:  # the slow way is coarse: a closed minute must be somewhere between two of its looks
        assert not all(is_open(begins + timedelta(minutes=step)) for step in range(minutes))


# ---------------------------------------------------------------- public holidays


@pytest.mark.parametrize(
    ("subdivision", "day", "name"),
    [
        ("", "2027-01-01", "Jour de l’an"),
        ("", "2027-03-29", "Lundi de Pâques"),
        ("", "2026-04-06", "Lundi de Pâques"),
        ("", "2028-04-17", "Lundi de Pâques"),
        ("", "2027-05-06", "Ascension"),
        ("", "2027-05-17", "Lundi de Pentecôte"),
        ("", "2027-07-14", "Fête nationale"),
        ("", "2027-03-26", None),
        ("", "2027-12-26", None),
        ("6AE", "2027-03-26", "Vendredi saint"),
        ("57", "2027-03-26", "Vendredi saint"),
        ("6AE", "2027-12-26", "Saint-Étienne"),
        ("57", "2027-12-26", "Saint-Étienne"),
        ("57", "2027-03-29", "Lundi de Pâques"),
        ("", "2027-12-24", None),
    ],
)
def test_the_public_holidays_of_france_of_alsace_and_of_moselle(subdivision, day, name):
    assert PublicHolidays("FR", subdivision).get(date.fromisoformat(day)) == name


@pytest.mark.parametrize(("subdivision", "count"), [("", 11), ("6AE", 13), ("57", 13)])
def test_a_year_has_eleven_public_holidays_and_thirteen_in_the_east(subdivision, count):
    assert [len(PublicHolidays("FR", subdivision).of_year(year)) for year in (2026, 2027, 2028)] == [count] * 3
