"""Evidence: writing an event at the end of its cohort's chain, looking whether the chain is whole, anchoring it each day."""

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app

from app.core import journal
from app.core.db import as_stored, db, insert_unless_there, lock, table, transaction
from app.core.prepared import Prepared
from app.courses.models import AttendanceAnchor, AttendanceChain, AttendanceEvent, Cohort, CourseSession, Enrolment, Production
from app.courses.queries import distance
from app.courses.rules import chain
from app.courses.rules.chain import Anchor, Break, Event
from app.place.models import Place

NAMED = 20  # faults told of each kind: more would teach nothing more
TURNS = 7250  # whose turn it is to write at the end of a cohort's chain
_EVENT, _CHAIN = table(AttendanceEvent), table(AttendanceChain)
_UNREADABLE = datetime.min.replace(tzinfo=UTC)  # stands for an instant that somebody spoilt


# Asked at each signature, thirty at a time: written once.
_END = Prepared(sa.select(_CHAIN.c.length, _CHAIN.c.head).where(_CHAIN.c.cohort_id == sa.bindparam("cohort")))
_APPEND = Prepared(sa.insert(_EVENT))
_LENGTHEN = Prepared(
    sa.update(_CHAIN).where(_CHAIN.c.cohort_id == sa.bindparam("cohort")).values(length=sa.bindparam("rank"), head=sa.bindparam("made"))
)


class End(NamedTuple):
    """The end of a cohort's chain, where the next event is written."""

    length: int
    head: str


@dataclass(frozen=True, slots=True)
class Written:
    """An event that was just written."""

    rank: int
    hash: str


def append(
    *,
    place_id: int,
    cohort_id: int,
    kind: str,
    act: str,
    at: datetime,
    actor_id: int | None,
    session_id: int | None = None,
    enrolment_id: int | None = None,
    cites_rank: int | None = None,
    facts: Mapping[str, Any] | None = None,
    end: End | None = None,
) -> Written:
    """Write one act at the end of its cohort's chain, in the transaction of the gesture; those of one cohort take turns.

    `end`: what a gesture that has already taken its turn found there.
    """
    length, head = end or take_turn(cohort_id, place_id=place_id)
    event = Event(
        cohort_id=cohort_id,
        rank=length + 1,
        at=at,
        kind=kind,
        act=act,
        session_id=session_id,
        enrolment_id=enrolment_id,
        actor_id=actor_id,
        cites_rank=cites_rank,
        facts=json.dumps(facts or {}, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
    )
    made = chain.fingerprint(event, head)
    _APPEND.write(
        {
            "place_id": place_id,
            **{name: getattr(event, name) for name in ("cohort_id", "rank", "at", "kind", "act", "session_id", "enrolment_id")},
            **{name: getattr(event, name) for name in ("actor_id", "cites_rank", "facts")},
            "previous_hash": head,
            "hash": made,
            "seal": chain.seal(_key(), made),
        },
    )
    _LENGTHEN.write({"cohort": cohort_id, "rank": event.rank, "made": made})
    return Written(event.rank, made)


def append_of(
    half_day: CourseSession,
    enrolment_id: int,
    kind: str,
    *,
    act: str,
    facts: Mapping[str, Any],
    actor_id: int,
    now: datetime,
    cites_rank: int | None = None,
) -> int:
    """Write one act of one person's half-day, and say it in the journal: its rank in the chain."""
    written = append(
        place_id=half_day.place_id,
        cohort_id=half_day.cohort_id,
        kind=kind,
        act=act,
        at=now,
        actor_id=actor_id,
        session_id=half_day.id,
        enrolment_id=enrolment_id,
        cites_rank=cites_rank,
        facts=facts,
    )
    journal.record(
        f"attendance.{kind}",
        half_day.id,
        place_id=half_day.place_id,
        actor_id=actor_id,
        member_id=db.session.get_one(Enrolment, enrolment_id).member_id,
        at=now,
        rank=written.rank,
    )
    return written.rank


def last_rank(session_id: int, enrolment_id: int) -> int | None:
    """The last event that speaks of somebody's half-day: what a correction cites."""
    speaks = sa.or_(_EVENT.c.enrolment_id == enrolment_id, _EVENT.c.enrolment_id.is_(None))
    rank: int | None = db.session.scalar(sa.select(sa.func.max(_EVENT.c.rank)).where(_EVENT.c.session_id == session_id, speaks))
    return rank


def take_turn(cohort_id: int, *, place_id: int) -> End:
    """Wait until nobody else writes in this chain; its length and its head. What is read after this is what will be written on."""
    lock(TURNS, cohort_id)
    found = _END.first(cohort=cohort_id)
    if found is None:
        db.session.execute(sa.insert(_CHAIN), {"cohort_id": cohort_id, "place_id": place_id, "length": 0, "head": chain.FIRST})
        return End(0, chain.FIRST)
    return End(found.length, found.head)


def verify(cohort_id: int) -> Break | None:
    """The first broken event of a cohort, or none."""
    kept = _END.first(cohort=cohort_id)
    length, head = (kept.length, kept.head) if kept else (0, chain.FIRST)
    anchors = db.session.execute(sa.select(AttendanceAnchor.rank, AttendanceAnchor.hash).where(AttendanceAnchor.cohort_id == cohort_id))
    return chain.first_break(_events(cohort_id), length=length, head=head, key=_key(), anchors=[Anchor(*row) for row in anchors])


def broken_chains() -> Iterator[tuple[Cohort, Break]]:
    """Every cohort whose chain is broken, and where."""
    for cohort in db.session.scalars(sa.select(Cohort).order_by(Cohort.id)).all():
        if broken := verify(cohort.id):
            yield cohort, broken


def tampered_productions() -> list[Production]:
    """What was produced at distance and is no longer what its event says, NAMED at most."""
    return list(islice(distance.tampered(), NAMED))


def told_of_production(row: Production) -> str:
    return f"Ce qui a été produit à distance (nº\u00a0{row.id}, événement {row.rank}) n’est plus ce qui avait été dit\u00a0: son empreinte diffère."


def told(cohort: Cohort, broken: Break) -> str:
    """Where a chain is broken, as a sentence for the command line and the nightly look."""
    return (
        f"La chaîne d’émargement de «\u00a0{cohort.name}\u00a0» est rompue à l’événement {broken.rank}\u00a0: {chain.BROKEN[broken.why]}."
    )


def anchor(*, now: datetime) -> int:
    """Once a day, keep and mail the head of each chain that grew since; how many."""
    grown = sa.select(AttendanceChain, Place).join(Place, Place.id == AttendanceChain.place_id).where(AttendanceChain.length > _anchored())
    due = [
        (row, place)
        for row, place in db.session.execute(grown.order_by(AttendanceChain.cohort_id)).all()
        if now.astimezone(place.tz).hour >= ANCHORED_AT
    ]
    count = 0
    for row, place in due:
        with transaction() as session:
            day = now.astimezone(place.tz).date()
            values = {"cohort_id": row.cohort_id, "day": day, "place_id": place.id, "at": now}
            length, head = take_turn(row.cohort_id, place_id=place.id)
            written = session.execute(
                insert_unless_there(AttendanceAnchor).values(**values, rank=length, hash=head).returning(AttendanceAnchor.rank)
            ).first()
            if written:
                journal.record("attendance.anchored", row.cohort_id, place_id=place.id, at=now, rank=length, hash=head, day=day.isoformat())
                count += 1
    return count


ANCHORED_AT = 19  # o'clock in the lieu: the day's signatures are in


def _anchored() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.max(AttendanceAnchor.rank), 0))
        .where(AttendanceAnchor.cohort_id == AttendanceChain.cohort_id)
        .scalar_subquery()
    )


def _events(cohort_id: int) -> Iterator[Event]:
    """As they are stored, without trusting that they can still be read."""
    names = ("rank", "kind", "act", "session_id", "enrolment_id", "actor_id", "cites_rank", "facts", "previous_hash", "hash", "seal")
    rows = sa.select(as_stored(_EVENT.c.at), *(_EVENT.c[name] for name in names)).where(_EVENT.c.cohort_id == cohort_id)
    for at, *values in db.session.execute(rows.order_by(_EVENT.c.rank, _EVENT.c.id)):
        yield Event(cohort_id=cohort_id, at=_instant(at), **dict(zip(names, values, strict=True)))


def _instant(stored: Any) -> datetime:
    if isinstance(stored, datetime):
        return stored
    try:
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return _UNREADABLE


def _key() -> bytes:
    return derived_key("attendance seal")


def derived_key(purpose: str) -> bytes:
    """A key of its own for each use, from the lieu's only secret."""
    return hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), purpose.encode(), "sha256")
