"""Databases for the tests, on both engines: each one a copy of one that the migrations built."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import psycopg
import pytest
from sqlalchemy import make_url

from app.cli import schema
from app.core.db import db
from app.factory import create_app
from config import TestConfig

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # for what has nothing to do with the database

ROOM = 4 * 1024**3  # bytes: each of the two workers makes a hundred databases of ten million


class Engine(Protocol):
    name: str

    def new_database(self) -> str:
        """The URL of a database with all the tables and no row of ours."""


def in_memory() -> Path | None:
    """A folder that no disk is waited for, where the system has one with room: a killed process leaves its files there as elsewhere."""
    folder = Path("/dev/shm")
    return folder if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM else None


@contextmanager
def sqlite_engine() -> Iterator[Engine]:
    with TemporaryDirectory(prefix="worklab-sqlite-", dir=in_memory()) as folder:
        yield _Sqlite(Path(folder))


@contextmanager
def postgres_engine(server_url: str) -> Iterator[Engine]:
    engine = _Postgres(server_url)
    try:
        yield engine
    finally:
        engine.drop_all()


class _Sqlite:
    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, count(1)
        self._template = folder / "template.db"
        _migrate(f"sqlite:///{self._template}")

    def new_database(self) -> str:
        copy = self._folder / f"{next(self._number)}.db"
        shutil.copyfile(self._template, copy)
        return f"sqlite:///{copy}"


class _Postgres:
    name = "postgres"

    def __init__(self, server_url: str) -> None:
        self._url = make_url(server_url)
        self._names: list[str] = []
        with psycopg.connect(self._conninfo()) as connection:
            self._prefix = f"worklab_test_{connection.info.backend_pid}"
        self._template = self._create()
        _migrate(self._url_of(self._template))

    def new_database(self) -> str:
        return self._url_of(self._create(template=self._template))

    def drop_all(self) -> None:
        for name in self._names:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self, template: str = "template1") -> str:
        name = f"{self._prefix}_{len(self._names)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        self._names.append(name)
        return name

    def _do(self, sql: str) -> None:
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            connection.execute(sql.encode())

    def _conninfo(self) -> str:
        return self._url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)


def _migrate(url: str) -> None:
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url))
    with app.app_context():
        schema.upgrade()
        db.session.remove()
        db.engine.dispose()
