"""The tables: which migration the database is at, and bringing it to the last one.

Alembic costs half a second and ten megabytes: it is imported when there is something to migrate, never by a warm start.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy import Connection

from app.core.commands import CommandRefused
from app.core.db import db

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
SETTINGS = MIGRATIONS / "alembic.ini"


class DatabaseIsNewer(CommandRefused):
    """A more recent program has migrated this database: ours would not understand it."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"La base a été migrée ({found}) par une version plus récente de Worklab\u00a0: prenez celle-ci ou une plus récente."
        )


def head() -> str:
    """The number of the last migration, read in the names of the files."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    """The migration that the database is at; none: it is empty."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def is_at_head() -> bool:
    return current(db.session.connection()) == head()


def bring_up_to_date() -> bool:
    """Run the migrations that are missing; whether there were any."""
    with db.engine.connect() as connection:
        found = current(connection)
    if found == head():
        return False
    if found is not None and found > head():
        raise DatabaseIsNewer(found)
    upgrade()
    return True


def upgrade(revision: str = "head", *, connection: Connection | None = None) -> None:
    """Run the migrations up to `revision`: under their own lock, or inside the transaction of a given connection."""
    from alembic import command

    command.upgrade(alembic(connection), revision)


def alembic(connection: Connection | None = None) -> "Config":
    """Alembic's settings, for what it does on this database."""
    from alembic.config import Config

    return Config(SETTINGS, attributes={"connection": connection})


@click.command("db", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@with_appcontext
def db_command(words: tuple[str, ...]) -> None:
    """Les migrations : db upgrade, db current, db check… (les mots d’Alembic)."""
    if words in (("upgrade",), ("upgrade", "head")):
        bring_up_to_date()
        return
    from alembic.config import CommandLine

    CommandLine(prog="flask db").main(["--config", str(SETTINGS), *words])
