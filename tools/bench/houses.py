"""Houses to measure: a seeded database, `flask serve` on it, people signed in; and the witness beside it."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count, product
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import psycopg
import sqlalchemy as sa

from app.booking.models import Booking, Resource
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.mail import OutgoingMail
from app.core.period import at, monday_of
from app.factory import create_app
from app.members.models import Member
from app.members.services import open_session
from app.members.services.passwords import hash_password
from app.place.models import Place
from config import ROOT, TestConfig
from tests.pg import postgres
from tools.bench.processes import Meter, parent
from tools.bench.visitors import Visitor

SECRET = "a key for the houses that are measured"  # noqa: S105
PASSWORD = "un long mot de passe pour la mesure"  # noqa: S105
STARTS = {"m": 510, "a": 780}  # the halves of that lieu's days, in minutes of the wall clock


class Engine(Protocol):
    name: str
    processes: list[int]  # the database's own: what they use belongs to the answer

    def new_database(self) -> str:
        """The URL of an empty database."""

    def connect(self, url: str) -> tuple[Any, int | None]:
        """A connection that commits each statement, and the process that serves it."""


class Sqlite:
    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.processes: list[int] = []
        self._names = (folder / f"{number}.db" for number in count(1))

    def new_database(self) -> str:
        return f"sqlite:///{next(self._names)}"

    def connect(self, url: str) -> tuple[Any, int | None]:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=10)
        connection.execute("PRAGMA synchronous=OFF")
        return connection, None


class Postgres:
    name = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        self._names = (f"bench_{os.getpid()}_{number}" for number in count(1))
        connection, backend = self.connect(url)
        self.processes = [parent(backend)] if backend and Path(f"/proc/{backend}").exists() else []  # of another machine, none
        connection.close()

    def new_database(self) -> str:
        url = self._url.set(database=next(self._names))
        connection, _ = self.connect(self._url.render_as_string(hide_password=False))
        connection.execute(f"CREATE DATABASE {url.database}".encode())
        connection.close()
        return url.render_as_string(hide_password=False)

    def connect(self, url: str) -> tuple[Any, int | None]:
        words = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(words, autocommit=True)
        return connection, connection.info.backend_pid


@contextmanager
def engines(names: list[str], folder: Path) -> Iterator[list[Engine]]:
    """SQLite on disk; a PostgreSQL of our own, gone afterwards."""
    if "postgresql" not in names:
        yield [Sqlite(folder)]
        return
    with postgres() as url:
        yield [engine for engine in (Sqlite(folder), Postgres(url)) if engine.name in names]


class Slot(NamedTuple):
    """A half-day of a desk that nobody has."""

    thing: int
    code: str
    day: date
    half: str

    @property
    def form(self) -> str:
        """Where its cell of the grid leads."""
        return f"/coworking/r/{self.code}/{self.day}{self.half}"


class House:
    """A seeded lieu: its processes, and an application on the same database to arrange and to look."""

    def __init__(self, engine: Engine, folder: Path, *, bookings: int) -> None:
        self.engine, self.folder, self.bookings = engine, folder, bookings
        self.url = engine.new_database()
        self._mails = folder / "mails"
        self._flask("db", "upgrade")
        self._flask("bench", "seed", "--bookings", str(bookings), "--years", "5")
        config = TestConfig(
            SQLALCHEMY_DATABASE_URI=self.url, SECRET_KEY=SECRET, MAIL_URL=f"file:{self._mails}", INSTANCE_FOLDER=str(folder)
        )
        self.app = create_app(config)
        with self.inside():
            self.zone = db.session.scalars(sa.select(Place)).one().tz
            self.people = list(db.session.scalars(sa.select(Member.id).order_by(Member.id)))
            self.things: dict[str, list[tuple[int, str]]] = {}
            for kind, number, code in db.session.execute(sa.select(Resource.kind, Resource.id, Resource.code).order_by(Resource.id)):
                self.things.setdefault(kind, []).append((number, code))
            with transaction():
                member = db.session.get_one(Member, self.people[1])
                member.password_hash, self.email = hash_password(PASSWORD), member.email
        desks = self.things["desk"]
        self.slots, self.contested = self._free(desks[1:]), self._free(desks[:1])
        self._hand, self._hand_process = engine.connect(self.url)

    @property
    def week(self) -> date:
        """The Monday of the week that is always the same."""
        return monday_of(clock.now().astimezone(self.zone).date()) + timedelta(days=7)

    def _free(self, desks: list[tuple[int, str]]) -> Iterator[Slot]:
        """Half-days after that week, up to the horizon: a desk after the other, then the next half-day."""
        days = [day for ahead in range(7, 49) if (day := self.week + timedelta(days=ahead)).weekday() < 5]
        return (Slot(thing, code, day, half) for day, half, (thing, code) in product(days, STARTS, desks))

    @contextmanager
    def inside(self) -> Iterator[None]:
        with self.app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    @contextmanager
    def served(self, *, processes: int = 1, worker: bool = False, core: int | None = None) -> Iterator["Served"]:
        words = ["serve", "--processes", str(processes), *([] if worker else ["--no-worker"])]
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words, "--port", str(port)]
        began = time.perf_counter()
        with _running(command, self.environment(), self.folder / f"{port}.log", core=core) as process:
            url = f"http://127.0.0.1:{port}"
            _wait_for_answer(url, process)
            yield Served(url, self.meter(process.pid), time.perf_counter() - began)

    @contextmanager
    def witness(self) -> Iterator["Served"]:
        """The bare Flask and the honest minimum, on the same database and the same server."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        words = [str(listener.fileno()), self.url, self.week.isoformat()]
        command = [sys.executable, "-m", "tools.bench.reference", *words]
        began = time.perf_counter()
        with listener, _running(command, self.environment(), self.folder / "witness.log", keep=[listener.fileno()]) as process:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            _wait_for_answer(url, process)
            yield Served(url, self.meter(process.pid), time.perf_counter() - began)

    def visitor(self, url: str, number: int) -> Visitor:
        """One of the lieu's people, already signed in on this device."""
        return self.visitors(url, [number])[0]

    def visitors(self, url: str, numbers: Iterable[int]) -> list[Visitor]:
        with self.inside():
            tokens = [open_session(member_id=self.people[number], now=clock.now()) for number in numbers]
        serializer: Any = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        name = self.app.config["SESSION_COOKIE_NAME"]
        return [Visitor(url, {name: serializer.dumps({"_user_id": token, "_fresh": True})}) for token in tokens]

    def touch(self) -> None:
        """The calendar has just changed, says somebody else: nothing drawn before is good any more."""
        self._hand.execute("UPDATE place SET calendar_stamp = calendar_stamp + 1")

    def booked(self, slot: Slot) -> int:
        """How many bookings hold it."""
        held = sa.select(sa.func.count(Booking.id)).where(
            Booking.resource_id == slot.thing,
            Booking.starts_at == at(slot.day, STARTS[slot.half], self.zone),
            Booking.status == "confirmed",
        )
        with self.inside():
            return db.session.scalar(held) or 0

    def taken_hour(self, thing: int) -> datetime:
        """When something of that week holds this thing."""
        with self.inside():
            first = db.session.scalars(
                sa.select(Booking.starts_at)
                .where(Booking.resource_id == thing, Booking.starts_at >= at(self.week, 0, self.zone), Booking.status == "confirmed")
                .order_by(Booking.starts_at)
                .limit(1)
            ).one()
        return first.astimezone(self.zone)

    def has_told_all(self) -> bool:
        """Whether the journal is read and every mail has left."""
        waiting = sa.select(sa.exists().where(JournalEntry.read_at.is_(None)) | sa.exists().where(OutgoingMail.due_at.is_not(None)))
        with self.inside():
            return not db.session.scalar(waiting)

    def meter(self, *roots: int) -> Meter:
        """The CPU of these processes and of the database, but for what our own hand asks of it."""
        return Meter(*roots, *self.engine.processes, without=[self._hand_process] if self._hand_process else [])

    def close(self) -> None:
        self._hand.close()

    def environment(self) -> dict[str, str]:
        ours = {"DATABASE_URL": self.url, "MAIL_URL": f"file:{self._mails}", "SECRET_KEY": SECRET, "DEMO": "0", "RATE_LIMITS": "off"}
        return {name: value for name, value in os.environ.items() if name not in ("HOST", "PORT", "PUBLIC_URL", "WORKLAB_NOW")} | ours

    def _flask(self, *words: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words], cwd=ROOT, env=self.environment(), check=True, capture_output=True
        )


class Served(NamedTuple):
    """A house that answers."""

    url: str
    meter: Meter
    start_seconds: float


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], log: Path, *, core: int | None = None, keep: list[int] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    if core is not None:
        command = ["taskset", "-c", str(core), *command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            pass_fds=keep or [],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_answer(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Until any page is answered, whatever it says."""
    while process.poll() is None:
        visitor = Visitor(url)
        try:
            visitor.get("/healthz")
        except OSError:
            time.sleep(0.01)
        else:
            visitor.close()
            return
    raise RuntimeError(f"the server ended at once: {process.args!r}")
