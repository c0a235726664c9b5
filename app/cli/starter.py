"""What a new house starts with, and what it says when it opens."""

from pathlib import Path

import click
import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import OperationalError

from app.cli import demo
from app.cli.kit import loading, shape
from app.core import clock
from app.core.db import db, lock, transaction
from app.place.models import Place

KIT = Path(__file__).resolve().parent.parent.parent / "kits/lieu_boitron.yaml"
PATIENCE = 300.0  # seconds left to another house that started first
STARTING = 7202  # the turn of who loads the starter lieu


def load_if_empty() -> None:
    """The starter lieu and, for a demonstration, its people: all or nothing, once, whoever starts at the same time."""
    if not current_app.config["DEMO"]:
        return
    until = clock.elapsed() + PATIENCE
    while not _has_a_lieu():
        try:
            _load()
        except OperationalError:  # another house is loading it, for longer than a writer waits
            db.session.rollback()
            if clock.elapsed() > until:
                raise


def _load() -> None:
    with transaction():
        lock(STARTING, 1)
        if not _has_a_lieu():
            loading.load(shape.read(KIT.read_bytes()), now=clock.now())
            demo.load_demonstration(now=clock.now())


def welcome() -> str:
    """What is printed when the house opens: its address and, in a demonstration, who one may be."""
    lines = [f"Worklab vous attend sur {click.style(current_app.config['PUBLIC_URL'], bold=True)}"]
    if demo.may_be_entered():
        lines += [
            "Comptes de démonstration\u00a0:",
            *(f"  {email:<32} {password:<24} {who}" for email, password, who in demo.ACCOUNTS),
        ]
    return "\n".join(lines)


def _has_a_lieu() -> bool:
    return db.session.scalar(sa.select(Place.id).limit(1)) is not None
