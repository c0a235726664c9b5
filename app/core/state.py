"""What the house knows about itself: who is at work, how the last check went, why nobody may write."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import READ_ONLY, Model, UtcDateTime, db, insert_unless_there, transaction


class State(Model):
    """État de la maison: one line for each thing to remember, shared by all its processes."""

    __tablename__ = "house_state"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was noted; of a lease, when it ends


def recall(name: str) -> State | None:
    """What was noted last under this name."""
    return db.session.get(State, name, populate_existing=True)


def note(name: str, *, at: datetime, **facts: Any) -> None:
    """Remember; it replaces what was noted. Allowed while the house is read-only: this is how one knows that it is."""
    with transaction(while_read_only=True) as session:
        session.merge(State(name=name, facts=facts, at=at))


def forget(name: str) -> None:
    with transaction(while_read_only=True) as session:
        session.execute(sa.delete(State).where(State.name == name))


def take(name: str, *, lasting: timedelta) -> bool:
    """Lease a job for a while, so that two workers do not do it at once; False when another one has it.

    The lease ends by itself if its holder dies. Taking it again renews nothing: see `renew`.
    """
    now = clock.running()
    with transaction(while_read_only=True) as session:
        session.execute(insert_unless_there(State).values(name=name, facts={}, at=now))
        free = sa.update(State).where(State.name == name, State.at <= now).values(at=now + lasting)
        return bool(session.execute(free).rowcount)  # type: ignore[attr-defined]


def renew(name: str, *, lasting: timedelta) -> None:
    with transaction(while_read_only=True) as session:
        session.execute(sa.update(State).where(State.name == name).values(at=clock.running() + lasting))


def release(name: str) -> None:
    renew(name, lasting=timedelta(0))


def stop_writing(reason: str, *, at: datetime) -> None:
    """From now on nobody writes, on any process: what is damaged is not made worse. Reading goes on."""
    note(READ_ONLY, at=at, reason=reason)


def write_again() -> None:
    forget(READ_ONLY)
