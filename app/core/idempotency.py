"""Once per key: a double click or a flaky network makes one effect and the same answer."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime, db, insert_unless_there
from app.core.refusals import N_, Reason, Refused

KEPT = timedelta(hours=24)


class IdempotentAnswer(Model):
    """Réponse déjà donnée to a person's key, kept a day; written in the transaction of its effect."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (sa.UniqueConstraint("member_id", "key"), sa.Index("ix_idempotent_created", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(200))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeyReused(Reason):
    code = "idempotency_key_reused"
    sentence = N_("Cette clé a déjà servi pour une autre demande.")
    next_step = N_("Envoyer la demande avec une clé neuve.")


def earlier_answer(*, member_id: int, key: str | None, body: object, now: datetime) -> dict[str, Any] | None:
    """What was answered to this key, if the same body was sent with it; another body is refused."""
    if not key:
        return None
    row = db.session.scalar(
        sa.select(IdempotentAnswer)
        .where(IdempotentAnswer.member_id == member_id, IdempotentAnswer.key == key, IdempotentAnswer.created_at > now - KEPT)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    if row.fingerprint != fingerprint(body):
        raise Refused(KeyReused())
    return row.answer


def claim(*, member_id: int, key: str | None, body: object, now: datetime) -> IdempotentAnswer | None:
    """Take the key, first thing in the transaction; None when there is no key.

    Another gesture that holds it is waited for, then its answer stands: `AlreadyAnswered` carries it.
    """
    if not key:
        return None
    db.session.execute(
        sa.delete(IdempotentAnswer).where(
            IdempotentAnswer.member_id == member_id, IdempotentAnswer.key == key, IdempotentAnswer.created_at <= now - KEPT
        )
    )
    values = {"member_id": member_id, "key": key, "fingerprint": fingerprint(body), "answer": {}, "created_at": now}
    taken = db.session.execute(insert_unless_there(IdempotentAnswer).values(values).returning(IdempotentAnswer.id)).scalar()
    if taken is None:
        answer = earlier_answer(member_id=member_id, key=key, body=body, now=now)
        raise AlreadyAnswered(answer or {})
    return db.session.get_one(IdempotentAnswer, taken)


class AlreadyAnswered(Exception):
    """The key was used meanwhile: this is the first answer."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__("already answered")
        self.answer = answer


def fingerprint(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()


def forget_old(*, now: datetime) -> int:
    """Remove the answers older than a day; how many went."""
    return db.session.execute(sa.delete(IdempotentAnswer).where(IdempotentAnswer.created_at <= now - KEPT)).rowcount  # type: ignore[attr-defined,no-any-return]
