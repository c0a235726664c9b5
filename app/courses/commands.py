"""`courses`: the course from the command line."""

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.core.commands import CommandRefused
from app.core.db import db
from app.courses.models import AttendanceChain
from app.courses.services import evidence

courses_group = AppGroup("courses", help="La formation\u00a0: ses preuves, ses bilans.")


@courses_group.command("verify")
def verify_command() -> None:
    """Relit toutes les preuves d’émargement, et nomme le premier événement changé, retiré, déplacé ou forgé."""
    broken = [evidence.told(cohort, found) for cohort, found in evidence.broken_chains()]
    if broken:
        raise CommandRefused("\n".join(broken))
    chains, events = db.session.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(AttendanceChain.length), 0))).one()
    click.echo(f"Tout est intact\u00a0: {events} événements dans {chains} chaînes.")
