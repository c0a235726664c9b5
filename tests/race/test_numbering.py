"""Eight processes issue bills at once over New Year's night, some fail, some are killed: no number is missing, none is given twice, the chain holds."""

from contextlib import suppress

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
from tests.processes import forks
from tests.race import biller

PROCESSES, KILLED = 8, 3

pytestmark = pytest.mark.race


class Biller:
    """A process that issues bills, and the line on which it tells their numbers."""

    def __init__(self, *about: object) -> None:
        self.line, theirs = forks.Pipe(duplex=False)
        self.process = forks.Process(target=biller.main, args=(theirs, *about), daemon=True)
        self.process.start()
        theirs.close()

    def all_told(self) -> list[str]:
        """What is still to be heard, until its end."""
        told = []
        with suppress(EOFError):
            while True:
                told.append(self.line.recv())
        self.process.join(timeout=60)
        return told


def test_numbers_have_no_gap_and_no_repeat_whoever_fails_or_is_killed(database, rounds):
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database))
    with app.app_context():
        place, person = make_place().id, make_member().id
        db.session.remove()

    running = [Biller(database, place, person, rounds, seed) for seed in range(PROCESSES)]
    told: list[str] = []
    for one in running[:KILLED]:
        told += [one.line.recv() for _ in range(2)]
        one.process.kill()
    running.append(Biller(database, place, person, rounds, PROCESSES))  # and life goes on
    for one in running:
        told += one.all_told()
    assert [one.process.exitcode for one in running[KILLED:]] == [0] * (PROCESSES - KILLED + 1)

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
