"""`doctor`: is this house well installed and well? One line for each thing looked at, with what to do when it is not."""

import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from app import wiring
from app.cli import demo, health, schema
from app.cli.sentences import first_line
from app.core import clock, state, transports
from app.core import mail as outbox
from app.core.commands import counted, size_of
from app.core.db import READ_ONLY, db
from app.core.journal import JournalEntry
from app.place.models import Place

WELL, WATCH, ILL = "✓", "!", "✗"
COLOURS = {WELL: "green", WATCH: "yellow", ILL: "red"}
NEWEST_PYTHON_TRIED = (3, 14)
LOW, VERY_LOW = 1_000_000_000, 200_000_000  # bytes left on the disk


class Line(NamedTuple):
    mark: str
    said: str
    remedy: str = ""


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Regarde si tout va bien, et dit quoi faire sinon."""
    lines = list(examine())
    for mark, said, remedy in lines:
        click.echo(f"{click.style(mark, fg=COLOURS[mark])} {said}")
        if remedy:
            click.echo(f"    → {remedy}")
    if any(line.mark == ILL for line in lines):
        sys.exit(1)


def examine() -> Iterator[Line]:
    for look in (python, address, secrets, disk, mail):
        yield from look()
    try:
        yield from database()
        yield from tables()
        if schema.is_at_head():
            for ask in (time_of_day, demonstration, worker, waiting, nights, writing):
                yield from ask()
    except SQLAlchemyError as trouble:
        yield Line(
            ILL,
            f"La base ne répond pas\u00a0: {first_line(trouble)}.",
            "Vérifiez DATABASE_URL, que le serveur est lancé et que le disque n’est pas plein.",
        )


# ---------------------------------------------------------------- the machine


def python() -> Iterator[Line]:
    version = sys.version.split()[0]
    if sys.version_info[:2] > NEWEST_PYTHON_TRIED:
        yield Line(WATCH, f"Python {version} est plus récent que ceux que nous avons essayés.", "Préférez Python 3.11 à 3.14.")
    else:
        yield Line(WELL, f"Python {version}")


def address() -> Iterator[Line]:
    url, host = current_app.config["PUBLIC_URL"], current_app.config["HOST"]
    if url.startswith("https:"):
        yield Line(WELL, f"Adresse\u00a0: {url}")
        if not current_app.config["TRUSTED_PROXIES"]:
            yield Line(
                WATCH,
                "Le lieu est en https et aucun mandataire n’est déclaré\u00a0: toutes les visites sembleront venir de la même machine.",
                "Derrière nginx ou Caddy, réglez TRUSTED_PROXIES=1.",
            )
    elif host in ("127.0.0.1", "::1", "localhost"):
        yield Line(WELL, f"Adresse\u00a0: {url} (pour essayer, sur cette machine seulement)")
    else:
        yield Line(
            WATCH,
            f"Le lieu est ouvert au réseau sans https ({url}).",
            "Pour un vrai lieu, réglez PUBLIC_URL=https://… derrière nginx ou Caddy.",
        )


def secrets() -> Iterator[Line]:
    folder = Path(current_app.config["INSTANCE_FOLDER"])
    settings = Path(current_app.root_path).parent / ".env"  # may hold passwords
    kept = (settings, folder, folder / "secret_key", folder / "backups")
    exposed = [path for path in kept if path.exists() and path.stat().st_mode & stat.S_IRWXO]
    for path in exposed:
        yield Line(ILL, f"{path} peut être lu par n’importe qui sur cette machine.", f"chmod o= {path}")
    if not exposed:
        yield Line(WELL, "Le dossier du lieu, sa clé et ses réglages sont à l’abri des autres comptes de la machine.")


def disk() -> Iterator[Line]:
    """Where the files are, and where the database is when that is elsewhere: the one that has the least room."""
    folders = [Path(current_app.config["INSTANCE_FOLDER"])]
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        folders.append(Path(db.engine.url.database).parent)
    free = min(shutil.disk_usage(folder if folder.exists() else folder.parent).free for folder in folders)
    mark = ILL if free < VERY_LOW else WATCH if free < LOW else WELL
    remedy = "" if mark == WELL else "Faites de la place\u00a0: sans elle, plus rien ne s’enregistre."
    yield Line(mark, f"Place sur le disque\u00a0: {size_of(free)}", remedy)


def mail() -> Iterator[Line]:
    url = current_app.config["MAIL_URL"]
    try:
        with closing(transports.open_transport(url)) as transport:
            transport.greet()
    except transports.Unreachable as trouble:
        yield Line(ILL, f"Le courrier ne part pas\u00a0: {trouble}", "Vérifiez MAIL_URL. Les messages attendent\u00a0: rien n’est perdu.")
        return
    if not url.startswith("file:"):
        yield Line(WELL, "Le serveur de courrier répond.")
    elif current_app.config["PUBLIC_URL"].startswith("https:"):
        yield Line(
            ILL,
            "Le courrier est écrit dans un dossier\u00a0: personne ne le reçoit.",
            "Réglez MAIL_URL=smtp://utilisateur:motdepasse@serveur:587",
        )
    else:
        yield Line(WELL, f"Le courrier est écrit dans {url.removeprefix('file:')} (pour essayer).")


# ---------------------------------------------------------------- the database


def database() -> Iterator[Line]:
    if db.engine.dialect.name == "sqlite":
        file = Path(str(db.engine.url.database))
        mode, sync = (db.session.scalar(sa.text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous"))
        size = size_of(file.stat().st_size)
        yield Line(WELL if (mode, sync) == ("wal", 2) else WATCH, f"Base\u00a0: SQLite {sqlite3.sqlite_version}, {file} ({size})")
    else:
        version, encoding = db.session.scalar(sa.text("SHOW server_version")), db.session.scalar(sa.text("SHOW server_encoding"))
        if encoding == "UTF8":
            yield Line(WELL, f"Base\u00a0: PostgreSQL {version}")
        else:
            yield Line(ILL, f"La base PostgreSQL est en {encoding}.", "Recréez-la avec «\u00a0createdb -E UTF8\u00a0».")


def tables() -> Iterator[Line]:
    with db.engine.connect() as connection:
        found = schema.current(connection)
    if found == schema.head():
        faults = [sentence for guard in wiring.GUARDS for sentence in guard(db.session())]
        yield from (Line(ILL, sentence, "Restaurez la dernière sauvegarde (flask restore).") for sentence in faults)
        if not faults:
            yield Line(WELL, f"Tables à jour (migration {found}), garde-fous en place.")
    elif found is not None and found > schema.head():
        yield Line(
            ILL, f"La base ({found}) est plus récente que le programme ({schema.head()}).", "Reprenez la dernière version de Worklab."
        )
    else:
        yield Line(ILL, f"Tables en retard ({found or 'vides'}, attendu {schema.head()}).", "flask --app wsgi db upgrade")


def time_of_day() -> Iterator[Line]:
    if current_app.config["WORKLAB_NOW"]:
        yield Line(WATCH, f"L’horloge est arrêtée à {clock.now():%d/%m/%Y %H:%M} UTC.", "Retirez WORKLAB_NOW.")
        return
    last = db.session.scalar(sa.select(sa.func.max(JournalEntry.at)))
    if last is not None and last > clock.now() + timedelta(minutes=5):
        yield Line(
            ILL,
            f"L’horloge de cette machine est en retard\u00a0: le journal va déjà jusqu’au {last:%d/%m/%Y %H:%M} UTC.",
            "Réglez l’heure (timedatectl set-ntp true).",
        )
    else:
        yield Line(WELL, f"Horloge\u00a0: {clock.now():%d/%m/%Y %H:%M} UTC")


def demonstration() -> Iterator[Line]:
    is_demo = db.session.scalar(sa.select(Place.id).where(Place.is_demo).limit(1)) is not None
    is_public = current_app.config["PUBLIC_URL"].startswith("https:")
    if is_demo and is_public and demo.may_be_entered():
        yield Line(
            ILL,
            "C’est un lieu de démonstration, ouvert à tous\u00a0: les mots de passe de ses comptes sont connus.",
            "Partez d’une base vide avec DEMO=0, ou restaurez une sauvegarde.",
        )
    elif is_demo and is_public:
        yield Line(
            WATCH,
            "Le lieu vient du fichier de démonstration\u00a0: ses numéros (SIRET, IBAN…) sont des exemples.",
            "Mettez les vôtres dans votre copie du fichier, ôtez-en la ligne «\u00a0demonstration\u00a0: true\u00a0», et chargez-la de nouveau.",
        )
    elif is_demo:
        yield Line(WELL, "Lieu de démonstration (pour essayer).")


def worker() -> Iterator[Line]:
    last = state.recall("tick")
    if last is None or last.at < clock.running() - timedelta(minutes=10):
        since = f"plus tourné depuis le {last.at:%d/%m/%Y %H:%M} UTC" if last else "encore jamais tourné"
        yield Line(
            WATCH,
            f"Le travail de fond n’a {since}\u00a0: ni rappels ni courrier.",
            "Lancez «\u00a0serve\u00a0», ou «\u00a0worker\u00a0» à part.",
        )
    else:
        yield Line(WELL, "Le travail de fond tourne.")


def waiting() -> Iterator[Line]:
    age, given_up = health.age_of_outbox(), outbox.stuck()
    if age > health.TOO_OLD:
        yield Line(WATCH, f"Du courrier attend depuis {int(age.total_seconds() // 3600)} h.", "Vérifiez le travail de fond et MAIL_URL.")
    if given_up:
        yield Line(
            WATCH,
            f"{counted(given_up, 'message n’a pas pu partir', 'messages n’ont pas pu partir')}.",
            "La page du courrier dit pourquoi, et permet de les renvoyer.",
        )
    if age <= health.TOO_OLD and not given_up:
        yield Line(WELL, "Aucun courrier en souffrance.")


def nights() -> Iterator[Line]:
    """The last look at everything and the last backup."""
    checked, saved, now = state.recall("check"), state.recall("backup"), clock.now()
    if checked is None:
        yield Line(WATCH, "Rien n’a encore été vérifié.", "Cela se fait chaque nuit\u00a0; maintenant\u00a0: flask --app wsgi check")
    elif not checked.facts["ok"]:
        yield Line(
            ILL, f"La vérification du {checked.at:%d/%m/%Y} a trouvé\u00a0: {checked.facts['faults'][0]}", "flask --app wsgi check --all"
        )
    else:
        yield Line(WELL, f"Tout était en ordre le {checked.at:%d/%m/%Y %H:%M} UTC.")
    if saved is None or saved.at < now - timedelta(days=2):
        yield Line(
            WATCH,
            "Pas de sauvegarde depuis deux jours.",
            "Elle se fait chaque nuit\u00a0; maintenant\u00a0: flask --app wsgi backup FICHIER",
        )
    else:
        yield Line(WELL, f"Sauvegarde du {saved.at:%d/%m/%Y %H:%M} UTC ({size_of(saved.facts['bytes'])}). Gardez-en une ailleurs.")


def writing() -> Iterator[Line]:
    closed = state.recall(READ_ONLY)
    if closed is not None:
        yield Line(
            ILL,
            f"Le lieu se lit mais ne s’écrit plus, depuis le {closed.at:%d/%m/%Y %H:%M} UTC\u00a0: {closed.facts['reason']}",
            "Réparez ou restaurez (flask restore --replace), puis «\u00a0flask check\u00a0» rouvrira l’écriture si tout est en ordre.",
        )
