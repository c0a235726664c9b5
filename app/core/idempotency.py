"""Once per key: a double click or a flaky network makes one effect and the same answer."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import HouseIsReadOnly, Model, UtcDateTime, db, is_writing, table, transaction
from app.core.prepared import Prepared
from app.core.refusals import N_, Reason, Refused

KEPT = timedelta(hours=24)
Done = TypeVar("Done")


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


_TABLE = table(IdempotentAnswer)
_HERE = (_TABLE.c.member_id == sa.bindparam("whose"), _TABLE.c.key == sa.bindparam("which"))
_EARLIER = Prepared(sa.select(_TABLE.c.fingerprint, _TABLE.c.answer).where(*_HERE, _TABLE.c.created_at > sa.bindparam("kept_since")))
_KEEP = Prepared(sa.update(_TABLE).where(_TABLE.c.id == sa.bindparam("claimed")).values(answer=sa.bindparam("said")))


def _take(insert: Any) -> Any:
    """Insert, or take over a key whose day is over; RETURNING gives no row when it answers for somebody today."""
    new = insert(_TABLE)
    names = ("member_id", "key", "fingerprint", "answer", "created_at")
    return (
        new.values({name: sa.bindparam(name) for name in names})
        .on_conflict_do_update(
            index_elements=["member_id", "key"],
            set_={name: new.excluded[name] for name in names[2:]},
            where=_TABLE.c.created_at <= sa.bindparam("kept_since"),
        )
        .returning(_TABLE.c.id)
    )


_TAKE = {"sqlite": Prepared(_take(sqlite.insert)), "postgresql": Prepared(_take(postgresql.insert))}


class KeyReused(Reason):
    code = "idempotency_key_reused"
    sentence = N_("Cette clé a déjà servi pour une autre demande.")
    next_step = N_("Envoyer la demande avec une clé neuve.")


def once(
    do: Callable[[], Done],
    *,
    keep: Callable[[Done], Mapping[str, Any]],
    recall: Callable[[Mapping[str, Any]], Done],
    look: Callable[[], None] = lambda: None,
    member_id: int,
    key: str | None,
    body: object,
    now: datetime,
) -> Done:
    """Do it in a transaction, once for this person's key: the same key and `body` recall what was done, another body is refused.

    `look` may give a quick no before the transaction, when to wait for one's turn would be in vain. `keep` says what to remember
    of what was done; the key, the effect and the answer are one transaction. Another gesture that holds the key is waited for,
    then its answer stands; it is given even where nobody can write for now.
    """
    if not key:
        look()
        with transaction():
            return do()
    try:
        look()
        with transaction():
            claimed = _claim(member_id, key, body, now)
            if claimed is not None:
                done = do()
                _KEEP.write({"claimed": claimed, "said": dict(keep(done))})
                return done
    except (Refused, HouseIsReadOnly, sa.exc.OperationalError):
        # Perhaps by what the same key did before, elsewhere: then that is the answer. What a larger gesture wrote is undone with it.
        if not is_writing() and (answer := _earlier(member_id, key, body, now)) is not None:
            return recall(answer)
        raise
    return recall(_earlier(member_id, key, body, now) or {})


def _earlier(member_id: int, key: str, body: object, now: datetime) -> dict[str, Any] | None:
    row = _EARLIER.first(whose=member_id, which=key, kept_since=now - KEPT)
    if row is None:
        return None
    if row.fingerprint != fingerprint(body):
        raise Refused(KeyReused())
    answer: dict[str, Any] = row.answer
    return answer


def _claim(member_id: int, key: str, body: object, now: datetime) -> int | None:
    """Take the key; none when it was taken meanwhile."""
    mine = {"member_id": member_id, "key": key, "fingerprint": fingerprint(body), "answer": {}, "created_at": now}
    taken: int | None = _TAKE[db.session.get_bind().dialect.name].scalar(**mine, kept_since=now - KEPT)
    return taken


def fingerprint(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()


def forget_old(*, now: datetime) -> int:
    """Remove the answers older than a day; how many went."""
    return db.session.execute(sa.delete(IdempotentAnswer).where(IdempotentAnswer.created_at <= now - KEPT)).rowcount  # type: ignore[attr-defined,no-any-return]


def forget_person(member_id: int) -> None:
    """The answers given to somebody who is erased."""
    db.session.execute(sa.delete(IdempotentAnswer).where(IdempotentAnswer.member_id == member_id))
