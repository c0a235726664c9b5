"""Two processes that do people's gestures at the same moment, on one database."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask

from app import wiring
from app.core import clock
from app.core.db import db
from app.factory import create_app
from config import TestConfig
from tests.databases import Engine
from tests.processes import forks

NOW = "2026-12-01T10:00:00+01:00"

Do = Callable[[dict[str, Any]], str]


class Two:
    """`do` is what they know how to do: it is given a gesture, and says how it went."""

    def __init__(self, url: str, do: Do) -> None:
        ours, theirs = zip(*(forks.Pipe() for _ in range(2)), strict=True)
        self._lines = ours
        self._processes = [forks.Process(target=_one_of_two, args=(url, do, line), daemon=True) for line in theirs]
        for process in self._processes:
            process.start()

    def at_once(self, gestures: Sequence[dict[str, Any]]) -> list[str]:
        """Everybody does theirs at the same moment, half of them in each process: what was said of each, in order."""
        said = [{"now": NOW} | gesture for gesture in gestures]
        for number, line in enumerate(self._lines):
            line.send(said[number::2])
        halves = [line.recv() for line in self._lines]
        return [halves[number % 2][number // 2] for number in range(len(said))]

    def all_do(self, people: Sequence[int], **gesture: Any) -> list[str]:
        return self.at_once([gesture | {"who": member_id} for member_id in people])

    def stop(self) -> None:
        for line, process in zip(self._lines, self._processes, strict=True):
            line.close()
            process.join(timeout=60)
            assert process.exitcode == 0


Lieu = TypeVar("Lieu", bound=Two)


@contextmanager
def two_at(make: Callable[[Flask, str], Lieu], engine: Engine, folder: Path) -> Iterator[Lieu]:
    """The lieu that `make` arranges on a database of its own, at `NOW`, while its two processes live."""
    url = engine.new_database()
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url, MAIL_URL=f"file:{folder / 'mails'}"))
    clock.stop_at(datetime.fromisoformat(NOW))
    lieu = make(app, url)
    try:
        yield lieu
    finally:
        lieu.stop()
        clock.stop_at(None)
        with app.app_context():
            db.engine.dispose()


def _one_of_two(url: str, do: Do, line: "Connection[Any, Any]") -> None:
    """The gestures of each list that it is sent, each in a thread of its own; until nobody is left to send any."""
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url))
    with ThreadPoolExecutor(24) as threads:
        while True:
            try:
                gestures = line.recv()
            except EOFError:
                return
            together = threading.Barrier(len(gestures))
            line.send(list(threads.map(partial(_do_together, app, do, together), gestures)))


def _do_together(app: Flask, do: Do, together: threading.Barrier, gesture: dict[str, Any]) -> str:
    with app.app_context():
        together.wait()
        try:
            return do(gesture)
        finally:
            db.session.remove()


def faults() -> list[str]:
    """What the house's own nightly look finds wrong."""
    return [fault for look in (*wiring.CHECKS, *wiring.GUARDS) for fault in look(db.session())]
