"""The lieu around the people, their mails, and a throttle that works."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from argon2 import PasswordHasher
from flask import Flask

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
