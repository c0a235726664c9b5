"""What every command line door needs: a refusal is a French sentence on stderr and exit 1, never a traceback."""

from typing import IO, Any

import click


class CommandRefused(click.ClickException):
    """The command cannot do what is asked: its sentence is told, as it is, and it exits 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)
