"""Rows in a form that both databases read and write: one JSON list a line, in the order of the primary key.

Instants are `2026-12-01 09:00:00.000000` in UTC, days `2026-12-01`, booleans 1 and 0, JSON is a string, bytes are `{"base64": …}`:
what SQLite keeps as it is, and what PostgreSQL takes by COPY. The same data give the same lines on both.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

# Told by the manifest; true of one house only; made again for who asks.
NOT_CARRIED = ("alembic_version", "house_state", "course_bundle", "course_bundle_paper")
AT_ONCE = 2000  # rows read or written together

Row = Sequence[Any]


def tables(connection: Connection) -> list[str]:
    """The tables that hold the lieu's rows, whatever the models say of them."""
    return sorted(set(sa.inspect(connection).get_table_names()) - set(NOT_CARRIED))


def columns(connection: Connection, table: str) -> list[str]:
    return [column["name"] for column in sa.inspect(connection).get_columns(table)]


def rows(connection: Connection, table: str) -> Iterator[Sequence[Row]]:
    """The rows of a table, some at a time."""
    inspector = sa.inspect(connection)
    key = inspector.get_pk_constraint(table)["constrained_columns"]
    values = [_portable(connection, column["name"], column["type"]) for column in inspector.get_columns(table)]
    select = sa.select(*values).select_from(sa.table(table)).order_by(*(sa.column(name) for name in key))
    yield from connection.execution_options(stream_results=True).execute(select).partitions(AT_ONCE)


def write_rows(connection: Connection, table: str, names: Sequence[str], lines: Iterable[Row]) -> None:
    """Add rows to a table, as fast as the database takes them, in the transaction at hand."""
    quote = connection.dialect.identifier_preparer.quote
    where = f"{quote(table)} ({', '.join(quote(name) for name in names)})"
    driver: Any = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        driver.execute("SET LOCAL TIME ZONE 'UTC'")
        with driver.copy(f"COPY {where} FROM STDIN") as copy:
            for line in lines:
                copy.write_row(line)
    else:
        driver.executemany(f"INSERT INTO {where} VALUES ({', '.join('?' * len(names))})", lines)  # noqa: S608 — names of the database's own
    driver.close()


def to_line(row: Row) -> str:
    return json.dumps(list(row), ensure_ascii=False, separators=(",", ":"), default=_bytes)


def from_line(line: bytes) -> Row:
    row: list[Any] = json.loads(line)
    return [b64decode(value["base64"]) if isinstance(value, dict) else value for value in row]


def _portable(connection: Connection, name: str, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """A column as a number, a text or bytes. SQLite has nothing else."""
    column: sa.ColumnElement[Any] = sa.column(name)
    if connection.dialect.name != "postgresql":
        return column
    if isinstance(kind, postgresql.TIMESTAMP):
        instant = sa.func.timezone("UTC", column) if kind.timezone else column
        return sa.func.to_char(instant, "YYYY-MM-DD HH24:MI:SS.US").label(name)
    if isinstance(kind, sa.Boolean):
        return sa.cast(column, sa.Integer).label(name)
    if isinstance(kind, sa.Date | sa.JSON):
        return sa.cast(column, sa.Text).label(name)
    return column


def _bytes(value: object) -> dict[str, str]:
    if not isinstance(value, bytes):
        raise TypeError(f"no portable form for {type(value)}")
    return {"base64": b64encode(value).decode()}
