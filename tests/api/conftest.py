"""Partners of the two reference lieux, through the real WSGI application."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import sqlalchemy as sa

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


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with statements() as seen:` gathers the SQL of the block, savepoints left out."""

    @contextmanager
    def statements() -> Iterator[list[str]]:
        seen: list[str] = []

        def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
                seen.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", look)
        try:
            yield seen
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", look)

    return statements
