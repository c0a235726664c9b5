"""`serve`: the whole lieu in one command. Tables up to date, starter lieu on an empty database, web server, one worker beside."""

import os
import socket

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.cli import schema, starter
from app.cli.http import HttpServer
from app.cli.processes import Heir, inherit, settle_in, share_between
from app.cli.warming import warm_up
from app.cli.worker import Worker
from app.core.commands import CommandRefused
from app.core.db import db
from config import Config

BACKLOG = 256
THREADS = 4  # one core is one thread's at a time; the others wait for the disk. Eight took 6 MB more in each process, for nothing


@click.command("serve")
@click.option("--host", help="Adresse d’écoute (réglage HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port d’écoute (réglage PORT).")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Nombre de processus (Linux, macOS).")
@click.option("--threads", type=click.IntRange(1, 64), default=THREADS, show_default=True, help="Requêtes à la fois, par processus.")
@click.option("--no-worker", is_flag=True, help="Sans le travail de fond\u00a0: flask worker tourne à part.")
@click.option("--heir", type=(int, int, int, int, float), hidden=True)  # said by `supervisor.py` only
@with_appcontext
def serve_command(
    host: str | None,
    port: int | None,
    processes: int,
    threads: int,
    no_worker: bool,
    heir: tuple[int, int, int, int, float] | None,
) -> None:
    """Sert le lieu : migrations, lieu de départ sur une base vide, pages, courrier."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    listen_as_told(app, host, port)

    def serve(which: int, listener: socket.socket) -> None:
        """One process: its pages and, in the first one, the worker."""
        with Worker(app, idle=no_worker or which > 0):
            HttpServer(app, listener, threads=threads).run()

    if heir:
        settle_in()
        inherit(Heir(*heir), serve)
        return
    listener = listening_socket(app.config["HOST"], app.config["PORT"])
    click.echo(prepare())
    if processes == 1:
        settle_in()
        serve(0, listener)
    else:
        warm_up(app)
        db.engine.dispose()
        settle_in()
        share_between(processes, serve, listener)


def listen_as_told(app: Flask, host: str | None, port: int | None) -> None:
    """A word on the command line passes before the setting; what follows from it (addresses in mails) is read again."""
    if host or port:
        os.environ.update({name: str(value) for name, value in (("HOST", host), ("PORT", port)) if value})
        app.config.from_object(Config.from_environment())


def listening_socket(host: str, port: int) -> socket.socket:
    """Bound before anything else, so that whoever calls during the start waits instead of being refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as trouble:
        raise CommandRefused(
            f"Le port {port} de {host} ne peut pas être pris ({trouble.strerror}). Choisissez-en un autre\u00a0: PORT=…"
        ) from trouble


def prepare() -> str:
    """The tables, then the starter lieu, then what is said at the door. No connection stays open: it would keep SQLite from
    tidying its log, and processes to come would share it."""
    schema.bring_up_to_date()
    starter.load_if_empty()
    welcome = starter.welcome()
    db.session.remove()
    db.engine.dispose()
    return welcome
