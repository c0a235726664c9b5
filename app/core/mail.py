"""The outbox: mails to send, kept as facts. A row is written with the gesture it tells; its words are found when it leaves.

Who calls what: a reader of the journal queues (`tell` and its sisters, named in `app/wiring.py`), the worker sends
(`app/core/delivery.py`), a room's `mails.py` builds the letter.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, journal
from app.core.db import Model, UtcDateTime, db, insert_unless_there, is_writing, transaction
from app.core.journal import JournalEntry
from app.core.letters import Addressee, House, Letter

KEPT = timedelta(days=180)


class OutgoingMail(Model):
    """Courriel à envoyer: which fact is told to whom. One fact has one mail of a kind, whoever asks twice."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        sa.UniqueConstraint("kind", "fact"),
        sa.UniqueConstraint("message_id"),
        sa.CheckConstraint(
            "(member_id IS NULL AND to_address IS NOT NULL) OR (member_id IS NOT NULL AND to_address IS NULL)", name="one_addressee"
        ),
        sa.Index(
            "ix_outgoing_mail_due",
            "due_at",
            "id",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        ),
        sa.Index("ix_outgoing_mail_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int | None]  # in whose name it leaves
    kind: Mapped[str] = mapped_column(sa.String(60))  # who builds it: a key of `wiring.MAILS`
    fact: Mapped[str] = mapped_column(sa.String(100))  # what it tells: "journal:12"
    member_id: Mapped[int | None]
    to_address: Mapped[str | None] = mapped_column(sa.String(254))  # only of someone who is no member
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # ids and codes, never a name
    message_id: Mapped[str] = mapped_column(sa.String(120))  # kept: should it leave twice, it is the same mail
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when to send it; none: there is nothing more to do
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a sender has it; later, it may be taken again
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(300), default="")  # "code: what the server said"
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # there was nothing to say any more
    gave_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the manager sees it, and may try again


Builder = Callable[[OutgoingMail], Letter | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What the outbox asks the rooms above it, without knowing them."""

    builders: Mapping[str, Builder]  # by kind; none from a builder: the fact is no longer worth a mail
    addressee: Callable[[int], Addressee | None]  # of a member; none: nobody is there to read (left, erased)
    house: Callable[[int | None], House]  # the lieu that writes
    names: Mapping[str, str] = field(default_factory=dict)  # what a kind is called where mails are listed


def install(app: Flask, post: Post) -> None:
    app.extensions["mail"] = post


def post() -> Post:
    given: Post = current_app.extensions["mail"]
    return given


# ---------------------------------------------------------------- readers of the journal


def tell(entry: JournalEntry) -> None:
    """A mail to the member whom the entry concerns; silent when the larger gesture that caused it tells the same person."""
    if not any(_tells(cause, entry.member_id) for cause in journal.causes(entry)):
        tell_anyway(entry)


def tell_anyway(entry: JournalEntry) -> None:
    """A mail to the member whom the entry concerns, even when it follows from something that has its own."""
    if entry.member_id is not None:
        _queue_for(entry, entry.member_id, fact=f"journal:{entry.id}")


def tell_each(entry: JournalEntry) -> None:
    """One mail to each member whom the entry's consequences concern: all the bookings of an outage, told at once."""
    concerned = sa.select(JournalEntry.member_id).where(JournalEntry.cause_id == entry.id, JournalEntry.member_id.is_not(None))
    tell_them(entry, [one for one in db.session.scalars(concerned.distinct().order_by(JournalEntry.member_id)) if one is not None])


def tell_them(entry: JournalEntry, member_ids: Iterable[int]) -> None:
    """One mail to each of these people, once."""
    for member_id in dict.fromkeys(member_ids):
        _queue_for(entry, member_id, fact=f"journal:{entry.id}:{member_id}")


def _tells(cause: JournalEntry, member_id: int | None) -> bool:
    """Whether `cause` has a mail that reaches this person. One that concerns nobody in particular reaches everyone it touches."""
    return cause.event in post().builders and cause.member_id in (None, member_id)


def _queue_for(entry: JournalEntry, member_id: int, *, fact: str) -> None:
    facts = {"entry": entry.id, "subject": entry.subject_id}
    queue(entry.event, fact=fact, member_id=member_id, place_id=entry.place_id, facts=facts, now=clock.now())


# ---------------------------------------------------------------- unsubscribing


def unsubscribe_url(member_id: int, topic: str) -> str:
    """Where one click ends a sort of mail: the address proves itself, whoever is signed in."""
    return f"{current_app.config['PUBLIC_URL']}/unsubscribe/{_signer().dumps([member_id, topic])}"


def unsubscribed(token: str) -> tuple[int, str] | None:
    """Who wants no more of which topic; none when the address is not one of ours."""
    try:
        member_id, topic = _signer().loads(token)
    except BadSignature:
        return None
    return int(member_id), str(topic)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="unsubscribe")


# ---------------------------------------------------------------- writing and keeping


def queue(
    kind: str,
    *,
    fact: str,
    now: datetime,
    member_id: int | None = None,
    to_address: str | None = None,
    place_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """Put a mail in the outbox, in the transaction of what it tells; false when this fact already has its own.

    What asks again each minute asks outside a transaction: a mail that is there is then seen by a read, and nobody waits to write.
    """
    if not is_writing() and db.session.scalar(sa.select(sa.exists().where(OutgoingMail.kind == kind, OutgoingMail.fact == fact))):
        return False
    with transaction() as session:
        made = session.execute(
            insert_unless_there(OutgoingMail)
            .values(
                kind=kind,
                fact=fact,
                member_id=member_id,
                to_address=to_address,
                place_id=place_id,
                facts=dict(facts or {}),
                message_id=_new_message_id(now),
                created_at=now,
                due_at=now,
            )
            .returning(OutgoingMail.id)
        )
        return made.first() is not None


def retry(*, mail_id: int, now: datetime) -> bool:
    """Try once more what was given up or waits for its turn; false when there is nothing to retry."""
    return _change(
        OutgoingMail.id == mail_id,
        OutgoingMail.sent_at.is_(None),
        OutgoingMail.dropped_at.is_(None),
        due_at=now,
        attempts=0,
        gave_up_at=None,
    )


def retry_all(*, now: datetime) -> None:
    """The mail server is back: everything that waits for its next try, or was given up, leaves now."""
    _change(
        OutgoingMail.sent_at.is_(None),
        OutgoingMail.dropped_at.is_(None),
        OutgoingMail.attempts > 0,
        due_at=now,
        attempts=0,
        gave_up_at=None,
    )


def forget_old(*, now: datetime) -> int:
    """Remove the mails settled half a year ago: to whom one wrote and when is not kept for ever. How many went."""
    limit = now - KEPT
    oldest = db.session.scalar(sa.select(OutgoingMail.created_at).order_by(OutgoingMail.id).limit(1))
    if oldest is None or oldest > limit:
        return 0
    old = sa.delete(OutgoingMail).where(OutgoingMail.due_at.is_(None), OutgoingMail.created_at <= limit)
    with transaction() as session:
        return len(session.scalars(old.returning(OutgoingMail.id)).all())


def forget_person(member_id: int) -> None:
    """What was written to somebody who is erased, and what was still to leave."""
    db.session.execute(sa.delete(OutgoingMail).where(OutgoingMail.member_id == member_id))


def _change(*which: sa.ColumnElement[bool], **values: Any) -> bool:
    with transaction() as session:
        changed = session.execute(
            sa.update(OutgoingMail).where(*which).values(**values).returning(OutgoingMail.id),
            execution_options={"synchronize_session": False},
        ).all()
    return bool(changed)


def _new_message_id(now: datetime) -> str:
    """Sorts by time; says nothing of whom it is for."""
    host = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
    return f"<{now:%Y%m%d.%H%M%S.%f}.{secrets.token_hex(6)}@{host}>"


# ---------------------------------------------------------------- what the manager and the health page see


# Since when the oldest mail has waited for the worker, or for a mail server that answers; one that a single address keeps
# waiting is no trouble of ours.
OLDEST_WAITING = sa.select(sa.func.min(OutgoingMail.created_at)).where(
    OutgoingMail.due_at.is_not(None), sa.or_(OutgoingMail.last_error == "", OutgoingMail.last_error.startswith("unreachable:"))
)


def stuck() -> int:
    """How many mails were given up and wait for somebody to look."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail).where(OutgoingMail.gave_up_at.is_not(None))) or 0


def stuck_mails(*, most: int) -> Sequence[OutgoingMail]:
    """Those given up, the last first."""
    given_up = sa.select(OutgoingMail).where(OutgoingMail.gave_up_at.is_not(None)).order_by(OutgoingMail.gave_up_at.desc())
    return db.session.scalars(given_up.limit(most)).all()


def waiting_mails(*, most: int) -> Sequence[OutgoingMail]:
    """Those that have not left yet, the oldest first."""
    return db.session.scalars(
        sa.select(OutgoingMail).where(OutgoingMail.due_at.is_not(None)).order_by(OutgoingMail.created_at).limit(most)
    ).all()
