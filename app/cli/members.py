"""`members`: people from the command line — the first administrator, a token for a program, a whole file."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.billing.models import TariffGroup
from app.core import clock
from app.core.addresses import NotAnAddress, email_address
from app.core.commands import CommandRefused, counted
from app.core.db import db
from app.core.refusals import Reason, Refused
from app.core.text import clean_line
from app.members import queries, rules, services
from app.members.rules import ROLE_NAMES, SCOPES, UnreadableFile
from app.portal import erasing
from app.web.words import next_step, said

members_group = AppGroup("members", help="Les personnes : en ajouter une, en importer beaucoup, donner un jeton.")


class EmailType(click.ParamType[str]):
    name = "courriel"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return email_address(value)
        except NotAnAddress:
            self.fail(f"« {value} » n’est pas une adresse électronique complète.", param, ctx)


class RoleType(click.ParamType[str]):
    """A role by its French or English name."""

    name = "rôle"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        role = rules.role_called(value)
        if role is None:
            known = ", ".join(f"{role} ({name})" for role, name in ROLE_NAMES.items())
            self.fail(f"« {value} » n’est pas un rôle. Les rôles : {known}.", param, ctx)
        return role


@members_group.command("create")
@click.argument("email", type=EmailType())
@click.option("--name", required=True, help="Prénom et nom.")
@click.option(
    "--role", "roles", type=RoleType(), multiple=True, default=("member",), show_default=True, help="Plusieurs fois s’il le faut."
)
@click.option("--password-stdin", is_flag=True, help="Lire le mot de passe sur l’entrée ; sinon on entre par un lien reçu par courriel.")
def create_command(email: str, name: str, roles: tuple[str, ...], password_stdin: bool) -> None:
    """Ajoute une personne, active et confirmée."""
    name = clean_line(name)
    if not name or len(name) > 120:
        raise click.BadParameter("un nom, de 120 caractères au plus.", param_hint="--name")
    hashed = None
    if password_stdin:
        password = sys.stdin.readline(1000).rstrip("\r\n")
        _tell(list(rules.reasons_password(password, name=name, email=email)))
        hashed = services.hash_password(password)
    try:
        services.create_member(name=name, email=email, roles=roles, actor=None, password_hash=hashed, is_confirmed=True, now=clock.now())
    except Refused as refused:
        _tell(refused.reasons)
    click.echo(f"{name} ({email}) a maintenant un compte : {', '.join(ROLE_NAMES[role] for role in dict.fromkeys(roles))}.")


@members_group.command("token")
@click.argument("email", type=EmailType())
@click.option(
    "--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="Ce que le jeton permet ; sinon, ce que permettent les pages."
)
@click.option("--label", default="ligne de commande", show_default=True, help="Pour s’y retrouver dans la liste des jetons.")
def token_command(email: str, scopes: tuple[str, ...], label: str) -> None:
    """Donne un jeton pour l’interface des programmes. Il n’est dit qu’une fois, seul sur la sortie."""
    person = queries.member_by_email(email)
    if person is None or person.status in ("inactive", "erased"):
        raise CommandRefused(f"Personne n’a l’adresse {email} ici, ou son compte est fermé.")
    allowed = rules.default_scopes(person.roles)
    if missing := [scope for scope in scopes if scope not in allowed]:
        raise CommandRefused(f"{person.name} n’a pas le droit de : {', '.join(missing)}.")
    click.echo(
        services.make_api_token(person=person, label=clean_line(label)[:80], scopes=list(scopes or allowed), actor_id=None, now=clock.now())
    )


@members_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Dire ce qui serait fait, sans rien écrire.")
def import_command(file: Path, dry_run: bool) -> None:
    """Ajoute les personnes d’un tableau CSV : toutes, ou aucune si une ligne ne va pas."""
    now = clock.now()
    tariffs = list(db.session.scalars(sa.select(TariffGroup.code).distinct().order_by(TariffGroup.code)))
    try:
        lines = rules.read_people(file.read_bytes(), today=now.date(), tariffs=tariffs)
    except UnreadableFile as trouble:
        raise CommandRefused(f"{file} : {trouble}") from trouble
    done = services.import_people(lines, actor=None, now=now, dry_run=dry_run)
    if done.faults:
        told = [f"{file} n’est pas importé : rien n’a été écrit.", *(f"  ligne {number} : {fault}" for number, fault in done.faults)]
        raise CommandRefused("\n".join(told))
    for line in done.known:
        click.echo(f"ligne {line.number} : {line.email} est déjà là, rien de changé")
    for line in done.added:
        waits = " ; attend l’accord d’un parent ou tuteur" if rules.waits_for_guardian(line, now.date()) else ""
        click.echo(f"ligne {line.number} : {line.name} ({line.email}){waits}")
    would = ("personne serait ajoutée", "personnes seraient ajoutées")
    said = counted(len(done.added), *would) if dry_run else counted(len(done.added), "personne ajoutée", "personnes ajoutées")
    click.echo(f"{said}, {len(done.known)} déjà là.")


@members_group.command("erase")
@click.argument("email", type=EmailType())
@click.option("--yes", is_flag=True, help="Effacer pour de bon ; sans elle, dire seulement ce qui partirait et ce qui resterait.")
@click.option("--whatever-is-left", is_flag=True, help="Effacer malgré ce qui n’est pas réglé.")
def erase_command(email: str, yes: bool, whatever_is_left: bool) -> None:
    """Efface une personne, à sa demande : tout part, sauf ce que la loi fait garder. Rien ne le défait."""
    person = queries.member_by_email(email)
    if person is None:
        raise CommandRefused(f"Personne n’a l’adresse {email} ici.")
    now = clock.now()
    if yes:
        try:
            erasing.erase(person.id, actor_id=None, today=now.date(), now=now, whatever_is_left=whatever_is_left)
        except Refused as refused:
            raise CommandRefused("\n".join(f"{said(reason)} {next_step(reason)}".strip() for reason in refused.reasons)) from refused
        click.echo("Le compte est effacé.")
        return
    found = erasing.prospect(person.id, today=now.date())
    for sentence in found.goes:
        click.echo(f"S’efface : {sentence}")
    for one in found.stays:
        click.echo(f"Reste jusqu’au {one.until:%d/%m/%Y} : {one.title} {one.why}")
    for reason in found.obstacles:
        click.echo(f"N’est pas réglé : {said(reason)}")
    click.echo("Rien n’est encore fait : ajoutez --yes.")


def _tell(reasons: Sequence[Reason]) -> None:
    """Refuse for all these reasons, in French."""
    if reasons:
        raise CommandRefused("\n".join(" ".join(filter(None, (reason.sentence, reason.next_step))) for reason in reasons))
