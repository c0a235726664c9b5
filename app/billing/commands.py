"""`billing`: what the accounts ask of the command line."""

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.billing.queries import verification
from app.core.commands import CommandRefused
from app.core.db import db
from app.place.models import Place

billing_group = AppGroup("billing", help="Les factures\u00a0: vérifier, exporter, facturer le mois.")


@billing_group.command("verify")
def verify_command() -> None:
    """Vérifie que les factures sont celles qui ont été émises ; nomme la première qui ne l’est plus."""
    places = db.session.scalars(sa.select(Place).order_by(Place.id)).all()
    for place in places:
        for fault in verification.faults(place):
            raise CommandRefused(f"{place.name}\u00a0: {fault}" if len(places) > 1 else fault[:1].upper() + fault[1:])
    click.echo("Les factures sont celles qui ont été émises.")
