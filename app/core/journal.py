"""The journal: one line for each gesture. It is the audit, the mail queue, and the answer to « who cancelled this? »."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.db import Model, UtcDateTime, db, is_writing, table, transaction
from app.core.prepared import Prepared

BATCH = 20  # entries read in one transaction: the write lock is never held for long
SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=6)

_log = structlog.get_logger(__name__)


class JournalEntry(Model):
    """Something happened. It holds ids and codes, never a name, so that erasing a person keeps it true."""

    __tablename__ = "journal"
    __table_args__ = (
        sa.Index("ix_journal_unread", "id", sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")),
        sa.Index("ix_journal_subject", "event", "subject_id"),
        sa.Index("ix_journal_member", "member_id", "id"),
        sa.Index(
            "ix_journal_cause", "cause_id", sqlite_where=sa.text("cause_id IS NOT NULL"), postgresql_where=sa.text("cause_id IS NOT NULL")
        ),
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
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a reader stumbled on it: not before


class Line(NamedTuple):
    """A line just written."""

    id: int  # for the lines that it causes
    event: str


Reader = Callable[[JournalEntry], None]

_TABLE = table(JournalEntry)
_WRITE = Prepared(sa.insert(_TABLE).returning(_TABLE.c.id))  # every gesture writes one: without the detour by an object


def together(*rooms: Mapping[str, Sequence[Reader]]) -> dict[str, tuple[Reader, ...]]:
    """The readers of several rooms, by event."""
    events = {event for room in rooms for event in room}
    return {event: tuple(reader for room in rooms for reader in room.get(event, ())) for event in sorted(events)}


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
) -> Line:
    """Write one line, in the transaction of the gesture it tells."""
    session = db.session()
    if not is_writing():
        raise RuntimeError("a journal line outside `with transaction()`")
    session.flush()
    line = {
        "place_id": place_id,
        "at": at or clock.now(),
        "event": event,
        "subject_id": subject_id,
        "actor_id": actor_id,
        "member_id": member_id,
        "cause_id": cause_id,
        "facts": facts,
    }
    return Line(_WRITE.scalar(**line), event)


def happened(event: str, subject_id: int | None) -> bool:
    """Whether this was ever written of it."""
    written = sa.exists().where(JournalEntry.event == event, JournalEntry.subject_id == subject_id)
    return bool(db.session.scalar(sa.select(written)))


def deliver(readers: Mapping[str, Sequence[Reader]], *, now: datetime) -> int:
    """Give each entry not read yet to the readers of its event; how many entries were read.

    A reader only writes rows (a mail to send, a webhook to call). They and the mark « read » are one transaction, so each
    entry has its effect once, whatever is killed and however many workers there are.
    """
    count = 0
    while db.session.scalar(sa.select(sa.exists().where(*_unread(now)))):
        with transaction() as session:
            _mark_what_nobody_reads(session, readers, now)
            entries = session.scalars(
                sa.select(JournalEntry)
                .where(*_unread(now))
                .order_by(JournalEntry.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
                .execution_options(populate_existing=True)
            ).all()
            for entry in entries:
                _read(session, entry, readers[entry.event], now)
        if not entries:
            break
        count += len(entries)
    return count


def causes(entry: JournalEntry) -> Iterator[JournalEntry]:
    """The larger gestures that this one is part of, nearest first."""
    while entry.cause_id is not None:
        entry = db.session.get_one(JournalEntry, entry.cause_id)
        yield entry


def _unread(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return JournalEntry.read_at.is_(None), sa.or_(JournalEntry.retry_at.is_(None), JournalEntry.retry_at <= now)


def _mark_what_nobody_reads(session: Session, readers: Mapping[str, Sequence[Reader]], now: datetime) -> None:
    session.execute(
        sa.update(JournalEntry)
        .where(JournalEntry.read_at.is_(None), JournalEntry.event.not_in(readers))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def _read(session: Session, entry: JournalEntry, readers: Sequence[Reader], now: datetime) -> None:
    """One entry that a reader cannot digest must not stop the others: it is logged, kept, and tried again later and later."""
    try:
        with session.begin_nested():
            for reader in readers:
                reader(entry)
    except OperationalError:
        raise  # the database itself: nothing was claimed, all of it comes again
    except Exception:  # noqa: BLE001 — whatever the mistake is
        _log.exception("journal_entry_unreadable", entry=entry.id, journal_event=entry.event)
        entry.retry_at = now + min(max(now - entry.at, SOONEST), LATEST)
    else:
        entry.read_at = now
