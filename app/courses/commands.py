"""`courses`: the course from the command line."""

from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.core import clock
from app.core.commands import CommandRefused, counted
from app.core.db import db
from app.core.refusals import Refused
from app.courses import services
from app.courses.models import AttendanceChain, Programme, ProgrammeVersion
from app.courses.queries.year import of_year
from app.courses.rules import ProgrammeRefused
from app.courses.services import evidence
from app.place.models import Place
from app.web import words

courses_group = AppGroup("courses", help="La formation\u00a0: ses programmes, ses promotions, ses preuves.")


@courses_group.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--place", "code", help="Le code du lieu, quand il y en a plusieurs.")
def load_command(file: Path, code: str | None) -> None:
    """Prend le programme décrit par FILE : tout ou rien, et deux fois le même fichier ne change rien."""
    place = _place(code)
    try:
        loaded = services.load_programme(file.read_bytes(), place_id=place.id, actor_id=None, now=clock.now())
    except ProgrammeRefused as refused:
        raise CommandRefused("\n".join([f"{file} n’est pas chargé\u00a0:", *(f"  {fault}" for fault in refused.faults)])) from refused
    except Refused as refused:
        raise CommandRefused("\n".join(f"{words.said(reason)} {words.next_step(reason)}" for reason in refused.reasons)) from refused
    version, hours = loaded.version, loaded.version.minutes / 60
    if not loaded.has_changed:
        click.echo(f"« {version.title} », version {version.label}, est déjà à jour.")
    else:
        click.echo(f"« {version.title} », version {version.label}, est chargé : {hours:g} h.")


@courses_group.command("dump")
@click.argument("programme")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--version", "label", help="Le numéro de la version ; sans lui, la dernière.")
@click.option("--place", "code", help="Le code du lieu, quand il y en a plusieurs.")
def dump_command(programme: str, file: Path, label: str | None, code: str | None) -> None:
    """Écrit le PROGRAMME (son code) dans FILE, que « courses load » relit ailleurs."""
    versions = (
        sa.select(ProgrammeVersion)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(Programme.place_id == _place(code).id, Programme.code == programme, ProgrammeVersion.label == label if label else sa.true())
        .order_by(ProgrammeVersion.id.desc())
    )
    version = db.session.scalars(versions.limit(1)).first()
    if version is None:
        raise CommandRefused(f"Le lieu n’a pas de programme «\u00a0{programme}\u00a0», ou pas cette version.")
    file.write_bytes(version.source.encode())
    click.echo(f"« {version.title} », version {version.label}, est écrit dans {file}.")


@courses_group.command("verify")
def verify_command() -> None:
    """Relit toutes les preuves d’émargement, et nomme le premier événement changé, retiré, déplacé ou forgé."""
    broken = [evidence.told(cohort, found) for cohort, found in evidence.broken_chains()]
    broken += map(evidence.told_of_production, evidence.tampered_productions())
    if broken:
        raise CommandRefused("\n".join(broken))
    chains, events = db.session.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(AttendanceChain.length), 0))).one()
    click.echo(f"Tout est intact\u00a0: {counted(events, 'événement', 'événements')} dans {counted(chains, 'chaîne', 'chaînes')}.")


@courses_group.command("bpf")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="L’année civile à déclarer.")
@click.option("--place", "code", help="Le code du lieu, quand il y en a plusieurs.")
def bpf_command(year: int, code: str | None) -> None:
    """Le bilan pédagogique et financier d’une année : ce qui manque d’abord, puis les totaux."""
    one = of_year(_place(code), year, now=clock.now())
    for gap in one.gaps:
        hours = f" ({int(gap.value) // 60} h {int(gap.value) % 60:02d})" if gap.value else ""
        click.echo(f"À régler : {gap.name}, {_GAPS[gap.kind]}{hours}")
    click.echo(f"Stagiaires : {one.whole.people}")
    click.echo(f"Jours : {one.days}")
    for words_of, frames in (("entreprise comprise", one.whole), ("au centre", one.centre)):
        click.echo(f"Heures, {words_of} : {frames.minutes // 60} h {frames.minutes % 60:02d}")
        for name, shares in zip(("F-1", "F-3", "F-4"), frames.all, strict=True):
            for share in shares:
                click.echo(f"  {name} {share.key} : {share.people} stagiaires, {share.minutes // 60} h {share.minutes % 60:02d}")
    for product in one.products:
        payer = product.payer or "stagiaire"
        hours = f"{product.minutes // 60} h {product.minutes % 60:02d}"
        click.echo(f"Produit : {payer} {product.scheme}, {hours}, {product.cents // 100},{product.cents % 100:02d} €")
    for name, minutes in one.trainers:
        click.echo(f"Formation donnée : {name}, {minutes // 60} h {minutes % 60:02d}")


_GAPS = {
    "no_number": "le lieu n’a pas de numéro de déclaration d’activité",
    "no_speciality": "son programme ne dit pas sa spécialité",
    "no_status": "sa situation n’est pas une ligne du cadre F-1",
    "to_regularise": "des heures restent à régulariser",
}


def _place(code: str | None) -> Place:
    places = db.session.scalars(sa.select(Place).order_by(Place.id)).all()
    chosen = [place for place in places if code in (None, place.code)]
    if len(chosen) != 1:
        names = ", ".join(place.code for place in places) or "aucun"
        raise CommandRefused(f"Dites pour quel lieu, avec --place. Lieux connus\u00a0: {names}.")
    return chosen[0]
