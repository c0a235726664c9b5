"""Houses to operate on: one that commands are run on, one that runs as processes of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from click.testing import Result

from app.core.db import db
from app.factory import create_app
from config import TestConfig
from tests.servers import ROOT


class House:
    """A database and a folder of its own, and the commands on them."""

    def __init__(self, url: str, folder: Path, *, now: datetime | None = None) -> None:
        self.url, self.folder = url, folder
        self.app = create_app(
            TestConfig(SQLALCHEMY_DATABASE_URI=url, MAIL_URL=f"file:{folder}/mails", INSTANCE_FOLDER=str(folder), WORKLAB_NOW=now)
        )

    @contextmanager
    def inside(self) -> Iterator[None]:
        with self.app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def run(self, *words: object) -> Result:
        result = self.app.test_cli_runner().invoke(args=[str(word) for word in words])
        with self.inside():
            return result


class RunningHouse:
    """`flask serve` in a process of its own."""

    def __init__(self, folder: Path, *words: str, database_url: str, **settings: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = folder / f"house-{self.port}.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in ("HOST", "PORT", "PUBLIC_URL")},
            "DATABASE_URL": database_url,
            "DEMO": "0",
            "MAIL_URL": f"file:{folder / 'mails'}",
            "SECRET_KEY": "a key for the houses of the tests",
            **settings,
        }
        self._words = words
        self.start()

    def start(self) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(self.port), *self._words],
                cwd=ROOT,
                env=self._environment,
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

    def seconds_of_work(self) -> float:
        """What its processes took of the processor since it started."""
        spent = 0
        for number in (*processes_of(self), self.process.pid):
            user, system = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[11:13]
            spent += int(user) + int(system)
        return spent / os.sysconf("SC_CLK_TCK")

    def kill_everything(self) -> None:
        """As a power cut would: all its processes, no goodbye."""
        for number in (*processes_of(self), self.process.pid):
            os.kill(number, signal.SIGKILL)
        self.process.wait()

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


def until(is_true: Callable[[], object], *, seconds: float = 60, pause: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(pause)


def processes_of(house: RunningHouse) -> list[int]:
    """The processes that a house had born."""
    return [int(child) for child in Path(f"/proc/{house.process.pid}/task/{house.process.pid}/children").read_text().split()]
