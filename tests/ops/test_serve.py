"""The house opens, answers, and closes, as real processes."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.cli.check import look
from app.core.db import db
from app.factory import create_app
from app.place.models import Place
from config import TestConfig
from tests.databases import Engine
from tests.servers import ROOT


class House:
    """`flask serve` in a process of its own."""

    def __init__(self, folder: Path, *words: str, database_url: str, **settings: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = folder / f"house-{self.port}.log"
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("HOST", "PORT", "PUBLIC_URL")},
            "DATABASE_URL": database_url,
            "DEMO": "0",
            "MAIL_URL": f"file:{folder / 'mails'}",
            "SECRET_KEY": "a key for the houses of the tests",
            **settings,
        }
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(self.port), *words],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def get(self, path: str) -> tuple[int, dict]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def wait_until_open(self) -> None:
        until(lambda: self.process.poll() is not None or answers(self.port))
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        return self.output.read_text()

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=20)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def until(is_true: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def processes_of(house: House) -> list[int]:
    """The processes that a house had born."""
    return [int(child) for child in Path(f"/proc/{house.process.pid}/task/{house.process.pid}/children").read_text().split()]


@contextmanager
def house_on(url: str) -> Iterator[None]:
    """Inside, an application on the same database, to look at what is there."""
    with create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url)).app_context():
        yield
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def open_house(*words: str, **settings: str) -> House:
        houses.append(House(tmp_path, *words, **settings))
        return houses[-1]

    yield open_house
    for house in houses:
        if house.process.poll() is None:
            house.process.kill()
            house.process.wait()


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


def test_a_taken_port_is_said_in_one_sentence(open_house, database):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        house = open_house("--port", str(taken.getsockname()[1]), database_url=database)

        assert house.process.wait(timeout=30) == 1

    assert re.fullmatch(r"Le port \d+ de 127\.0\.0\.1 ne peut pas être pris .*\n", house.said())


def test_several_processes_share_the_door_and_a_dead_one_is_replaced(open_house, database):
    house = open_house("--processes", "2", database_url=database)
    house.wait_until_open()
    first, second = processes_of(house)

    os.kill(first, signal.SIGKILL)
    until(lambda: len(processes_of(house)) == 2 and first not in processes_of(house))

    assert all(house.get("/healthz")[0] == 200 for _ in range(10))
    assert second in processes_of(house)
    assert house.end() == 0
    assert not answers(house.port)


def test_the_processes_do_not_outlive_their_parent(open_house, database):
    house = open_house("--processes", "2", database_url=database)
    house.wait_until_open()
    children = processes_of(house)

    house.end(signal.SIGKILL)

    until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


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
