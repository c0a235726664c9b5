"""The house opens, answers, and closes, as real processes."""

import os
import re
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from app.cli.check import look
from app.core.db import db
from app.factory import create_app
from app.place.models import Place
from config import TestConfig
from tests.databases import Engine, on_sqlite
from tests.ops.houses import answers, processes_of, until


@contextmanager
def house_on(url: str) -> Iterator[None]:
    """Inside, an application on the same database, to look at what is there."""
    with create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url)).app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def test_a_house_opens_on_an_empty_database_and_closes_when_told(engine: Engine, open_house, tmp_path):
    url = f"sqlite:///{tmp_path}/new/lieu.db" if engine.name == "sqlite" else engine.new_database()
    house = open_house(database_url=url)

    house.wait_until_open()

    assert house.get("/readyz") == (
        200,
        {"status": "ready", "database": "ok", "migrations": "ok", "outbox": "ok", "outbox_seconds": 0, "check": "ok", "checked_at": None},
    )
    assert house.url in house.said()
    assert house.end() == 0
    assert "Traceback" not in house.said()


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_house_at_rest_keeps_no_transaction_open(open_house, database):
    house = open_house(database_url=database)
    house.wait_until_open()

    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        until(
            lambda: (
                connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()"
                ).fetchone()
                == (0,)
            )
        )


def test_two_houses_that_open_together_migrate_once_and_load_one_lieu(engine: Engine, open_house, tmp_path):
    url = f"sqlite:///{tmp_path}/lieu.db" if engine.name == "sqlite" else engine.new_database()
    houses = [open_house(database_url=url, DEMO="1") for _ in range(2)]

    for house in houses:
        house.wait_until_open()

    assert [house.get("/readyz")[0] for house in houses] == [200, 200]
    assert [house.end(signal.SIGINT) for house in houses] == [0, 0]
    with house_on(url):
        assert len(db.session.scalars(sa.select(Place)).all()) == 1
        assert list(look()) == []


@on_sqlite
def test_a_taken_port_is_said_in_one_sentence(open_house, database):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        house = open_house("--port", str(taken.getsockname()[1]), database_url=database)

        assert house.process.wait(timeout=30) == 1

    assert re.fullmatch(r"Le port \d+ de 127\.0\.0\.1 ne peut pas être pris .*\n", house.said())


@on_sqlite
def test_several_processes_share_the_door_and_a_dead_one_is_replaced(open_house, database):
    house = open_house("--processes", "2", database_url=database)
    house.wait_until_open()
    first, second = processes_of(house)

    os.kill(first, signal.SIGKILL)
    until(lambda: len(processes_of(house)) == 2 and first not in processes_of(house))

    assert all(house.get("/healthz")[0] == 200 for _ in range(10))
    assert second in processes_of(house)
    os.kill(second, signal.SIGKILL)
    until(lambda: len(processes_of(house)) == 2 and second not in processes_of(house))
    until(lambda: house.said().count('"event": "process_died"') == 2 and answers(house.port))  # by those that came in their place
    assert house.end() == 0
    assert not answers(house.port)


@on_sqlite
def test_the_processes_do_not_outlive_their_parent(open_house, database):
    house = open_house("--processes", "2", database_url=database)
    house.wait_until_open()
    children = processes_of(house)

    house.end(signal.SIGKILL)

    until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


@on_sqlite
def test_what_was_asked_before_the_end_is_answered(open_house, database):
    """The request is half written when the end comes; the rest of it still gets its answer."""
    house = open_house(database_url=database)
    house.wait_until_open()
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as late:
        late.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        time.sleep(0.3)

        house.process.send_signal(signal.SIGTERM)
        until(lambda: not answers(house.port))
        late.sendall(b"\r\n")

        assert late.recv(100).startswith(b"HTTP/1.1 200 OK")
    assert house.process.wait(timeout=15) == 0


@on_sqlite
def test_a_proxy_is_believed_when_it_was_declared_and_only_then(open_house, database):
    """What it says of https and of the visitor's address passes waitress, or not."""
    said = {"Host": "lieu.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    behind = open_house(database_url=database, PUBLIC_URL="https://lieu.example", TRUSTED_PROXIES="1")
    alone = open_house(database_url=database, PUBLIC_URL="https://lieu.example")
    for house in (behind, alone):
        house.wait_until_open()

    answers = [
        urllib.request.urlopen(urllib.request.Request(f"{house.url}/healthz", headers=said), timeout=10) for house in (behind, alone)
    ]

    assert ["Strict-Transport-Security" in answer.headers for answer in answers] == [True, False]
    assert all("Server" not in answer.headers for answer in answers)


@on_sqlite
def test_a_request_too_large_is_refused_before_it_is_read(open_house, database):
    house = open_house(database_url=database)
    house.wait_until_open()
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as heavy:
        heavy.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n")

        assert heavy.recv(100).startswith(b"HTTP/1.1 413 ")
