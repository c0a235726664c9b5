"""Eight processes issue bills at once over New Year's night, some fail, some are killed: no number is missing, none is given twice, the chain holds."""

import os
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from app.billing.models import Invoice
from app.billing.queries import verification
from app.billing.rules import invoices as rules
from app.core.db import db
from app.factory import create_app
from app.place.models import Place
from config import TestConfig
from tests.factories import make_member, make_place
from tests.servers import ROOT

PROCESSES, KILLED = 8, 3

pytestmark = pytest.mark.race


def test_numbers_have_no_gap_and_no_repeat_whoever_fails_or_is_killed(database, rounds):
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database))
    with app.app_context():
        place, person = make_place().id, make_member().id
        db.session.remove()

    def biller(seed: int) -> "subprocess.Popen[str]":
        words = [sys.executable, "-m", "tests.race.biller", database, str(place), str(person), str(rounds), str(seed)]
        return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ)

    running = [biller(seed) for seed in range(PROCESSES)]
    told: list[str] = []
    for process in running[:KILLED]:
        told += [process.stdout.readline().strip() for _ in range(2)]
        process.send_signal(signal.SIGKILL)
    running.append(biller(PROCESSES))  # and life goes on
    for process in running:
        told += process.communicate(timeout=300)[0].split()
    assert [process.returncode for process in running[KILLED:]] == [0] * (PROCESSES - KILLED + 1)

    with app.app_context():
        rows = db.session.scalars(sa.select(Invoice).order_by(Invoice.sequence)).all()
        numbers = [row.number for row in rows]
        old = sum(row.year == 2026 for row in rows)
        assert 0 < old < len(rows), "the year did not change under them"
        assert numbers == [
            rules.number("F", year, rank) for year, last in ((2026, old), (2027, len(rows) - old)) for rank in range(1, last + 1)
        ]
        assert [row.issued_on for row in rows] == sorted(row.issued_on for row in rows)
        assert set(told) <= set(numbers)  # what was acknowledged is there
        assert len(set(told)) == len(told) >= rounds
        assert list(verification.faults(db.session.get_one(Place, place))) == []
        db.session.remove()
        db.engine.dispose()
