"""Statements that every page or gesture repeats, handed to the driver as they are.

To execute a statement, SQLAlchemy makes its parameters, its cursor, its result and the names in it anew: most of what a small read
costs, and a page asks six. Here this is done once for each kind of database; what comes back is plain named tuples. Measured:
a page of six reads costs a seventh less, a booking a fifth.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from app.core.db import db

Processor = Callable[[Any], Any]


class Prepared:
    """A statement of plain tables, whose values are given by name: `HELD.rows(member=7, since=now)`.

    It is part of the session's transaction and fails in SQLAlchemy's words, as by `session.execute`. An insert is given every
    column that it writes: the defaults of objects are not looked at.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._spoken: dict[tuple[object, ...], _Spoken] = {}

    def rows(self, **values: Any) -> list[Any]:
        connection = db.session().connection()
        spoken = self._for(connection.dialect, values)
        return spoken.read(_execute(connection, spoken.sql, spoken.parameters(values)).fetchall())

    def tuples(self, **values: Any) -> list[Any]:
        """The same, nameless and as the driver gives them, for what is read by the thousand (`as_stored`)."""
        connection = db.session().connection()
        spoken = self._for(connection.dialect, values)
        found: list[Any] = _execute(connection, spoken.sql, spoken.parameters(values)).fetchall()
        return found

    def first(self, **values: Any) -> Any:
        """Its first row, or none."""
        return next(iter(self.rows(**values)), None)

    def scalar(self, **values: Any) -> Any:
        """The first column of its first row, or none."""
        found = self.first(**values)
        return None if found is None else found[0]

    def write(self, *lines: Mapping[str, Any]) -> None:
        """Write each of these lines."""
        connection = db.session().connection()
        for values in lines:
            spoken = self._for(connection.dialect, values)
            _execute(connection, spoken.sql, spoken.parameters(values))

    def _for(self, dialect: Dialect, values: Mapping[str, Any]) -> "_Spoken":
        """The statement in the words of a database; a list of values has its own length in them."""
        key = (dialect.name, *(len(value) for value in values.values() if type(value) is list))
        spoken = self._spoken.get(key)
        if spoken is None:
            spoken = self._spoken[key] = _speak(self._statement, dialect, values)
        return spoken


@dataclass(frozen=True, slots=True)
class _Spoken:
    sql: str
    order: Sequence[str]  # of the parameters, where they go by position
    constants: Mapping[str, Any]  # values that the statement itself says, as the driver takes them
    lists: Mapping[str, Sequence[str]]  # the names of the values of a list
    writers: Sequence[tuple[str, Processor]]
    readers: Sequence[tuple[int, Processor]]
    row: Callable[[Iterable[Any]], Any]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        filled = {**self.constants, **values}
        for name, parts in self.lists.items():
            filled.update(zip(parts, filled.pop(name), strict=True))
        for name, write in self.writers:
            filled[name] = write(filled[name])
        return [filled[name] for name in self.order] if self.order else filled

    def read(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        if not self.readers:
            return [self.row(row) for row in rows]
        found = []
        for row in rows:
            columns = list(row)
            for number, read in self.readers:
                columns[number] = read(columns[number])
            found.append(self.row(columns))
        return found


def _speak(statement: Any, dialect: Dialect, values: Mapping[str, Any]) -> _Spoken:
    compiled = statement.compile(
        dialect=dialect, column_keys=[name for name in values if name in statement.table.c] if statement.is_insert else None
    )
    state = compiled.construct_expanded_state(dict(values))
    said = {name: value for name, value in compiled.construct_params(_check=False).items() if name not in values}
    lists, columns = state.parameter_expansion, list(statement.exported_columns)
    row: Any = namedtuple("Row", [str(column.key) for column in columns], rename=True)  # type: ignore[misc]
    processors = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()}
    writers = {name: write for name, write in processors.items() if write is not None}
    readers = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
    return _Spoken(
        sql=state.statement,
        order=state.positiontup or (),
        constants={name: writers[name](value) if name in writers else value for name, value in said.items()},
        lists=lists,
        writers=[(part, write) for name, write in writers.items() if name not in said for part in lists.get(name, [name])],
        readers=[(number, read) for number, read in enumerate(readers) if read is not None],
        row=row._make,
    )


def _execute(connection: Connection, sql: str, parameters: Any) -> Any:
    proxied, dialect = connection.connection, connection.dialect
    cursor = proxied.cursor()
    connection.dispatch.before_cursor_execute(connection, cursor, sql, parameters, None, False)
    try:
        cursor.execute(sql, parameters)
    except dialect.loaded_dbapi.Error as error:
        is_gone = dialect.is_disconnect(error, proxied, cursor)
        if is_gone:
            connection.invalidate(error)
            connection.engine.dispose()  # those that rest are gone too
        raise sa.exc.DBAPIError.instance(
            sql, parameters, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=is_gone, dialect=dialect
        ) from error
    return cursor
