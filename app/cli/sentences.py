"""Commands end in a French sentence: a word that is missing or wrong, a database that is locked, full, away, or without its tables, a file out of reach."""

from collections.abc import Callable
from functools import wraps
from typing import IO, Any

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


def say_bad_use_in_french() -> None:
    """Click says what is wrong with a command line in English; there is one way for all of them to be shown."""
    click.UsageError.show = _show  # type: ignore[method-assign, assignment]


def _show(error: click.UsageError, file: IO[Any] | None = None) -> None:
    path = error.ctx.command_path if error.ctx else "flask"
    click.echo(f"{bad_use(error)} (L’aide\u00a0: {path} --help)", file=file, err=file is None)


def bad_use(error: click.UsageError) -> str:
    """What is wrong with a command line."""
    match error:
        case click.MissingParameter(param=click.Argument() as argument):
            return f"Il manque {argument.make_metavar(error.ctx) if error.ctx else argument.name}."
        case click.MissingParameter(param=click.Parameter() as option):
            return f"Il manque l’option {option.opts[0]}."
        case click.NoSuchOption(option_name=name):
            return f"L’option {name} n’existe pas."
        case click.BadOptionUsage(option_name=name):
            return f"L’option {name} attend une valeur."
        case click.BadParameter(param=click.Parameter() as given, message=message):
            name = given.opts[0] if isinstance(given, click.Option) else given.human_readable_name
            return f"{name}\u00a0: {message if _speaks_french(given.type) else _expected(given.type)}"
        case click.BadParameter(param_hint=str(name), message=message):
            return f"{name}\u00a0: {message}"
        case click.UsageError(message=message) if message.startswith("No such command"):
            return "Cette commande n’existe pas."
        case _:
            return f"Cette commande ne se dit pas ainsi ({error.format_message().rstrip('.')})."


def _speaks_french(kind: click.ParamType[Any]) -> bool:
    """The types of our own commands do; click's do not."""
    return not type(kind).__module__.startswith("click.")


def _expected(kind: click.ParamType[Any]) -> str:
    """What a value of this type is."""
    match kind:
        case click.Path(exists=True):
            return "ce fichier n’existe pas ou ne se lit pas."
        case click.Path():
            return "ce fichier ne peut pas être écrit."
        case click.IntRange(min=least, max=most):
            return f"on attend un nombre entier de {least} à {most}."
        case click.Choice(choices=choices):
            return f"on attend {', '.join(str(choice) for choice in choices)}."
        case _:
            return f"cette valeur ne convient pas ({kind.name})."


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
        except OSError as trouble:
            if trouble.filename is None:
                raise
            raise CommandRefused(f"{trouble.filename} ne peut être ni lu ni écrit ({trouble.strerror}).") from trouble

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
