"""A database that someone keeps, a full disk, a server that went away, a lieu that is read-only: 503, no false yes, and it recovers alone."""

import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from app import wiring
from app.booking.models import Booking
from app.cli.check import look
from app.core import clock, state
from app.core.db import db
from app.members.services import new_token
from app.place.queries import calendar
from tests.databases import on_sqlite
from tests.factories import between, book, make_member, make_place, make_thing, price
from tests.ops.houses import House, RunningHouse

PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Lieu:
    """A running house, someone's token, and a thing to book."""

    house: RunningHouse
    database: str
    folder: Path
    http: httpx.Client
    thing: int
    day: date
    asked: int = 0

    def book(self) -> httpx.Response:
        self.asked += 1
        start = datetime.combine(self.day, datetime.min.time(), PARIS) + timedelta(hours=8 + self.asked)
        body = {"resource_id": self.thing, "start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
        return self.http.post("/api/v1/bookings", json=body)

    def read(self) -> httpx.Response:
        return self.http.get("/api/v1/bookings")

    def booked(self) -> int:
        with House(self.database, self.folder).inside():
            assert [finding.sentence for finding in look()] == []
            return len(db.session.scalars(sa.select(Booking.id)).all())


def coming_days() -> list[date]:
    return [clock.now().date() + timedelta(days=number) for number in range(3, 10)]


@pytest.fixture
def lieu(open_house, database, tmp_path) -> Iterator[Lieu]:
    with House(database, tmp_path).inside():
        place = make_place(weekdays="00:00-24:00", saturday="00:00-24:00")
        day = next(day for day in coming_days() if calendar(place.id).open_periods(day))
        thing, member = make_thing(place, "A1", kind="room"), make_member()
        token = new_token(member_id=member.id, purpose="api", scopes=("read", "write"), now=clock.now())
    house = open_house(database_url=database)
    house.wait_until_open()
    with httpx.Client(base_url=house.url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        yield Lieu(house, database, tmp_path, http, thing.id, day)
    assert house.end() == 0


@contextmanager
def kept_by_someone(database: str) -> Iterator[None]:
    """Another program writes, and does not let go."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)) as someone:
            someone.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(database.replace("+psycopg", "")) as someone:
            someone.execute("LOCK TABLE booking, occupancy, place IN EXCLUSIVE MODE")
            yield
            someone.rollback()


def is_a_patient_no(answer: httpx.Response) -> bool:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"]
    return True


def test_a_database_that_someone_keeps(lieu):
    assert lieu.book().status_code == 201

    with kept_by_someone(lieu.database):
        began = time.monotonic()
        assert is_a_patient_no(lieu.book())
        assert time.monotonic() - began < 20
        assert lieu.read().status_code == 200

    assert lieu.book().status_code == 201
    assert lieu.booked() == 2


@on_sqlite
def test_a_full_disk(lieu):
    """No process of the house may lengthen any file; then it may again. PostgreSQL's own words for it: tests/web/test_errors.py."""
    assert lieu.book().status_code == 201

    resource.prlimit(lieu.house.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    assert is_a_patient_no(lieu.book())
    assert lieu.read().status_code == 200
    resource.prlimit(lieu.house.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    assert lieu.book().status_code == 201
    assert lieu.booked() == 2


def test_a_lieu_that_is_read_only(lieu):
    with House(lieu.database, lieu.folder).inside():
        state.stop_writing("pour voir", at=clock.now())

    assert is_a_patient_no(lieu.book())
    assert lieu.read().status_code == 200
    assert lieu.house.get("/readyz")[0] == 503

    with House(lieu.database, lieu.folder).inside():
        state.write_again()
    assert lieu.book().status_code == 201


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_server_that_hangs_up(lieu):
    assert lieu.book().status_code == 201
    with psycopg.connect(lieu.database.replace("+psycopg", ""), autocommit=True) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )

    assert lieu.read().status_code == 200
    assert lieu.book().status_code == 201
    assert lieu.booked() == 2


def test_a_clock_that_jumps_an_hour_and_comes_back(session, frozen, post):
    """Nothing ends before its time for good, nothing is told or charged twice, and the lieu's sums are right."""
    frozen("2026-12-07T10:00+01:00")
    place, camille = make_place(), make_member("Camille")
    room = make_thing(place, "R", kind="room")
    price(place, "resource:R", "minutes", 800)
    booking = book(room, between("2026-12-08", "10:30", "12:00"), camille)

    for moment in ("2026-12-07T10:31", "2026-12-07T09:31", "2026-12-07T10:32", "2026-12-08T09:30", "2026-12-08T08:30", "2026-12-08T09:31"):
        for job in wiring.TICKS:
            job(now=frozen(f"{moment}+01:00"))
    told = [mail["Subject"] for mail in post()]

    assert session.get_one(Booking, booking.id).status == "confirmed"
    assert len(told) == len(set(told))
    assert [finding.sentence for finding in look()] == []
