"""How days, hours and money are written: two languages, side by side."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.core.period import Period
from app.web.typography import FILTERS, WORDS

PARIS = ZoneInfo("Europe/Paris")
FRENCH, ENGLISH = WORDS["fr"], WORDS["en"]
TUESDAY = date(2026, 12, 8)


def at(hour, minute=0, day=8):
    return datetime(2026, 12, day, hour, minute, tzinfo=PARIS)


def spaced(text):
    """No-break spaces are written `_` and `-` here, so that they can be seen."""
    return text.replace("\u00a0", "_").replace("\u202f", "-").replace("\u2212", "minus ")


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (TUESDAY, "mardi 8_décembre", "Tuesday 8_December"),
        (date(2027, 1, 1), "vendredi 1er_janvier", "Friday 1_January"),
        (date(2027, 2, 28), "dimanche 28_février", "Sunday 28_February"),
        (datetime(2026, 12, 8, 23, 30, tzinfo=UTC), "mercredi 9_décembre", "Wednesday 9_December"),
    ],
)
def test_a_day(value, french, english):
    assert (spaced(FRENCH.day(value, PARIS)), spaced(ENGLISH.day(value, PARIS))) == (french, english)


@pytest.mark.parametrize(
    ("write", "french", "english"),
    [
        (lambda say: say.day(TUESDAY, year=True), "mardi 8_décembre 2026", "Tuesday 8_December 2026"),
        (lambda say: say.day(TUESDAY, month=False), "mardi_8", "Tuesday_8"),
        (lambda say: say.day_short(TUESDAY), "mar._8", "Tue_8"),
        (lambda say: say.day_short(date(2026, 9, 1), month=True), "mar._1er_sept.", "Tue_1_Sep"),
        (lambda say: say.date_long(date(2026, 12, 1)), "1er_décembre 2026", "1_December 2026"),
        (lambda say: say.month(TUESDAY), "décembre 2026", "December 2026"),
        (lambda say: say.of_month(TUESDAY), "de décembre", "December"),
        (lambda say: say.of_month(date(2027, 4, 13), year=True), "d’avril 2027", "April 2027"),
        (lambda say: say.of_month(date(2027, 8, 13)), "d’août", "August"),
        (lambda say: say.weekday(TUESDAY), "mardi", "Tuesday"),
        (lambda say: say.day_near(TUESDAY, TUESDAY), "aujourd’hui, mardi 8_décembre", "today, Tuesday 8_December"),
        (lambda say: say.day_near(date(2026, 12, 9), TUESDAY, month=False), "demain, mercredi_9", "tomorrow, Wednesday_9"),
        (lambda say: say.day_near(date(2026, 12, 7), TUESDAY, month=False), "hier, lundi_7", "yesterday, Monday_7"),
        (lambda say: say.day_near(date(2026, 12, 10), TUESDAY), "jeudi 10_décembre", "Thursday 10_December"),
        (
            lambda say: say.days_range(date(2026, 12, 7), date(2026, 12, 13)),
            "du lundi_7 au dimanche 13_décembre",
            "Monday 7_December to Sunday 13_December",
        ),
        (
            lambda say: say.days_range(date(2026, 11, 30), date(2026, 12, 6)),
            "du lundi 30_novembre au dimanche 6_décembre",
            "Monday 30_November to Sunday 6_December",
        ),
        (
            lambda say: say.days_range(date(2026, 12, 28), date(2027, 1, 3)),
            "du lundi 28_décembre 2026 au dimanche 3_janvier 2027",
            "Monday 28_December 2026 to Sunday 3_January 2027",
        ),
        (lambda say: say.days_range(TUESDAY, TUESDAY), "le mardi 8_décembre", "Tuesday 8_December"),
    ],
)
def test_days_in_other_shapes(write, french, english):
    assert (spaced(write(FRENCH)), spaced(write(ENGLISH))) == (french, english)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (at(14, 30), "14_h_30", "2:30_pm"),
        (at(9), "9_h", "9_am"),
        (at(9, 5), "9_h_05", "9:05_am"),
        (at(12), "12_h", "12_pm"),
        (at(12, 15), "12_h_15", "12:15_pm"),
        (at(0), "0_h", "12_am"),
        (time(8, 30), "8_h_30", "8:30_am"),
        (datetime(2026, 12, 8, 13, 30, tzinfo=UTC), "14_h_30", "2:30_pm"),
        (datetime(2026, 7, 8, 13, 30, tzinfo=UTC), "15_h_30", "3:30_pm"),
    ],
)
def test_an_hour(value, french, english):
    assert (spaced(FRENCH.hour(value, PARIS)), spaced(ENGLISH.hour(value, PARIS))) == (french, english)


@pytest.mark.parametrize(
    ("write", "french", "english"),
    [
        (lambda say: say.hours_range(at(9), at(12, 30)), "9_h – 12_h_30", "9_am – 12:30_pm"),
        (lambda say: say.hours_range(Period(at(9), at(12, 30)), PARIS), "9_h – 12_h_30", "9_am – 12:30_pm"),
        (lambda say: say.hours_range(at(18), at(0, day=9)), "18_h – 24_h", "6_pm – midnight"),
        (lambda say: say.hours_range(time(8, 30), time(18, 30)), "8_h_30 – 18_h_30", "8:30_am – 6:30_pm"),
        (lambda say: say.from_to(at(14), at(15, 30)), "de 14_h à 15_h_30", "from 2_pm to 3:30_pm"),
        (lambda say: say.moment(at(14, 30)), "mardi 8_décembre à 14_h_30", "Tuesday 8_December at 2:30_pm"),
        (lambda say: say.span(at(9), at(12, 30)), "mardi 8_décembre, de 9_h à 12_h_30", "Tuesday 8_December, from 9_am to 12:30_pm"),
        (lambda say: say.span(at(18), at(0, day=9)), "mardi 8_décembre, de 18_h à 24_h", "Tuesday 8_December, from 6_pm to midnight"),
        (
            lambda say: say.span(Period(at(18), at(9, day=9)), PARIS),
            "du mardi 8_décembre, 18_h, au mercredi 9_décembre, 9_h",
            "from Tuesday 8_December, 6_pm, to Wednesday 9_December, 9_am",
        ),
    ],
)
def test_two_ends_of_a_time(write, french, english):
    assert (spaced(write(FRENCH)), spaced(write(ENGLISH))) == (french, english)


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (1800, "18,00_€", "€18.00"),
        (0, "0,00_€", "€0.00"),
        (5, "0,05_€", "€0.05"),
        (123450, "1-234,50_€", "€1,234.50"),
        (123456789, "1-234-567,89_€", "€1,234,567.89"),
        (-3600, "minus 36,00_€", "minus €36.00"),
    ],
)
def test_an_amount(cents, french, english):
    assert (spaced(FRENCH.money(cents)), spaced(ENGLISH.money(cents))) == (french, english)


def test_an_amount_with_its_sign():
    assert [spaced(FRENCH.money(cents, sign=True)) for cents in (800, 0, -800)] == ["+8,00_€", "0,00_€", "minus 8,00_€"]


@pytest.mark.parametrize(
    ("milli", "unit", "french", "english"),
    [
        (3500, "dm²", "3,5_dm²", "3.5_dm²"),
        (6_000_000, "g", "6-000_g", "6,000_g"),
        (2000, "", "2", "2"),
        (1, "kg", "0,001_kg", "0.001_kg"),
        (0, "g", "0_g", "0_g"),
    ],
)
def test_so_much_of_a_unit_that_the_lieu_named(milli, unit, french, english):
    assert (spaced(FRENCH.quantity(milli, unit)), spaced(ENGLISH.quantity(milli, unit))) == (french, english)


@pytest.mark.parametrize(
    ("minutes", "short", "exact"),
    [
        (90, "1_h_30", "1_h_30"),
        (45, "45_min", "0_h_45"),
        (60, "1_h", "1_h_00"),
        (65, "1_h_05", "1_h_05"),
        (0, "0_min", "0_h_00"),
        (26670, "444_h_30", "444_h_30"),
        (-90, "minus 1_h_30", "minus 1_h_30"),
    ],
)
def test_a_duration_is_short_enough_for_a_box_of_the_week_in_both_languages(minutes, short, exact):
    assert (spaced(FRENCH.minutes(minutes)), spaced(ENGLISH.minutes(minutes))) == (short, short)
    assert spaced(FRENCH.hours_exact(minutes)) == exact


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [(0, "0_place", "0_places"), (1, "1_place", "1_place"), (2, "2_places", "2_places"), (1000, "1-000_places", "1,000_places")],
)
def test_plural_begins_where_the_language_says(count, french, english):
    assert spaced(FRENCH.plural(count, "place", "places")) == french
    assert spaced(ENGLISH.plural(count, "place", "places")) == english


def test_a_plural_sentence_says_its_number_where_it_wants():
    assert FRENCH.plural(1, "Une chose à corriger", "{n} choses à corriger") == "Une chose à corriger"
    assert FRENCH.plural(3, "Une chose à corriger", "{n} choses à corriger") == "3 choses à corriger"


def test_numbers_and_lists():
    assert spaced(FRENCH.number(1234)) == "1-234"
    assert FRENCH.number(Decimal("50.85"), 1) == "50,9"
    assert ENGLISH.number(Decimal("1234.5"), 1) == "1,234.5"
    assert spaced(FRENCH.percent(Decimal("50.8"), 1)) == "50,8_%"
    assert ENGLISH.percent(50) == "50%"
    assert FRENCH.listed(["A1", "A2", "A3"]) == "A1, A2 et A3"
    assert ENGLISH.listed(["A1", "A2"]) == "A1 and A2"
    assert FRENCH.listed(["A1"]) == "A1"
    assert FRENCH.listed([]) == ""


def test_an_instant_without_its_zone_is_a_mistake_not_a_guess():
    with pytest.raises(ValueError, match="zone"):
        FRENCH.hour(datetime(2026, 12, 8, 13, 30, tzinfo=UTC))
    with pytest.raises(ValueError, match="naive"):
        FRENCH.day(datetime(2026, 12, 8, 13, 30), PARIS)  # noqa: DTZ001 — the mistake itself


def test_the_two_nights_when_the_clocks_change():
    assert spaced(FRENCH.hour(datetime(2027, 3, 28, 1, 0, tzinfo=UTC), PARIS)) == "3_h"
    assert [spaced(FRENCH.hour(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), PARIS)) for hour in (0, 1)] == ["2_h_30", "2_h_30"]


def test_every_filter_speaks_both_languages(shell_app):
    for name in FILTERS:
        assert name in shell_app.jinja_env.filters
    with shell_app.test_request_context(headers={"Accept-Language": "en"}):
        assert shell_app.jinja_env.from_string("{{ 1800 | money }}").render() == "€18.00"
    with shell_app.test_request_context(headers={"Accept-Language": "de"}):
        assert spaced(shell_app.jinja_env.from_string("{{ 1800 | money }}").render()) == "18,00_€"
