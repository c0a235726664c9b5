"""Statements handed to the driver as they are say what SQLAlchemy would have said."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from app.core.db import UtcDateTime, db, table, transaction
from app.core.journal import JournalEntry
from app.core.prepared import Prepared
from tests.statements import counted

_JOURNAL = table(JournalEntry)
WRITE = Prepared(sa.insert(_JOURNAL).returning(_JOURNAL.c.id))
READ = sa.select(_JOURNAL.c.id, _JOURNAL.c.at, _JOURNAL.c.facts, sa.literal(date(2026, 12, 1)), sa.literal(True).label("is_true")).where(
    _JOURNAL.c.event.in_(sa.bindparam("events", expanding=True)), _JOURNAL.c.at >= sa.bindparam("since", type_=UtcDateTime)
)
FORGET = Prepared(sa.update(_JOURNAL).where(_JOURNAL.c.id == sa.bindparam("which")).values(facts=sa.bindparam("said")))
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def _line(event: str | None, **facts: object) -> dict[str, object]:
    return {"place_id": None, "at": NOON, "event": event, "subject_id": 1, "facts": facts}


def test_what_is_written_and_read_so_is_what_sqlalchemy_writes_and_reads(session):
    read = Prepared(READ)
    with transaction():
        number = WRITE.scalar(**_line("a", said="été"))
        WRITE.write(_line("b"), _line("c"))
        FORGET.write({"which": number, "said": {"said": "rien"}})
        for events in (["a"], ["a", "b", "nothing"], []):
            asked = {"events": events, "since": NOON}
            assert [tuple(row) for row in read.rows(**asked)] == [tuple(row) for row in db.session.execute(READ, asked)]
        found = read.first(events=["a"], since=NOON)
        assert (found.id, found.at, found.facts, found.is_true) == (number, NOON, {"said": "rien"}, True)
        assert found[3] == date(2026, 12, 1)
        assert read.scalar(events=["nothing"], since=NOON) is None


def test_it_is_heard_counted_and_refused_in_the_words_of_sqlalchemy(session):
    with counted() as heard, transaction():
        WRITE.scalar(**_line("a"))
    assert any(said.startswith("INSERT INTO journal") for said in heard)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        WRITE.scalar(**_line(None))
