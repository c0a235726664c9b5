"""What is written, what is told in the journal, and what every process reads again."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.place import queries, services
from app.place.models import OpeningException, Place

BY = {"actor_id": None}


@pytest.fixture
def told(session):
    def told():
        rows = db.session.scalars(sa.select(JournalEntry).order_by(JournalEntry.id))
        return [(row.event, row.facts) for row in rows]

    return told


def now(place):
    return {"place_id": place.id, "actor_id": None, "now": clock.now()}


def read_again(place) -> Place:
    return db.session.get_one(Place, place.id, populate_existing=True)


def test_only_what_differs_is_changed_and_told(place, told):
    stamp = read_again(place).settings_stamp
    services.describe(**now(place), name="Worklab", town="Boitron")
    assert read_again(place).settings_stamp == stamp + 1
    services.describe(**now(place), name="Worklab", town="Boitron")
    assert read_again(place).settings_stamp == stamp + 1
    assert told() == [("place.described", {"changed": ["name"]})]


def test_the_week_is_replaced_and_read_at_once(place, told):
    tuesday = date(2026, 12, 8)
    assert queries.calendar(place.id).spans(tuesday) == [(510, 1110)]
    services.set_hours(**now(place), week={1: [(540, 720), (840, 1440)]}, badge_all_hours=False)

    assert queries.calendar(place.id).spans(tuesday) == [(540, 720), (840, 1440)]
    assert queries.calendar(place.id).spans(date(2026, 12, 7)) == []
    assert read_again(place).badge_all_hours is False
    assert told() == [("place.hours_set", {})]


@pytest.mark.parametrize("spans", [[(600, 540)], [(540, 540)], [(540, 1441)], [(540, 720), (700, 800)], [(700, 800), (540, 720)]])
def test_hours_that_cross_are_refused_and_nothing_is_written(place, told, spans):
    for write in (
        lambda: services.set_hours(**now(place), week={1: spans}, badge_all_hours=True),
        lambda: services.announce_hours(**now(place), day=date(2026, 12, 8), spans=spans, label=""),
    ):
        with pytest.raises(Refused) as refused:
            write()
        assert set(refused.value.codes) == {"bad_hours"}
    assert queries.calendar(place.id).spans(date(2026, 12, 8)) == [(510, 1110)]
    assert told() == []


def test_a_day_announced_twice_has_the_last_word(place):
    services.announce_hours(**now(place), day=date(2027, 5, 1), spans=[(540, 1080)], label="Portes ouvertes")
    services.announce_hours(**now(place), day=date(2027, 5, 1), spans=[(600, 720)], label="Portes ouvertes")

    assert queries.calendar(place.id).spans(date(2027, 5, 1)) == [(600, 720)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OpeningException)) == 1


def test_a_day_withdrawn_is_like_the_others_again(place, told):
    services.announce_hours(**now(place), day=date(2026, 12, 8), spans=[], label="")
    assert services.withdraw_hours(**now(place), day=date(2026, 12, 8)) is True
    assert services.withdraw_hours(**now(place), day=date(2026, 12, 8)) is False

    assert queries.calendar(place.id).spans(date(2026, 12, 8)) == [(510, 1110)]
    assert [event for event, _ in told()] == ["place.hours_announced", "place.hours_withdrawn"]


def test_halves_must_follow_each_other(place):
    services.set_halves(**now(place), morning=(540, 720), afternoon=(810, 1080))
    assert queries.calendar(place.id).afternoon == (810, 1080)
    with pytest.raises(Refused) as refused:
        services.set_halves(**now(place), morning=(540, 820), afternoon=(810, 1080))
    assert refused.value.codes == ["bad_hours"]


def test_the_public_holidays_of_alsace_close_the_lieu_once_chosen(place):
    good_friday = date(2027, 3, 26)
    assert queries.calendar(place.id).spans(good_friday) == [(510, 1110)]
    services.set_holidays(**now(place), country="FR", subdivision="6AE")
    assert (queries.calendar(place.id).spans(good_friday), queries.calendar(place.id).is_holiday(good_friday)) == ([], "Vendredi saint")


def test_what_is_kept_in_the_process_is_kept_while_the_settings_stay(place):
    before = queries.calendar(place.id)
    assert queries.calendar(place.id) is before
    services.set_house_rules(**now(place), text="Fermez la porte.")
    assert queries.calendar(place.id) is not before
