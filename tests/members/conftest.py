"""The lieu around the people, their mails, and a throttle that works."""

import email
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask

from app import wiring
from app.core import clock, delivery, journal
from app.core.db import db
from app.core.mail import OutgoingMail
from app.members.services import passwords
from app.place.models import Place
from tests.factories import make_place

Post = Callable[[], list[EmailMessage]]


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Passwords are worked out in no time here, but where the time itself is tried (`slow_hashes`)."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


SLOW = passwords._hasher


@pytest.fixture
def slow_hashes(monkeypatch) -> Iterator[None]:
    """As the house does it."""
    monkeypatch.setattr(passwords, "_hasher", SLOW)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture
def place(session) -> Place:
    return make_place()


@pytest.fixture
def throttled(app: Flask, monkeypatch) -> None:
    """Tries are counted, as they are everywhere but in load tests."""
    monkeypatch.setitem(app.config, "LOGIN_THROTTLE", True)


@pytest.fixture
def post(app: Flask, session) -> Iterator[Post]:
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
