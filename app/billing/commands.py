"""`billing`: what the accounts ask of the command line."""

import re
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.billing import queries
from app.billing.queries import banking, verification
from app.billing.queries.bills import payer_names
from app.billing.services import archive, bills, books, debiting
from app.core import clock
from app.core.commands import CommandRefused, counted
from app.core.db import db
from app.core.refusals import Refused
from app.place.models import Place
from app.web.words import next_step, said

billing_group = AppGroup("billing", help="Les factures\u00a0: vérifier, exporter, facturer le mois.")


@billing_group.command("verify")
def verify_command() -> None:
    """Vérifie que les factures sont celles qui ont été émises ; nomme la première qui ne l’est plus."""
    places = db.session.scalars(sa.select(Place).order_by(Place.id)).all()
    for place in places:
        for fault in verification.faults(place):
            raise CommandRefused(f"{place.name}\u00a0: {fault}" if len(places) > 1 else fault[:1].upper() + fault[1:])
    click.echo("Les factures sont celles qui ont été émises.")


@billing_group.command("fec")
@click.option("--year", type=click.IntRange(2000, 2100), help="L’exercice, quand il suit l’année civile.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Le premier jour, sinon.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Le dernier jour.")
@click.option("--place", "code", help="Le code du lieu, quand il y en a plusieurs.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DOSSIER")
def fec_command(year: int | None, first: datetime | None, last: datetime | None, code: str | None, folder: Path) -> None:
    """Écrit dans DOSSIER le fichier des écritures comptables (FEC) et le même en CSV."""
    if (year is None) == (first is None or last is None):
        raise click.UsageError("Dites --year, ou --from et --to.")
    span = (date(year, 1, 1), date(year, 12, 31)) if year is not None else (first.date(), last.date())  # type: ignore[union-attr]
    if span[1] < span[0]:
        raise click.UsageError("La fin vient après le début.")
    place = _place(code)
    try:
        made = books.files(place, *span)
    except Refused as refused:
        raise CommandRefused(" ".join(f"{reason.sentence} {reason.next_step}" for reason in refused.reasons)) from refused
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    click.echo(f"Écrit dans {folder}\u00a0: {', '.join(made)}.")


@billing_group.command("archive")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="L’année à archiver.")
@click.option("--place", "code", help="Le code du lieu, quand il y en a plusieurs.")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def archive_command(year: int, code: str | None, file: Path) -> None:
    """Écrit dans FILE l’archive d’une année : factures, clôtures et PDF, lisibles sans ce logiciel."""
    place = _place(code)
    if year not in queries.years_of(place.id):
        raise CommandRefused(f"Aucune facture en {year}.")
    with file.open("wb") as out:
        for part in archive.written(place, year, today=clock.today(place.tz)):
            out.write(part)
    click.echo(f"L’année {year} est archivée dans {file}.")


def _place(code: str | None) -> Place:
    places = db.session.scalars(sa.select(Place).order_by(Place.id)).all()
    chosen = [place for place in places if code in (None, place.code)]
    if len(chosen) != 1:
        raise CommandRefused(f"Dites quel lieu, avec --place. Lieux connus\u00a0: {', '.join(place.code for place in places) or 'aucun'}.")
    return chosen[0]


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


@billing_group.command("sepa")
@click.option("--date", "collection", required=True, metavar="AAAA-MM-JJ", help="Le jour du prélèvement.")
@click.option("--place", "code", help="Le code du lieu, quand il y en a plusieurs.")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def sepa_command(collection: str, code: str | None, file: Path) -> None:
    """Écrit dans FILE les prélèvements à donner à la banque pour ce jour (pain.008). Relancé, il écrit le même fichier."""
    day = _day(collection)
    place = _place(code)
    terms = queries.payment_terms(place)
    try:
        batch = debiting.debits_for(place_id=place.id, terms=terms, collection=day, today=clock.today(place.tz), now=clock.now())
    except Refused as refused:
        raise CommandRefused(" ".join(f"{said(reason)} {next_step(reason)}".strip() for reason in refused.reasons)) from refused
    file.write_bytes(debiting.bank_file(batch.id, terms=terms))
    debits = banking.debits_of(batch.id)
    click.echo(
        f"{counted(len(debits), 'prélèvement', 'prélèvements')}, {_euros(sum(debit.cents for debit, _ in debits))}, le {day:%d/%m/%Y}\u00a0: {file}"
    )


def _day(text: str) -> date:
    if re.fullmatch(r"20\d\d-\d\d-\d\d", text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise click.BadParameter("un jour s’écrit AAAA-MM-JJ, par exemple 2026-12-15.", param_hint="--date")


def _run(place: Place, month: date, *, aim: str) -> None:
    run = bills.start_run(place, month, aim=aim, now=clock.now())
    outcome = bills.go_on(run.id, now=clock.now())
    if aim == "drafts":
        click.echo(
            f"{counted(outcome.drafted, 'brouillon', 'brouillons')} à relire, {counted(outcome.issued, 'facture déjà émise', 'factures déjà émises')}."
        )
    else:
        click.echo(f"{counted(outcome.issued, 'facture émise', 'factures émises')} pour {month:%Y-%m}.")


def _tell_foreseen(place: Place, month: date) -> None:
    found = bills.dry_run(place, month)
    names = payer_names(payer for payer, _one in found)
    for payer, one in found:
        click.echo(f"{names[payer]}\t{_euros(one.totals.gross_cents)}")
    total = sum(one.totals.gross_cents for _payer, one in found)
    click.echo(f"{counted(len(found), 'facture', 'factures')}, {_euros(total)} en tout. Rien n’a été écrit.")


def _month(text: str) -> date:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise click.BadParameter("un mois s’écrit AAAA-MM, par exemple 2026-12.", param_hint="--month")
    return date.fromisoformat(f"{text}-01")


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02} €"
