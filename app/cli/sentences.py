"""Commands end in a French sentence even when the database is in trouble: locked, full, away, or without its tables."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from app.cli import schema
from app.core.commands import CommandRefused
from app.core.db import HouseIsReadOnly, db


def in_french(command: click.Command) -> click.Command:
    """The same command, and those of its group, whose troubles are said in a sentence."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            in_french(inner)
    if command.callback is not None and not hasattr(command.callback, "speaks_french"):
        command.callback = _told(command.callback)
    return command


def _told(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except HouseIsReadOnly as closed:
            raise CommandRefused(
                "Le lieu se lit mais ne s’écrit pas\u00a0: «\u00a0flask doctor\u00a0» dit pourquoi et comment en sortir."
            ) from closed
        except (DatabaseError, NoConnectionLeft) as trouble:
            sentence = _sentence(trouble)
            if sentence is None:
                raise
            raise CommandRefused(sentence) from trouble

    told.speaks_french = True  # type: ignore[attr-defined]
    return told


def _sentence(trouble: DatabaseError | NoConnectionLeft) -> str | None:
    """None when the mistake is ours."""
    if _tables_are_late():
        return "Les tables de la base ne sont pas à jour\u00a0: lancez «\u00a0flask db upgrade\u00a0»."
    if isinstance(trouble, OperationalError | NoConnectionLeft):
        return f"La base n’a pas répondu ({first_line(trouble)}). Rien n’a été fait à moitié\u00a0: recommencez plus tard."
    return None


def first_line(trouble: Exception) -> str:
    """What the database itself said, without the statement."""
    said = trouble.orig if isinstance(trouble, DatabaseError) else trouble
    return str(said).partition("\n")[0].rstrip(".")


def _tables_are_late() -> bool:
    db.session.rollback()
    try:
        return not schema.is_at_head()
    except SQLAlchemyError:
        return False
