"""What every test may ask for. A test that asks for `app`, `session` or `client` runs on both databases."""

import email
import gc
from collections.abc import Callable, Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import wiring
from app.core import cache, clock, delivery, journal
from app.core.db import db
from app.core.mail import OutgoingMail
from app.factory import create_app
from app.members.models import Member
from app.members.services import open_session
from config import TestConfig
from tests.databases import Engine, in_memory, postgres_engine, sqlite_engine
from tests.network import close_network
from tests.pg import postgres
from tests.servers import Server

pytest_plugins = ["tests.browser"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, default=20, help="rounds of each race; 3 000 before a release")
    parser.addoption("--clients", type=int, default=16, help="clients who want the same thing in each round; 50 in the long race")


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector has no need to go through it, test after test."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--rounds"))


@pytest.fixture(scope="session")
def clients(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--clients"))


@pytest.fixture(scope="session", autouse=True)
def _closed_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        close_network(monkeypatch)
        yield


# ---------------------------------------------------------------- two databases


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres(in_memory()) as url:
        yield url


@pytest.fixture(scope="session")
def on_sqlite_engine() -> Iterator[Engine]:
    with sqlite_engine() as engine:
        yield engine


@pytest.fixture(scope="session")
def on_postgres_engine(postgres_url: str) -> Iterator[Engine]:
    with postgres_engine(postgres_url) as engine:
        yield engine


@pytest.fixture(scope="session")
def engine_named(request: pytest.FixtureRequest) -> Callable[[str], Engine]:
    """`engine_named("postgres")`: made when it is first asked for, and kept to the end."""

    def engine_named(name: str) -> Engine:
        return cast("Engine", request.getfixturevalue(f"on_{name}_engine"))

    return engine_named


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, engine_named: Callable[[str], Engine]) -> Engine:
    return engine_named(request.param)


@pytest.fixture(scope="session")
def app(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application on a database built by the migrations: what we test is what we ship."""
    mails = tmp_path_factory.mktemp("mails")
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=engine.new_database(), MAIL_URL=f"file:{mails}"))
    app.test_client_class = Visitor
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session whose commits are undone at the end of the test."""
    with app.app_context():
        engine, engines = db.engine, cast("dict[str | None, Any]", db.engines)
        with engine.connect() as connection, connection.begin() as everything:
            engines[None] = connection  # one connection for all that the test does
            db.session.configure(join_transaction_mode="create_savepoint")
            cache.clear_all()
            yield db.session()
            db.session.remove()
            db.session.configure(join_transaction_mode="conditional_savepoint")
            engines[None] = engine
            everything.rollback()


@pytest.fixture
def database(engine: Engine) -> str:
    """The URL of a fresh database of one's own, for a test that really commits."""
    return engine.new_database()


# ---------------------------------------------------------------- people and their requests


class Visitor(FlaskClient):
    """A client whose every request starts afresh, with its own context, as on a server."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.commit()
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        db.session.expire_all()
        return answer


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def log_in(client: FlaskClient) -> Callable[[Member], FlaskClient]:
    """`log_in(member)`: the client of someone who has just signed in."""

    return lambda member: enter(client, member)


def enter(client: FlaskClient, member: Member) -> FlaskClient:
    """Open a session for this person in this client."""
    token = open_session(member_id=member.id, now=clock.now(), user_agent="")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client


@pytest.fixture
def frozen() -> Iterator[Callable[[str], datetime]]:
    """`frozen("2026-12-01T10:00+01:00")` stops the clock; it may be said again to move on."""

    def frozen(instant: str) -> datetime:
        moment = datetime.fromisoformat(instant)
        clock.stop_at(moment)
        return moment

    yield frozen
    clock.stop_at(None)


# ---------------------------------------------------------------- the post


@pytest.fixture
def post(app: Flask, session) -> Iterator[Callable[[], list[EmailMessage]]]:
    """`post()`: the worker works, and here are the mails that left since the last time, by address."""
    folder = Path(app.config["MAIL_URL"].removeprefix("file:"))

    def post() -> list[EmailMessage]:
        journal.deliver(wiring.READERS, now=clock.now())
        db.session.commit()
        delivery.send_due(now=clock.now())
        db.session.expire_all()
        assert db.session.scalars(sa.select(OutgoingMail.last_error).where(OutgoingMail.last_error != "")).all() == []
        found = []
        for file in sorted(folder.glob("*.eml")):
            found.append(email.message_from_bytes(file.read_bytes(), policy=default))
            file.unlink()
        return sorted(found, key=lambda message: message["To"])

    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.eml"):
        file.unlink()  # what other tests have sent
    yield post


# ---------------------------------------------------------------- real servers


class Lieu:
    """A running house: its address, and an application on the same database to arrange and to look."""

    def __init__(self, server: Server, app: Flask) -> None:
        self.url, self.server, self.app = server.url, server, app


@pytest.fixture(scope="module")
def live(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lieu]:
    """One server process on a fresh database, for the tests of a module."""
    url, folder = engine.new_database(), tmp_path_factory.mktemp("live")
    with Server(database_url=url, folder=folder) as server:
        app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url, MAIL_URL=f"file:{folder / 'mails'}"))
        yield Lieu(server, app)
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def servers(database: str, tmp_path: Path) -> Iterator[Callable[..., list[Server]]]:
    """`servers(2)`: that many server processes on one fresh database (the URL is in `database`)."""
    running: list[Server] = []

    def servers(number: int, **settings: str) -> list[Server]:
        running.extend(Server(database_url=database, folder=tmp_path, **settings) for _ in range(number))
        return running

    yield servers
    for server in running:
        server.stop()
