"""A refusal in words: each blank as people write it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from app.billing.rules import Balance
from app.booking.rules import Horizon, Notice, Overlap, Past, SeatsMissing
from app.core.refusals import Cents
from app.web import words

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def _in_french(frozen):
    frozen("2026-12-01T10:00+01:00")
    app = Flask(__name__)
    Babel(app, default_locale="fr")
    with app.test_request_context():
        yield


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=PARIS)


def test_two_moments_of_a_day_are_hours():
    assert words.said(Overlap(**{"name": "R", "from": at(8, 14), "to": at(8, 15)})) == "R\u00a0: déjà pris de 14\u00a0h à 15\u00a0h."


def test_over_several_days_each_moment_says_its_day():
    told = words.said(Overlap(**{"name": "R", "from": at(8, 14), "to": at(9, 15)}))

    assert told.endswith("déjà pris de mardi 8\u00a0décembre à 14\u00a0h à mercredi 9\u00a0décembre à 15\u00a0h.")


def test_a_moment_alone_says_its_day():
    assert words.next_step(Notice(**{"minutes": 120, "from": at(8, 14)})).endswith("à partir de mardi 8\u00a0décembre à 14\u00a0h.")


def test_a_date_says_its_year_when_it_is_another_one():
    assert "jusqu’au samedi 30\u00a0janvier 2027" in words.said(Horizon(days=60, until=date(2027, 1, 30)))
    assert "jusqu’au jeudi 31\u00a0décembre." in words.said(Horizon(days=30, until=date(2026, 12, 31)))


def test_an_amount_is_written_with_its_currency():
    assert "18,00\u00a0€" in words.said(Balance(left=Cents(1800)))


@pytest.mark.parametrize(
    ("language", "count", "plural"), [("fr", 0, False), ("fr", 1, False), ("fr", 2, True), ("en", 0, True), ("en", 1, False)]
)
def test_each_language_knows_where_plural_begins(language, count, plural):
    with force_locale(language):
        assert ("places" in words.said(SeatsMissing(name="Salle", count=count))) is plural


def test_a_moment_kept_in_utc_is_told_on_the_lieu_s_clock():
    told = words.said(Overlap(**{"name": "R", "from": at(8, 14).astimezone(UTC), "to": at(8, 15).astimezone(UTC)}), PARIS)

    assert told.endswith("déjà pris de 14\u00a0h à 15\u00a0h.")


def test_a_sentence_without_blanks_is_left_alone():
    assert words.said(Past()) == "Ce moment est déjà passé."
