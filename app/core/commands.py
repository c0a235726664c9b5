"""What every command line door needs: a refusal is a French sentence on stderr and exit 1, never a traceback; and how numbers are said."""

from typing import IO, Any

import click


class CommandRefused(click.ClickException):
    """The command cannot do what is asked: its sentence is told, as it is, and it exits 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


def counted(number: int, one: str, many: str) -> str:
    """« 0 facture », « 1 facture », « 2 factures »: the number and its noun, as French counts."""
    return f"{number} {one if number < 2 else many}"


def size_of(count: float) -> str:
    """So many bytes, in megabytes; from a thousand of them, in gigabytes."""
    number, unit = (count / 1e9, "Go") if count >= 1e9 else (count / 1e6, "Mo")
    return f"{number:.1f}\u00a0{unit}".replace(".", ",")
