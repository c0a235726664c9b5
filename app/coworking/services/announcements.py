"""A few words of the lieu to everybody."""

from datetime import date, datetime

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.coworking.models import Announcement
from app.coworking.rules import BackwardDays


def say_to_all(
    *,
    place_id: int,
    title: str,
    text: str,
    first_day: date,
    last_day: date,
    public: bool,
    actor_id: int,
    now: datetime,
    announcement_id: int | None = None,
) -> Announcement:
    """Say it, or say it otherwise."""
    if last_day < first_day:
        raise Refused(BackwardDays())
    with transaction():
        row = db.session.get_one(Announcement, announcement_id) if announcement_id is not None else None
        if row is None:
            row = Announcement(place_id=place_id, actor_id=actor_id, created_at=now)
            db.session.add(row)
        row.title, row.text, row.first_day, row.last_day, row.public = title, text, first_day, last_day, public
        db.session.flush()
        journal.record("announcement.said", row.id, place_id=place_id, actor_id=actor_id, at=now)
        return row


def withdraw(row: Announcement, *, actor_id: int, now: datetime) -> None:
    """It is said no more."""
    with transaction():
        journal.record("announcement.withdrawn", row.id, place_id=row.place_id, actor_id=actor_id, at=now)
        db.session.delete(row)
        db.session.flush()
