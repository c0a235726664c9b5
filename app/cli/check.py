"""`check`: what must be true is looked at from outside, each night and when asked. Nothing is ever repaired in silence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import click
import sqlalchemy as sa
import structlog
from flask.cli import with_appcontext
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app import wiring
from app.cli import schema
from app.core import clock, state
from app.core.commands import CommandRefused, counted
from app.core.db import READ_ONLY, db

Check = Callable[[Session], Iterator[str]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """Ce qui ne va pas: one French sentence; grave when the database itself can no longer be trusted."""

    sentence: str
    is_grave: bool


@click.command("check")
@click.option("--all", "tell_all", is_flag=True, help="Dire tout ce qui ne va pas, et non le premier défaut.")
@with_appcontext
def check_command(tell_all: bool) -> None:
    """Vérifie la base de fond en comble : fichier, tables, occupations, soldes, journal."""
    was_read_only = state.recall(READ_ONLY) is not None
    findings = check_and_remember(now=clock.now())
    if findings:
        raise CommandRefused("\n".join(finding.sentence for finding in (findings if tell_all else findings[:1])))
    click.echo("Tout est en ordre.")
    if was_read_only:
        state.write_again()
        click.echo("Le lieu accepte de nouveau les écritures.")


def check_and_remember(*, now: datetime) -> list[Finding]:
    """Look at everything and note how it went; a database that cannot be trusted takes no more writes."""
    findings = list(look())
    grave = next((finding for finding in findings if finding.is_grave), None)
    try:
        state.note("check", at=now, ok=not findings, faults=[finding.sentence for finding in findings[:20]])
        if grave:
            state.stop_writing(grave.sentence, at=now)
    except DatabaseError as trouble:  # damaged to the point that nobody can write at all
        if not grave:
            raise
        _log.critical("check_not_noted", error=str(trouble.orig))
    return findings


def look() -> Iterator[Finding]:
    """First the database itself, then what each room promises of its rows. Tables of another version are nobody's damage: what follows
    would ask them for what they do not have, and a lieu that waits for its restart goes on writing."""
    yield from _findings(integrity, is_grave=True)
    yield from (of_another_version := list(_findings(migrations, is_grave=False)))
    if not of_another_version:
        yield from _findings(links, *wiring.GUARDS, is_grave=True)
        yield from _findings(*wiring.CHECKS, is_grave=False)


def _findings(*checks: Check, is_grave: bool) -> Iterator[Finding]:
    return (Finding(sentence, is_grave) for check in checks for sentence in _asked(check))


def _asked(check: Check) -> list[str]:
    try:
        return list(check(db.session()))
    except DatabaseError as trouble:
        if is_damage(trouble):
            return [f"La base est abîmée\u00a0: {trouble.orig}."]
        raise
    finally:
        db.session.rollback()


def is_damage(trouble: DatabaseError) -> bool:
    """The two databases' words for pages that mean nothing any more."""
    said = str(trouble.orig)
    return "malformed" in said or "not a database" in said or getattr(trouble.orig, "sqlstate", None) in ("XX001", "XX002")


# ---------------------------------------------------------------- of the database itself


def integrity(session: Session) -> Iterator[str]:
    """Every page of the file can be read and means something."""
    if session.get_bind().dialect.name == "sqlite":
        said = [row[0] for row in session.execute(sa.text("PRAGMA integrity_check(5)"))]
        if said != ["ok"]:
            yield f"Le fichier de la base est abîmé\u00a0: {said[0].splitlines()[0]}."
    else:
        failures = session.scalar(sa.text("SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()"))
        if failures:
            yield f"PostgreSQL a trouvé {counted(failures, 'page abîmée', 'pages abîmées')}."


def migrations(session: Session) -> Iterator[str]:
    """The tables are those that the program knows."""
    found = schema.current(session.connection())
    if found is not None and found > schema.head():
        yield f"La base ({found}) est plus récente que le programme ({schema.head()})\u00a0: reprenez la dernière version de Worklab."
    elif found != schema.head():
        yield f"Les tables sont à la migration {found or 'zéro'}, le programme attend la {schema.head()}\u00a0: lancez «\u00a0flask db upgrade\u00a0»."


def links(session: Session) -> Iterator[str]:
    """Every foreign key leads somewhere, whatever the database was told to let pass."""
    for table, question in _lost_rows().items():
        for columns, number in session.connection().exec_driver_sql(question):
            if number:
                yield f"Dans la table {table}, {counted(number, 'ligne ne mène', 'lignes ne mènent')} nulle part ({columns})."


@cache
def _lost_rows() -> dict[str, str]:
    """For each table that refers to others, one question: by each key, how many rows lead nowhere? Written once: to compose three
    hundred of them took longer than to ask them of a whole lieu."""
    keys = {table.name: sorted(table.foreign_key_constraints, key=lambda key: list(key.column_keys)) for table in db.metadata.sorted_tables}
    return {table: " UNION ALL ".join(_lost_by(key) for key in own) for table, own in keys.items() if own}


def _lost_by(key: sa.ForeignKeyConstraint) -> str:
    mine, other = key.table, key.referred_table.alias("other")
    pairs = [(element.parent, other.c[element.column.name]) for element in key.elements]
    lost: sa.Select[str, int] = (
        sa.select(sa.literal_column(f"'{', '.join(key.column_keys)}'"), sa.func.count())
        .select_from(mine.outerjoin(other, sa.and_(*(ours == theirs for ours, theirs in pairs))))
        .where(pairs[0][1].is_(None), *(ours.is_not(None) for ours, _ in pairs))
    )
    return str(lost)
