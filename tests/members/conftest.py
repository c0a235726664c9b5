"""The lieu around the people, their mails, and a throttle that works."""

import email
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import wiring
from app.core import clock, delivery, journal
from app.core.db import db
from app.core.mail import OutgoingMail
from app.place.models import Place
from tests.factories import make_place

Post = Callable[[], list[EmailMessage]]


@pytest.fixture(autouse=True)
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
    yield post
    for file in folder.glob("*.eml"):
        file.unlink()
