"""One of several processes that issue bills. It is New Year's night, and each has a clock of its own, a few seconds fast or slow."""

import random
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy.exc import OperationalError

from app.billing.rules.documents import Line
from app.billing.rules.payments import Payer
from app.billing.services import invoicing
from app.core.db import transaction
from app.factory import create_app
from config import TestConfig

MIDNIGHT = datetime(2026, 12, 31, 23, tzinfo=UTC)  # in Paris


class Undone(Exception):
    """What came after the invoice failed."""


def main(told: "Connection[Any, Any]", url: str, place_id: int, member_id: int, bills: int, seed: int) -> None:
    """It tells each number that it was given, once its transaction is over; one gesture in ten is undone after its number was taken."""
    chance = random.Random(seed)
    with create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url)).app_context():
        for rank in range(bills):
            now = MIDNIGHT + timedelta(seconds=rank - bills / 2 + chance.uniform(-3, 3))
            try:
                with transaction():
                    line = Line("Poste", 1000, "half_day", chance.randrange(1, 5000), 0, "O")
                    draft = invoicing.draft(place_id=place_id, payer=Payer(member_id=member_id), lines=[line], now=now)
                    invoice = invoicing.issue(draft.id, now=now)
                    if chance.random() < 0.1:
                        raise Undone
            except (Undone, OperationalError):  # a locked database is told to try again later: a door answers 503
                continue
            told.send(invoice.number)
