"""`place load` and `place dump`: a whole lieu in one readable file, in and out. This is how a lieu is replicated (essaimage)."""

from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.cli.kit import dumping, loading, shape
from app.core import clock
from app.core.commands import CommandRefused
from app.core.db import db
from app.place.models import Place

place_group = AppGroup("place", help="Le lieu\u00a0: charger ou écrire son fichier.")


@place_group.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_command(file: Path) -> None:
    """Crée le lieu décrit par FILE, ou le met à jour : tout ou rien, et deux fois le même fichier ne change rien."""
    try:
        kit = shape.read(file.read_bytes())
    except shape.KitRefused as refused:
        raise CommandRefused("\n".join([f"{file} n’est pas chargé\u00a0:", *(f"  {fault}" for fault in refused.faults)])) from refused
    place = loading.load(kit, now=clock.now())
    click.echo(f"{place.name} est à jour.")


@place_group.command("dump")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--code", help="Le code du lieu, quand il y en a plusieurs.")
def dump_command(file: Path, code: str | None) -> None:
    """Écrit le lieu dans FILE, que « place load » relit ailleurs."""
    places = db.session.scalars(sa.select(Place).order_by(Place.id)).all()
    chosen = [place for place in places if code in (None, place.code)]
    if len(chosen) != 1:
        names = ", ".join(place.code for place in places) or "aucun"
        raise CommandRefused(f"Dites quel lieu écrire, avec --code. Lieux connus\u00a0: {names}.")
    file.write_text(dumping.dump(chosen[0]), encoding="utf-8")
    click.echo(f"{chosen[0].name} est écrit dans {file}.")
