"""A race test that cannot fail teaches nothing: here a careless house sells twice, and the database's guard is what stops it.

The careless way is everybody's first one: look whether it is free, then write, and trust what was seen.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.booking import checks, services
from app.booking.models import Status
from app.booking.rules import Thing
from app.booking.services import writing
from app.booking.services.examining import examine
from app.booking.services.reserving import taken_meanwhile
from app.core import clock
from app.core.db import db, transaction
from app.core.period import Period
from app.core.refusals import Refused
from app.factory import create_app
from config import TestConfig
from tests.databases import Engine
from tests.factories import between, make_member, make_place, make_thing

pytestmark = pytest.mark.race

CLIENTS, ROUNDS = 6, 4
NO_GUARD = {
    "sqlite": ["DROP TRIGGER one_holder_at_a_time_INSERT", "DROP TRIGGER one_holder_at_a_time_UPDATE"],
    "postgres": ["ALTER TABLE occupancy DROP CONSTRAINT one_holder_at_a_time"],
}


@pytest.fixture
def careless(engine: Engine, database: str):
    clock.stop_at(datetime.fromisoformat("2026-12-01T10:00+01:00"))
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database))
    yield app
    clock.stop_at(None)
    with app.app_context():
        db.engine.dispose()


def sold(app: Flask, room: Thing, people: list[int], period: Period) -> int:
    """How many of these people are sold the same time, when each looks before any has written."""
    everybody_has_looked = threading.Barrier(len(people))

    def look_then_write(member_id: int) -> bool:
        with app.app_context():
            request = services.ask([(room, period)], member_id=member_id, actor_id=member_id, now=clock.now())
            found = examine(request)
            db.session.rollback()
            everybody_has_looked.wait()
            try:
                with transaction():
                    writing.write(found, status=Status.CONFIRMED)
            except sa.exc.IntegrityError as error:
                assert isinstance(taken_meanwhile(request, error), Refused)
                return False
            except sa.exc.OperationalError as error:  # PostgreSQL, of two that wait for each other, lets one go
                assert "deadlock" in str(error)
                return False
            return True

    with ThreadPoolExecutor(len(people)) as threads:
        return sum(threads.map(look_then_write, people))


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_the_guard_is_what_keeps_a_careless_house_from_selling_twice(careless: Flask, engine: Engine, guarded: bool):
    with careless.app_context():
        place = make_place()
        room = make_thing(place, "R", kind="room")
        people = [make_member().id for _ in range(CLIENTS)]
        if not guarded:
            with db.engine.begin() as connection:
                for statement in NO_GUARD[engine.name]:
                    connection.exec_driver_sql(statement)
        db.session.remove()

    each_round = [sold(careless, room, people, between("2027-01-05", f"{hour:02}:00", f"{hour:02}:30")) for hour in range(9, 9 + ROUNDS)]

    with careless.app_context():
        faults = list(checks.overlaps(db.session()))
    assert each_round == [1 if guarded else CLIENTS] * ROUNDS
    assert bool(faults) is not guarded
