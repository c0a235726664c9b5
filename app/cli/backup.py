"""`backup`: all that the lieu keeps, in one file, while people go on; read again by `restore` on either database."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Connection

from app.cli import archive, portable, schema
from app.cli.archive import File, Manifest, Measured, Table
from app.core import clock
from app.core.commands import CommandRefused, counted, size_of
from app.core.db import db


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup_command(file: Path) -> None:
    """Écrit dans FILE tout ce que le lieu garde : sa base et ses fichiers. Le service continue pendant ce temps."""
    if file.exists() and not zipfile.is_zipfile(file):
        raise CommandRefused(f"{file} existe déjà et n’est pas une sauvegarde\u00a0: choisissez un autre nom.")
    try:
        if file.absolute().parent == kept_folder().absolute():
            make_kept_folder()
        manifest = write(file, now=clock.now())
    except OSError as trouble:
        raise CommandRefused(f"La sauvegarde ne peut pas être écrite dans {file} ({trouble.strerror}).") from trouble
    lines, files = counted(manifest.rows, "ligne", "lignes"), counted(len(manifest.files), "fichier", "fichiers")
    click.echo(f"Sauvegarde faite\u00a0: {file} ({lines}, {files}, {size_of(file.stat().st_size)}).")


def write(path: Path, *, now: datetime) -> Manifest:
    """One instant of the database, then the uploaded files, which never change once they are there."""
    with archive.new(path) as packed, snapshot() as connection:
        revision = schema.current(connection)
        if revision is None:
            raise CommandRefused("Il n’y a rien à sauvegarder\u00a0: la base n’a pas encore de tables.")
        manifest = Manifest(revision=revision, made_at=now.isoformat(timespec="seconds"), made_on=connection.dialect.name)
        for name in portable.tables(connection):
            manifest.tables[name] = _pack_table(packed, connection, name)
        for file in _uploads():
            manifest.files[file.relative_to(uploads_folder()).as_posix()] = _pack_file(packed, file)
        archive.add_manifest(packed, manifest)
    return manifest


@contextmanager
def snapshot() -> Iterator[Connection]:
    """Reads the database as it was at one instant, whatever is written meanwhile."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def kept_folder() -> Path:
    """Where the backups of the night are, and those made before an upgrade."""
    return Path(current_app.config["INSTANCE_FOLDER"]) / "backups"


def make_kept_folder() -> Path:
    folder = kept_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def uploads_folder() -> Path:
    return Path(current_app.config["INSTANCE_FOLDER"]) / "uploads"


def _uploads() -> list[Path]:
    return sorted(path for path in uploads_folder().rglob("*") if path.is_file())


def _pack_table(packed: zipfile.ZipFile, connection: Connection, name: str) -> Table:
    count = 0
    with packed.open(f"tables/{name}.jsonl", "w", force_zip64=True) as file:
        measured = Measured(file)
        for rows in portable.rows(connection, name):
            measured.write("".join(f"{portable.to_line(row)}\n" for row in rows).encode())
            count += len(rows)
    return Table(columns=portable.columns(connection, name), rows=count, sha256=measured.sha256)


def _pack_file(packed: zipfile.ZipFile, path: Path) -> File:
    """As it is: a picture is already small."""
    entry = zipfile.ZipInfo(f"uploads/{path.relative_to(uploads_folder()).as_posix()}")
    with path.open("rb") as original, packed.open(entry, "w", force_zip64=True) as file:
        measured = Measured(file)
        while data := original.read(archive.CHUNK):
            measured.write(data)
    return File(size=measured.size, sha256=measured.sha256)
