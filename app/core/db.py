"""The database: SQLite in WAL by default, PostgreSQL by URL; one way to write."""

import select
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import Pool
from sqlalchemy.types import NullType

from app.core import clock

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


class _Session(FlaskSession):
    """Its readings, on PostgreSQL, are no transactions: each statement sees what was committed, in one or without, and a page is
    spared the journeys of BEGIN and ROLLBACK."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = super().get_bind(*args, **kwargs)
        is_reading = isinstance(bind, Engine) and bind.dialect.name == "postgresql" and not self.info.get("writing")
        return _for_reading(bind) if is_reading else bind


@lru_cache(maxsize=32)
def _for_reading(engine: Engine) -> Engine:
    """The same connections, where each statement is alone."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


db = SQLAlchemy(model_class=Base, session_options={"class_": _Session, "expire_on_commit": False})

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model


def table(model: type[Base]) -> sa.Table:
    """The table of a model, for the statements that every page or gesture repeats: built once, and read or written as plain
    rows, they cost a fifth of what objects do."""
    assert isinstance(model.__table__, sa.Table)
    return model.__table__


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Aware in, aware out, stored in UTC on both engines; a naive value is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime refused")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def as_stored(column: Any) -> sa.ColumnElement[Any]:
    """A `UtcDateTime` column as the driver gives it, for pages that read a thousand rows: turn each into `seconds`, or `instant`."""
    return sa.type_coerce(column, NullType())


@lru_cache(maxsize=8192)
def instant(stored: str | datetime) -> datetime:
    """What `as_stored` gave, in UTC. A week, or a fortnight, has few instants that differ: each is worked out once."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC) if isinstance(stored, str) else stored.astimezone(UTC)


@lru_cache(maxsize=8192)
def seconds(stored: str | datetime) -> int:
    """The same in whole seconds since 1970."""
    return int(instant(stored).timestamp())


class HouseIsReadOnly(Exception):
    """A check found the data damaged: nobody writes until a person has looked (`flask check`, `app/core/state.py`)."""


BUSY_SECONDS = 10  # how long a writer waits for its turn
_ONE_WRITER = threading.Lock()
_writers: set[int] = set()  # the threads of this process that write, or wait for their turn to
READ_ONLY = "read_only"  # name of the line of `house_state` that says so
_IS_READ_ONLY = "SELECT 1 FROM house_state WHERE name = 'read_only'"


@contextmanager
def transaction(*, while_read_only: bool = False) -> Iterator[Session]:
    """Run a block of writes. The outermost block commits; inner blocks join it.

    A reading transaction that was open ends first, so that SQLite takes its write lock at the start and waits for it
    (a reader that turns writer in the middle is refused at once).
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.commit()
    session.info["writing"], session.info["kept"] = True, {}
    _writers.add(threading.get_ident())
    try:
        with _in_turn(session):
            connection = session.connection(execution_options={"writing": True})
            if not while_read_only and connection.exec_driver_sql(_IS_READ_ONLY).first():
                raise HouseIsReadOnly
            yield session
            for touch in session.info.pop("last", {}).values():
                touch(session)
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writers.discard(threading.get_ident())
        session.info.pop("last", None)
        session.info.pop("writing", None)
        session.info.pop("kept", None)


@contextmanager
def _in_turn(session: Session) -> Iterator[None]:
    """The threads of one process wait for SQLite's single writer here, first come first served, rather than by asking it again
    and again; other processes still wait by asking. A wait too long ends as a locked database does: 503, try again."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    if not _ONE_WRITER.acquire(timeout=BUSY_SECONDS):
        raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
    try:
        yield
    finally:
        if session.in_transaction():
            session.rollback()  # before the next one starts to write
        _ONE_WRITER.release()


def is_writing() -> bool:
    """Whether a block of writes is open."""
    return bool(db.session().info.get("writing"))


def may_be_writing() -> bool:
    """Whether this thread writes, or waits for its turn to; asked hundreds of times a page, so without finding its session."""
    return threading.get_ident() in _writers


def is_a_crowd() -> bool:
    """Whether others of this process write: to write, too, is to wait for them."""
    return bool(_writers - {threading.get_ident()})


def just_before_commit(key: object, write: Any) -> None:
    """Do `write(session)` once at the very end of this transaction, for a row that many gestures touch.

    Taken last, its lock is held the shortest, and nothing is waited for behind it.
    """
    db.session().info.setdefault("last", {})[key] = write


def lock(space: int, *keys: int) -> None:
    """Make the gestures on these things take turns, until the transaction ends.

    PostgreSQL: advisory locks, taken in one order, so that no two gestures wait for each other.
    SQLite: its single writer already makes them.
    """
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted(set(keys)):
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(space, key)))


NAMES = 12  # the space of locks where names are given


def take_turn_to_name(place_id: int) -> None:
    """In a lieu, one gesture at a time names a thing that no other may be called like: who looks first whether the name is free is right."""
    lock(NAMES, place_id)


def insert_unless_there(model: type[Base]) -> Any:
    """`INSERT … ON CONFLICT DO NOTHING` in the words of the database at hand; RETURNING gives no row when it was there.

    On PostgreSQL an insert that another open transaction contradicts waits for it instead of failing the whole transaction.
    """
    insert = postgresql.insert if db.session().get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(model).on_conflict_do_nothing()


@event.listens_for(Session, "before_flush")
def _no_write_outside_a_transaction(session: Session, *_: object) -> None:
    changed = session.new or session.deleted or any(session.is_modified(row) for row in session.dirty)
    if changed and not session.info.get("writing"):
        raise RuntimeError("a write outside `with transaction()`")


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # SQLAlchemy says BEGIN itself, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")


RESTED = 5.0  # seconds after which a connection to PostgreSQL is asked whether it is still there, before it is used


@event.listens_for(Pool, "checkin")
def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = clock.elapsed()


@event.listens_for(Pool, "checkout")
def _wake(connection: Any, record: Any, _proxy: Any) -> None:
    """A server that was started again meanwhile is met anew. Asking it each time would be a journey for each page: one that hung up
    left something to read, and one that cannot even do that is asked when the connection has rested."""
    if isinstance(connection, sqlite3.Connection):
        return
    has_rested = clock.elapsed() - record.info.get("rests_since", 0) > RESTED
    if not has_rested and not _has_something_to_read(connection):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as gone:
        raise sa.exc.InvalidatePoolError from gone


def _has_something_to_read(connection: Any) -> bool:
    listener = select.poll()
    listener.register(connection.fileno(), select.POLLIN)
    return bool(listener.poll(0))


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # may wait, and fail in the words of SQLAlchemy
    else:
        connection.connection.driver_connection.execute("BEGIN")  # type: ignore[union-attr]  # every page says it; it waits for nobody
