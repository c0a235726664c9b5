"""The month's run as real processes: killed in the middle, asked again by two at once; each use is billed once, no number is missing."""

import os
import subprocess
import sys
import time
from datetime import date

import pytest
import sqlalchemy as sa

from app import wiring
from app.billing.models import Bill, Charge, Invoice
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.factory import create_app
from app.members.models import Member
from app.place.models import Place
from config import TestConfig
from tests.factories import make_place
from tests.servers import ROOT

PEOPLE, USES = 40, 3

pytestmark = pytest.mark.race


@pytest.fixture
def house(database, frozen, tmp_path):
    frozen("2026-12-01T09:00+01:00")
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database, MAIL_URL=f"file:{tmp_path}"))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def run(database: str, folder) -> "subprocess.Popen[str]":
    """`flask billing run` in a process of its own."""
    settings = {"DATABASE_URL": database, "MAIL_URL": f"file:{folder}", "SECRET_KEY": "a key for the runs of the tests", "DEMO": "0"}
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "billing", "run", "--month", "2026-11"]
    return subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **settings, "WORKLAB_NOW": "2026-12-01T09:00:00+01:00"}
    )


def test_a_run_killed_then_asked_by_two_at_once_bills_each_use_once(house, database, tmp_path):
    with house.app_context():
        place = make_place()
        uses_of(place)
        first = run(database, tmp_path)
        deadline = time.monotonic() + 60
        while count(Invoice) < 5 and first.poll() is None and time.monotonic() < deadline:
            db.session.rollback()
            time.sleep(0.01)
        first.kill()
        first.communicate()
        killed_after = count(Invoice)
        db.session.rollback()

        both = [run(database, tmp_path) for _ in range(2)]
        said = [process.communicate(timeout=120)[0] for process in both]
        last = run(database, tmp_path)
        said.append(last.communicate(timeout=120)[0])

        assert [process.returncode for process in (*both, last)] == [0, 0, 0] and 5 <= killed_after < PEOPLE
        assert f"{PEOPLE} factures émises" in said[-1]
        rows = db.session.scalars(sa.select(Invoice).order_by(Invoice.sequence)).all()
        assert [row.number for row in rows] == [f"F2026-{rank:05}" for rank in range(1, PEOPLE + 1)]
        assert len({row.member_id for row in rows}) == PEOPLE and {row.gross_cents for row in rows} == {USES * 800}
        assert count(Charge, Charge.bill_id.is_(None)) == 0 and count(Bill, Bill.state != "issued") == 0
        assert count(JournalEntry, JournalEntry.event == "invoice.issued") == PEOPLE  # one mail each
        assert [fault for look in (*wiring.CHECKS, *wiring.GUARDS) for fault in look(db.session())] == []


def uses_of(place: Place) -> None:
    with transaction() as session:
        people = [Member(name=f"P{number}", email=f"p{number}@example.org", created_at=clock.now()) for number in range(PEOPLE)]
        session.add_all(people)
        session.flush()
        session.add_all(
            Charge(
                place_id=place.id,
                ref=f"use:{person.id}:{number}",
                member_id=person.id,
                label="Poste, demi-journée",
                used_on=date(2026, 11, 2 + number),
                worth_cents=800,
                cents=800,
                rate_bp=0,
                activity="desk",
                quantity_milli=1000,
                unit="half_day",
                covered_by=[],
                created_at=clock.now(),
            )
            for person in people
            for number in range(USES)
        )
        session.flush()


def count(model, *which) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*which)) or 0
