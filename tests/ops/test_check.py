"""The nightly look: it sees what the guards let through, says it in one sentence, and repairs nothing."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.billing.models import Charge, Lot
from app.booking.models import Booking, Occupancy
from app.cli import schema
from app.cli.check import check_and_remember, look
from app.core import clock, journal, state
from app.core.db import READ_ONLY, HouseIsReadOnly, db, transaction
from app.core.journal import JournalEntry
from app.factory import create_app
from config import TestConfig
from tests.factories import between, book, book_half, give_half_days, make_member, make_place, make_thing, price


@pytest.fixture
def bookings(session: Session, frozen) -> list[Booking]:
    """A lieu with a bit of everything: paid in money, paid by a pass, cancelled."""
    frozen("2026-12-01T10:00+01:00")
    place, camille, sacha = make_place(), make_member("Camille"), make_member("Sacha")
    desk, room = make_thing(place, "A1"), make_thing(place, "R", kind="room")
    price(place, "desk", "half_day", 700)
    price(place, "resource:R", "minutes", 800)
    give_half_days(place, sacha, 10)
    return [
        book_half(desk, "2026-12-08", "morning", camille),
        book_half(desk, "2026-12-08", "afternoon", sacha),
        book(room, between("2026-12-08", "10:00", "11:00"), camille),
    ]


def told() -> list[str]:
    return [finding.sentence for finding in look()]


def without_guard(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ALTER TABLE occupancy DROP CONSTRAINT one_holder_at_a_time"))
    else:
        for moment in ("INSERT", "UPDATE"):
            session.execute(sa.text(f"DROP TRIGGER one_holder_at_a_time_{moment}"))


def test_a_lieu_in_order_says_nothing(bookings):
    assert told() == []
    assert check_and_remember(now=clock.now()) == []
    assert state.recall("check").facts == {"ok": True, "faults": []}


def spoil_nothing_held(bookings):
    return sa.update(Occupancy).where(Occupancy.booking_id == bookings[0].id).values(active=False)


def spoil_still_held(bookings):
    return sa.update(Booking).where(Booking.id == bookings[0].id).values(status="cancelled")


def spoil_elsewhere(bookings):
    later = between("2026-12-15", "09:00", "10:00")
    moved = {"starts_at": later.starts_at, "ends_at": later.ends_at}
    return sa.update(Occupancy).where(Occupancy.booking_id == bookings[0].id).values(moved)


def spoil_journal(bookings):
    return sa.delete(JournalEntry).where(JournalEntry.subject_id == bookings[0].id)


def spoil_charge(bookings):
    return sa.update(Charge).where(Charge.ref == f"booking:{bookings[0].id}").values(cents=1)


def spoil_lot(bookings):
    return sa.update(Lot).values(used=2)


def spoil_grant(bookings):
    return sa.update(Lot).values(granted=11)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (spoil_nothing_held, r"La réservation \d+ est en cours et n’occupe rien\."),
        (spoil_still_held, r"La réservation \d+ est finie \(cancelled\) et occupe encore sa place\."),
        (spoil_elsewhere, r"La réservation \d+ occupe une place hors de son horaire\."),
        (spoil_journal, r"Le journal ne dit pas comment la réservation \d+ est devenue «\u00a0confirmed\u00a0»\."),
        (spoil_charge, r"Le prix de la réservation \d+ et sa prestation ne sont pas les mêmes\."),
        (spoil_lot, r"Le lot \d+ dit avoir utilisé 2 unité\(s\), ses écritures en comptent 0\."),
        (spoil_grant, r"Le lot \d+ dit avoir accordé 11 unité\(s\), ses écritures en comptent 10\."),
    ],
)
def test_each_fault_has_its_sentence_and_writing_goes_on(bookings, spoil, sentence):
    with transaction() as session:
        session.execute(spoil(bookings))

    findings = check_and_remember(now=clock.now())

    assert any(re.fullmatch(sentence, finding.sentence) for finding in findings), findings
    assert state.recall("check").facts["ok"] is False
    assert state.recall(READ_ONLY) is None


def test_an_overlap_is_seen_even_where_the_guard_is_gone_and_nobody_writes_any_more(bookings, session):
    first, second, _ = bookings
    with transaction():
        without_guard(session)
        one = session.scalars(sa.select(Occupancy).where(Occupancy.booking_id == first.id)).one()
        other = session.scalars(sa.select(Occupancy).where(Occupancy.booking_id == second.id)).one()
        one.ends_at = other.ends_at

    findings = check_and_remember(now=clock.now())

    assert [finding.is_grave for finding in findings] == [True, False]
    assert "garde-fou" in findings[0].sentence
    assert findings[1].sentence.startswith("«\u00a0A1\u00a0» est occupé deux fois à la fois le 08/12/2026")
    with pytest.raises(HouseIsReadOnly), transaction():
        journal.record("never.written")
    assert db.session.get(Booking, first.id) is not None


def test_links_that_lead_nowhere_are_counted(bookings, session):
    is_postgres = session.get_bind().dialect.name == "postgresql"
    with transaction():
        session.execute(sa.text("SET LOCAL session_replication_role = replica" if is_postgres else "PRAGMA defer_foreign_keys = ON"))
        session.execute(sa.update(Booking).values(member_id=999))

    findings = list(look())

    assert findings[0].sentence == "Dans la table booking, 3 lignes ne mènent nulle part (member_id)."
    assert findings[0].is_grave


def test_the_command_says_the_first_fault_and_leaves_read_only_once_all_is_well(app: Flask, bookings, frozen: Callable):
    runner = app.test_cli_runner()
    state.stop_writing("pour voir", at=clock.now())
    with transaction(while_read_only=True) as session:
        session.execute(spoil_grant(bookings))

    red = runner.invoke(args=["check"])
    still_read_only = state.recall(READ_ONLY)
    with transaction(while_read_only=True) as session:
        session.execute(sa.update(Lot).values(granted=10))
    green = runner.invoke(args=["check"])

    assert red.exit_code == 1
    assert re.fullmatch(r"Le lot \d+ dit avoir accordé 11 unité\(s\), ses écritures en comptent 10\.\n", red.stderr)
    assert still_read_only is not None
    assert (green.exit_code, green.stdout) == (0, "Tout est en ordre.\nLe lieu accepte de nouveau les écritures.\n")
    assert state.recall(READ_ONLY) is None


def test_a_damaged_file_is_seen_and_takes_no_more_writes(tmp_path):
    """A page of a table is overwritten, as a dying disk does."""
    url = f"sqlite:///{tmp_path}/lieu.db"
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=url))
    with app.app_context():
        schema.upgrade()
        with transaction():
            for number in range(2000):
                journal.record("something.happened", number, facts="x" * 100)
        db.session.remove()
        db.engine.dispose()
    spoil_page(tmp_path / "lieu.db")

    with app.app_context():
        findings = check_and_remember(now=clock.now())

        assert findings[0].is_grave
        assert findings[0].sentence.startswith(("Le fichier de la base est abîmé\u00a0: ", "La base est abîmée\u00a0: "))
        with pytest.raises(HouseIsReadOnly), transaction():
            journal.record("never.written")
        assert app.test_client().get("/readyz").status_code == 503
        assert state.recall(READ_ONLY).facts["reason"] == findings[0].sentence
        db.session.remove()
        db.engine.dispose()


def spoil_page(path: Path) -> None:
    """Near the end of the file, where the last rows are, far from the pages that say what is where."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size, number = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count"))
    with path.open("r+b") as file:
        file.seek((number - 10) * size)
        file.write(b"\xff" * size)
