"""The journal: one line for each gesture. It is the audit, the mail queue, and the answer to « who cancelled this? »."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Model, UtcDateTime, db


class JournalEntry(Model):
    """Something happened. It holds ids and codes, never a name, so that erasing a person keeps it true."""

    __tablename__ = "journal"
    __table_args__ = (
        sa.Index("ix_journal_unread", "id", sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")),
        sa.Index("ix_journal_subject", "event", "subject_id"),
        sa.Index("ix_journal_member", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(sa.String(60))
    subject_id: Mapped[int | None]  # the booking, the member… that the event's name speaks of
    actor_id: Mapped[int | None]  # who did it; none: the lieu itself
    member_id: Mapped[int | None]  # whom it concerns
    cause_id: Mapped[int | None]  # the entry of the larger gesture that caused this one
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def record(
    event: str,
    subject_id: int | None = None,
    *,
    place_id: int | None = None,
    actor_id: int | None = None,
    member_id: int | None = None,
    cause_id: int | None = None,
    at: datetime | None = None,
    **facts: Any,
) -> JournalEntry:
    """Write one line, in the transaction of the gesture it tells."""
    entry = JournalEntry(
        place_id=place_id,
        at=at or clock.now(),
        event=event,
        subject_id=subject_id,
        actor_id=actor_id,
        member_id=member_id,
        cause_id=cause_id,
        facts=facts,
    )
    db.session.add(entry)
    db.session.flush()
    return entry
