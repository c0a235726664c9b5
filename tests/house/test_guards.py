"""The guards of the database: each has its name here, and each may refuse something. What they refuse is provoked in their rooms."""

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.db import db

FROZEN = ("allocation", "anchor", "closing", "movement", "payment", "stripe_event")  # money: rows are added, and stay as they are
EVIDENCE = {  # of a training: what may never happen to a row, or only in some ways
    "course_attendance_anchor": ("never_delete", "never_update"),
    "course_attendance_chain": ("never_delete",),
    "course_attendance_event": ("follows_insert", "never_delete", "never_update"),
    "course_block_test": ("kept_delete", "never_update"),
    "course_certificate": ("kept_update", "never_delete", "numbered_insert"),
    "course_cohort": ("kept_until", "purged_early"),
    "course_mastery": ("kept_delete", "never_update"),
    "course_paper": ("kept_update", "never_delete"),
    "course_production": ("kept_update", "never_delete"),
    "course_review": ("kept_delete", "never_update"),
    "course_submission": ("kept_delete", "never_update"),
}
EMPTIED = tuple(table for table in EVIDENCE if table != "course_cohort")  # PostgreSQL's TRUNCATE asks apart


def guards_of(engine: str) -> Iterator[str]:
    for table, names in EVIDENCE.items():
        yield from (f"{table}_{name}" for name in names)
    if engine == "postgresql":
        yield from (f"billing_{table}_{name}" for table in (*FROZEN, "invoice") for name in ("frozen", "kept"))
        yield from ("billing_allocation_guard", "billing_movement_guard", "billing_invoice_next")
        yield from (f"{table}_truncate" for table in EMPTIED)
    else:
        yield from (f"billing_{table}_frozen_{moment}" for table in FROZEN for moment in ("insert", "update", "delete"))
        yield from ("billing_invoice_frozen_update", "billing_invoice_frozen_delete", "billing_invoice_next")
        yield from (*(f"billing_allocation_guard_{number}" for number in range(3)), "billing_movement_guard_0")
        yield from ("one_holder_at_a_time_INSERT", "one_holder_at_a_time_UPDATE")


def test_no_guard_is_lost_when_a_table_is_made_again(session: Session):
    """SQLite forgets the triggers of a table that a migration copies; nothing else would say so."""
    engine = session.get_bind().dialect.name
    if engine == "postgresql":
        standing = session.scalars(sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).all()
        assert session.scalars(sa.text("SELECT conname FROM pg_constraint WHERE contype = 'x'")).all() == ["one_holder_at_a_time"]
    else:
        standing = session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    assert sorted(standing) == sorted(guards_of(engine))


CHECKS = [
    pytest.param(table, str(check.sqltext), id=str(check.name))
    for table in db.metadata.sorted_tables
    for check in sorted(table.constraints, key=lambda one: str(one.name))
    if isinstance(check, sa.CheckConstraint)
]
DAYS = ("2026-12-01 08:00", "2026-12-01 09:00", "2026-12-02 08:00")


def tried(column: sa.Column[object], text: str) -> tuple[object, ...]:
    """A few values for a column, among them those that the check speaks of and their neighbours."""
    if isinstance(column.type, sa.Boolean):
        return (0, 1)
    if isinstance(column.type, sa.Integer):
        said = [int(number) for number in re.findall(r"\d+", text)]
        return (None, -1, 0, 1, *(number + more for number in said for more in (-1, 0, 1)))
    if isinstance(column.type, sa.Date) or column.type.python_type is datetime:
        return (None, *DAYS)
    return (None, "", "x", *re.findall(r"'([^']*)'", text))


@pytest.mark.parametrize(("table", "text"), CHECKS)
def test_a_check_refuses_something_and_lets_something_in(table: sa.Table, text: str):
    columns = [column for column in table.columns if re.search(rf"\b{column.name}\b", text)]
    values, asked = random.Random(2026), ", ".join(f"? AS {column.name}" for column in columns)
    answers = set()
    with closing(sqlite3.connect(":memory:")) as database:
        for _ in range(3000):
            row = [values.choice(tried(column, text)) for column in columns]
            answers.add(database.execute(f"SELECT {text} FROM (SELECT {asked})", row).fetchone()[0])
            if {0, 1} <= answers:
                return
    pytest.fail(f"{text}: {answers}")
