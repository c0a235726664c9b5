"""`restore`: a backup comes back, whole or not at all, on the database at hand, whichever it was made on."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from app import wiring
from app.cli import archive, portable, schema
from app.cli.archive import BadArchive, Manifest
from app.cli.backup import uploads_folder
from app.cli.check import check_and_remember, is_damage
from app.core import clock, state
from app.core.commands import CommandRefused, counted
from app.core.db import db
from app.portal import erasing
from app.web.words import said


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Remplacer ce que la base contient.")
@click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sur une autre machine : la liste des comptes effacés (instance/erasures.txt de l’ancienne).",
)
@with_appcontext
def restore_command(file: Path, replace: bool, erasures: Path | None) -> None:
    """Rend au lieu ce que la sauvegarde FILE contient ; qui fut effacé depuis l’est de nouveau. Arrêtez d’abord le service."""
    try:
        with archive.opened(file) as (packed, manifest):
            bring_back(packed, manifest, replace=replace)
    except BadArchive as trouble:
        raise CommandRefused(f"{trouble} Rien n’a été changé.") from trouble
    now = clock.now()
    if erasures is not None:
        erasing.take_list(erasures.read_text(encoding="ascii", errors="replace"))
    for follow_up in wiring.AFTER_RESTORE:
        follow_up(now=now)
    erased, not_erased = erasing.again(now=now)
    if erased:
        click.echo(
            f"{counted(erased, 'compte, effacé depuis cette sauvegarde, l’est', 'comptes, effacés depuis cette sauvegarde, le sont')} de nouveau."
        )
    findings = check_and_remember(now=now)
    made_at = datetime.fromisoformat(manifest.made_at)
    rows, files = counted(manifest.rows, "ligne", "lignes"), counted(len(manifest.files), "fichier", "fichiers")
    click.echo(f"Sauvegarde du {made_at:%d/%m/%Y à %H:%M} UTC rendue\u00a0: {rows}, {files}.")
    troubles = [
        f"Le compte n°\u00a0{member_id}, effacé depuis, est revenu et ne peut pas l’être de nouveau\u00a0: {said(reason)}"
        for member_id, refused in not_erased
        for reason in refused.reasons
    ]
    if findings:
        troubles.append(f"Mais tout n’est pas en ordre\u00a0: {findings[0].sentence}")
    if troubles:
        raise CommandRefused("\n".join(troubles))


def bring_back(packed: zipfile.ZipFile, manifest: Manifest, *, replace: bool) -> None:
    """The files beside, the database in one transaction, then the files in their place."""
    if manifest.revision > schema.head():
        raise CommandRefused(
            f"Cette sauvegarde vient d’une version plus récente de Worklab (migration {manifest.revision})\u00a0: prenez celle-ci ou une plus récente."
        )
    with _new_uploads() as folder:
        archive.unpack_files(packed, manifest, folder)
        with _one_transaction() as connection:
            if not replace and (table := _first_table_with_rows(connection)):
                raise CommandRefused(f"La base n’est pas vide (table {table})\u00a0: avec --replace, ce qu’elle contient sera remplacé.")
            _prepare_tables(connection, manifest.revision, replace=replace)
            with _links_aside(connection):
                _load(packed, manifest, connection)
            schema.upgrade(connection=connection)


@contextmanager
def _new_uploads() -> Iterator[Path]:
    """A folder beside that of the uploads, which takes its place if all goes well."""
    uploads = uploads_folder()
    uploads.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(mkdtemp(dir=uploads.parent, prefix="uploads."))
    try:
        yield folder
        before = folder.with_suffix(".before")
        if uploads.exists():
            uploads.rename(before)
        folder.rename(uploads)
        shutil.rmtree(before, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _one_transaction() -> Iterator[Connection]:
    """All of it or nothing: until its end, whoever reads sees what was there before."""
    with db.engine.connect().execution_options(writing=True) as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")  # has no effect once the transaction has begun
        try:
            with connection.begin():
                yield connection
                if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise BadArchive("Dans cette sauvegarde, des lignes mènent nulle part.")
        finally:
            if is_sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def _first_table_with_rows(connection: Connection) -> str | None:
    return next(
        (name for name in portable.tables(connection) if connection.scalar(sa.select(sa.exists().select_from(sa.table(name))))), None
    )


def _prepare_tables(connection: Connection, revision: str, *, replace: bool) -> None:
    """The empty tables of that migration: those at hand, when they are, else made anew."""
    if not replace and schema.current(connection) == revision:
        connection.execute(sa.delete(state.State))
    else:
        _erase_unless_damaged(connection)
        schema.upgrade(revision, connection=connection)


def _erase_unless_damaged(connection: Connection) -> None:
    try:
        _erase(connection)
    except DatabaseError as trouble:
        if not is_damage(trouble):
            raise
        raise CommandRefused(
            "La base est trop abîmée pour être remplacée sur place\u00a0: mettez de côté ses fichiers (worklab.db, -wal, -shm) et recommencez."
        ) from trouble


def _erase(connection: Connection) -> None:
    """Every table, with what hangs on it; and on PostgreSQL the functions of our triggers."""
    quote = connection.dialect.identifier_preparer.quote
    cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
    for name in sa.inspect(connection).get_table_names():
        connection.exec_driver_sql(f"DROP TABLE {quote(name)}{cascade}")
    if connection.dialect.name == "postgresql":
        for function in connection.scalars(sa.text(_OUR_FUNCTIONS)).all():
            connection.exec_driver_sql(f"DROP FUNCTION {function} CASCADE")


_OUR_FUNCTIONS = """
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


@contextmanager
def _links_aside(connection: Connection) -> Iterator[None]:
    """Rows come table after table, and some lead to later ones: PostgreSQL looks at its foreign keys once all are there."""
    if connection.dialect.name != "postgresql":
        yield
        return
    links = connection.execute(sa.text(_LINKS)).all()
    for table, name, _ in links:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, words in links:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {words}")


_LINKS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""


def _load(packed: zipfile.ZipFile, manifest: Manifest, connection: Connection) -> None:
    known = portable.tables(connection)
    if set(known) != set(manifest.tables):
        raise BadArchive("Les tables de cette sauvegarde ne sont pas celles de sa version.")
    for name in known:
        table = manifest.tables[name]
        if set(table.columns) != set(portable.columns(connection, name)):
            raise BadArchive(f"Dans cette sauvegarde, la table {name} n’a pas les colonnes de sa version.")
        rows = (portable.from_line(line) for line in archive.lines(packed, name, table))
        portable.write_rows(connection, name, table.columns, rows)
        if connection.dialect.name == "postgresql":
            _go_on_counting(connection, name)


def _go_on_counting(connection: Connection, table: str) -> None:
    """The next row of a table takes the number after the last one."""
    for column in sa.inspect(connection).get_columns(table):
        sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table, column["name"])))
        if sequence:
            last = sa.select(sa.func.max(sa.column(column["name"]))).select_from(sa.table(table)).scalar_subquery()
            connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1), last.is_not(None))))
