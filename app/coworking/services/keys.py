"""Keys and badges: lent to one person at a time, with a deposit, and brought back. A badge opens day and night."""

from datetime import datetime

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, insert_unless_there, transaction
from app.core.refusals import Refused
from app.coworking.models import Key, Loan
from app.coworking.rules import AlreadyLent, MarkTaken
from app.members.models import Member


def add_key(*, place_id: int, kind: str, mark: str, opens: str, actor_id: int, now: datetime) -> Key:
    with transaction():
        values = {"place_id": place_id, "kind": kind, "mark": mark, "opens": opens, "state": "good", "created_at": now}
        made = db.session.execute(insert_unless_there(Key).values(values).returning(Key.id)).scalar()
        if made is None:
            raise Refused(MarkTaken(mark=mark))
        journal.record("key.added", made, place_id=place_id, actor_id=actor_id, at=now)
        return db.session.get_one(Key, made)


def lend_key(key: Key, *, member_id: int, deposit_cents: int, actor_id: int, now: datetime) -> Loan:
    """To one person until it comes back; the database refuses a second."""
    with transaction():
        if key.state != "good":
            raise Refused(AlreadyLent())
        values = {
            "key_id": key.id,
            "member_id": member_id,
            "lent_at": now,
            "lent_by_id": actor_id,
            "deposit_cents": deposit_cents,
            "was_lost": False,
        }
        made = db.session.execute(insert_unless_there(Loan).values(values).returning(Loan.id)).scalar()
        if made is None:
            raise Refused(AlreadyLent())
        _mind_badge(key, member_id, has_it=True)
        journal.record("key.lent", key.id, place_id=key.place_id, actor_id=actor_id, member_id=member_id, at=now, loan_id=made)
        return db.session.get_one(Loan, made)


def take_back_key(loan: Loan, *, is_lost: bool, actor_id: int, now: datetime) -> None:
    """It came back, or it is lost: then nobody gets it any more. Said twice, once counts."""
    with transaction():
        row = db.session.get_one(Loan, loan.id, with_for_update=True, populate_existing=True)
        if row.returned_at is not None:
            return
        row.returned_at, row.returned_to_id, row.was_lost = now, actor_id, is_lost
        if is_lost:
            row.key.state = "lost"
        db.session.flush()
        _mind_badge(row.key, row.member_id, has_it=False)
        event = "key.lost" if is_lost else "key.returned"
        journal.record(event, row.key_id, place_id=row.key.place_id, actor_id=actor_id, member_id=row.member_id, at=now, loan_id=row.id)


def retire_key(key: Key, *, actor_id: int, now: datetime) -> None:
    """It is used no more; one that is lent has to come back first."""
    with transaction():
        if db.session.scalar(sa.select(sa.exists().where(Loan.key_id == key.id, Loan.returned_at.is_(None)))):
            raise Refused(AlreadyLent())
        key.state = "retired"
        db.session.flush()
        journal.record("key.retired", key.id, place_id=key.place_id, actor_id=actor_id, at=now)


def _mind_badge(key: Key, member_id: int, *, has_it: bool) -> None:
    """Who has a badge comes day and night, where the lieu allows it; who gives the last one back does no more."""
    if key.kind != "badge":
        return
    other = sa.exists().where(Loan.member_id == member_id, Loan.returned_at.is_(None), Loan.key_id == Key.id, Key.kind == "badge")
    member = db.session.get_one(Member, member_id)
    member.badge = has_it or bool(db.session.scalar(sa.select(other)))
    db.session.flush()
