"""`billing`: what the accounts ask of the command line."""

import re
from datetime import date

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.billing.queries import verification
from app.billing.queries.bills import payer_names
from app.billing.services import bills
from app.core import clock
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


@billing_group.command("run")
@click.option("--month", required=True, metavar="AAAA-MM", help="Le mois à facturer.")
@click.option("--dry-run", is_flag=True, help="Dire ce qui serait facturé, sans rien écrire.")
@click.option("--drafts", is_flag=True, help="S’arrêter aux brouillons, à relire avant d’émettre.")
def run_command(month: str, dry_run: bool, drafts: bool) -> None:
    """Facture le mois : une facture par payeur, émise et envoyée. Relancer ne fait rien de plus, interrompre ne perd rien."""
    first = _month(month)
    if dry_run and drafts:
        raise click.UsageError("Choisissez --dry-run ou --drafts.")
    places = db.session.scalars(sa.select(Place).order_by(Place.id)).all()
    for place in places:
        if len(places) > 1:
            click.echo(f"{place.name}\u00a0:")
        if first > clock.today(place.tz):
            raise CommandRefused("Ce mois n’a pas commencé\u00a0: il n’y a encore rien à facturer.")
        if dry_run:
            _tell_foreseen(place, first)
        else:
            _run(place, first, aim="drafts" if drafts else "invoices")


def _run(place: Place, month: date, *, aim: str) -> None:
    run = bills.start_run(place, month, aim=aim, now=clock.now())
    outcome = bills.go_on(run.id, now=clock.now())
    if aim == "drafts":
        click.echo(f"{outcome.bills - outcome.issued} brouillon(s) à relire, {outcome.issued} facture(s) déjà émise(s).")
    else:
        click.echo(f"{outcome.issued} facture(s) émise(s) pour {month:%Y-%m}.")


def _tell_foreseen(place: Place, month: date) -> None:
    found = bills.dry_run(place, month)
    names = payer_names(payer for payer, _one in found)
    for payer, one in found:
        click.echo(f"{names[payer]}\t{_euros(one.totals.gross_cents)}")
    total = sum(one.totals.gross_cents for _payer, one in found)
    click.echo(f"{len(found)} facture(s), {_euros(total)} en tout. Rien n’a été écrit.")


def _month(text: str) -> date:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise click.BadParameter("un mois s’écrit AAAA-MM, par exemple 2026-12.", param_hint="--month")
    return date.fromisoformat(f"{text}-01")


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02} €"
