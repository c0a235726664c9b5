"""Partners of the two reference lieux, through the real WSGI application."""

from collections.abc import Callable

import pytest

from app.members.models import Member
from tests.api.partner import Described, Partner
from tests.booking.conftest import lieu
from tests.fablab.conftest import fablab

__all__ = ["fablab", "lieu"]


@pytest.fixture(scope="session")
def described(app) -> Described:
    return Described(app)


@pytest.fixture
def partner(client, described) -> Callable[..., Partner]:
    """`partner(member)`: a program with a token of that person."""

    def partner(member: Member | None, scopes: str = "read write manage") -> Partner:
        return Partner(client, described, member, scopes)

    return partner
