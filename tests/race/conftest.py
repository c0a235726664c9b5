"""Two processes of one house, open day and night, that know no limit; and an application on the same database, to arrange and to look."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from flask import Flask

from app import wiring
from app.booking import services
from app.booking.rules import Thing
from app.core import clock
from app.core.db import db, transaction
from app.factory import create_app
from app.place.models import OpeningHours, Place
from app.place.queries import PublicHolidays
from app.place.services import touch_settings
from config import TestConfig
from tests.api.partner import token_for
from tests.databases import Engine
from tests.factories import PARIS, make_member, make_place, make_pool, make_thing, price
from tests.race.crowd import Crowd
from tests.servers import Server

NOW = datetime.fromisoformat("2026-12-01T10:00:00+01:00")
CROWD = 24  # people of a lieu, at least
HOLIDAYS = PublicHolidays("FR", "")
ENDLESS = {"horizon_days": 36_500}  # as many rounds as one likes, each on a day of its own


@dataclass
class House:
    app: Flask
    urls: list[str]
    place_id: int
    pool: Thing
    poor_pool: Thing  # of a lieu where nothing can be put on the tab
    tokens: list[str]  # of as many people as the crowd holds
    _days: Iterator[int] = field(default_factory=lambda: count(7))
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def new_day(self) -> date:
        """A working day that no other round has touched."""
        day = NOW.date() + timedelta(days=next(self._days))
        return self.new_day() if HOLIDAYS.get(day) else day

    def new_room(self) -> Thing:
        with self.app.app_context():
            return make_thing(db.session.get_one(Place, self.place_id), f"X{next(self._names)}", kind="room")

    def faults(self) -> list[str]:
        """What the house's own nightly look finds wrong."""
        with self.app.app_context():
            return [fault for look in (*wiring.CHECKS, *wiring.GUARDS) for fault in look(db.session())]


def at(day: date, minute: int) -> str:
    """An instant of the lieu's wall clock."""
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=PARIS).isoformat()


@pytest.fixture(scope="module")
def house(engine: Engine, tmp_path_factory: pytest.TempPathFactory, clients: int) -> Iterator[House]:
    url, folder = engine.new_database(), tmp_path_factory.mktemp("race")
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url, MAIL_URL=f"file:{folder / 'mails'}"))
    clock.stop_at(NOW)  # once the application is made: it sets the clock by its own settings
    settings = {"RATE_LIMITS": "off", "WORKLAB_NOW": NOW.isoformat(), "LOG_LEVEL": "WARNING"}
    servers = [Server(database_url=url, folder=folder, **settings) for _ in range(2)]
    try:
        with app.app_context():
            place, poor = _always_open(tab_cap_cents=10**9), _always_open(tab_cap_cents=0)
            pool, poor_pool = make_pool(place, 8), make_pool(poor, 8)
            price(place, "room", "minutes", 800)
            tokens = [token_for(make_member()) for _ in range(max(CROWD, clients))]
            db.session.remove()
        yield House(app, [server.url for server in servers], place.id, pool, poor_pool, tokens)
    finally:
        for server in servers:
            server.stop()
        clock.stop_at(None)
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def crowd(house: House) -> Iterator[Crowd]:
    with Crowd(house.urls, len(house.tokens)) as crowd:
        yield crowd


def _always_open(**more: object) -> Place:
    """Every day from midnight to midnight."""
    place = make_place(weekdays="", saturday="", **more)
    with transaction() as session:
        session.add_all(OpeningHours(place_id=place.id, weekday=weekday, opens=0, closes=1440) for weekday in range(7))
        session.flush()
        touch_settings(place.id)
    services.set_common_rules(place_id=place.id, of={"desk": ENDLESS, "room": ENDLESS}, actor_id=None, now=NOW)
    price(place, "desk", "half_day", 700)
    return place
