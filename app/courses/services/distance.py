"""Half-days at distance: the trainee says what they produced, who teaches accepts it or sends it back. Then only are they done."""

from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.db import db, transaction
from app.core.period import at
from app.core.refusals import Reason, Refused
from app.courses.models import CourseSession, Enrolment, Production
from app.courses.queries import distance as queries
from app.courses.queries import presence
from app.courses.queries.distance import HandedIn
from app.courses.queries.presence import Slot
from app.courses.rules import distance as rules
from app.courses.rules.distance import Made
from app.courses.rules.minutes import State
from app.courses.rules.signing import NotYourSession, SessionCancelled
from app.courses.services import closing, evidence
from app.courses.services.signing import change
from app.place.models import Place


def say(session_id: int, *, member_id: int, made: Made, now: datetime) -> Production:
    """One's own half-day: what was produced. It waits for an answer; sent back, it is said again."""
    with transaction() as session:
        half_day = _at_distance(session_id)
        evidence.take_turn(half_day.cohort_id, place_id=half_day.place_id)
        slot = _own_slot(half_day, member_id, now)
        reasons = [*_reasons(half_day, slot, made, now)]
        if reasons:
            raise Refused(*reasons)
        rank = _write(
            "produced", half_day, slot, actor_id=member_id, now=now, facts={"made": made.fingerprint, "minutes": slot.facts.length}
        )
        change(slot.enrolment_id, half_day.id, place_id=half_day.place_id, signed_at=now, signed_rank=rank)
        row = Production(
            place_id=half_day.place_id, enrolment_id=slot.enrolment_id, session_id=half_day.id, rank=rank, minutes=slot.facts.length,
            said_at=now, answer="", answer_words="", **asdict(made),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row


def accept(session_id: int, enrolment_ids: Collection[int], *, actor_id: int, now: datetime) -> int:
    """Countersign what these people produced: its announced minutes are done. How many."""
    with transaction():
        half_day = _taught(session_id, actor_id)
        waiting = [slot for slot in presence.expected_at(session_id, now=now) if slot.enrolment_id in enrolment_ids and is_waiting(slot)]
        if not waiting:
            raise Refused(rules.NothingToAnswer())
        for slot in waiting:
            row = queries.of_person(session_id, slot.enrolment_id)[0]
            rank = _write("accepted", half_day, slot, actor_id=actor_id, now=now, facts={"made": queries.made(row).fingerprint})
            countersigned = {"countersigned_at": now, "countersigned_rank": rank, "countersigned_by_id": actor_id}
            change(slot.enrolment_id, session_id, place_id=half_day.place_id, state=State.PRESENT, late=0, early=0, **countersigned)
            _answer(row, "accepted", "", actor_id, now)
        return len(waiting)


def send_back(session_id: int, enrolment_id: int, *, word: str, actor_id: int, now: datetime) -> None:
    """Not enough, or asked again of somebody noted absent: the half-day is to prove again, and the word says what is missing."""
    with transaction():
        half_day = _taught(session_id, actor_id)
        if not word.strip():
            raise Refused(rules.WordMissing())
        slot = presence.slot_of(session_id, enrolment_id, now=now)
        if slot is None or not (slot.facts.signed or slot.facts.state == State.ABSENT):
            raise Refused(rules.NothingToAnswer())
        _write("returned", half_day, slot, actor_id=actor_id, now=now, facts={"was": slot.facts.state})
        change(
            enrolment_id, session_id, place_id=half_day.place_id, state=State.PLANNED, late=0, early=0, category="", justified=False,
            signed_at=None, signed_rank=None, countersigned_at=None, countersigned_rank=None, countersigned_by_id=None,
        )  # fmt: skip
        for row in queries.of_person(session_id, enrolment_id)[:1]:
            _answer(row, "returned", word.strip(), actor_id, now)


def that_day(session_id: int, enrolment_id: int) -> list[HandedIn]:
    """What somebody handed in on the day of this half-day: each may stand for what they produced."""
    half_day = db.session.get_one(CourseSession, session_id)
    zone = db.session.get_one(Place, half_day.place_id).tz
    return queries.handed_in(enrolment_id, at(half_day.day, 0, zone), at(half_day.day + timedelta(days=1), 0, zone))


def is_waiting(slot: Slot) -> bool:
    """Whether something was produced and nobody answered."""
    return slot.facts.signed and not slot.facts.countersigned and slot.facts.state == State.PLANNED


# ---------------------------------------------------------------- private


def _at_distance(session_id: int) -> CourseSession:
    half_day = db.session.get(CourseSession, session_id, populate_existing=True)
    if half_day is None:
        raise Refused(NotYourSession())
    if half_day.state == "cancelled":
        raise Refused(SessionCancelled())
    if half_day.where_ != "distance":
        raise Refused(rules.NotAtDistance())
    return half_day


def _own_slot(half_day: CourseSession, member_id: int, now: datetime) -> Slot:
    mine = sa.select(Enrolment.id).where(Enrolment.cohort_id == half_day.cohort_id, Enrolment.member_id == member_id)
    enrolment_id = db.session.scalar(mine)
    slot = presence.slot_of(half_day.id, enrolment_id, now=now) if enrolment_id else None
    if slot is None or slot.facts.state == State.EXEMPT:
        raise Refused(NotYourSession())
    return slot


def _reasons(half_day: CourseSession, slot: Slot, made: Made, now: datetime) -> Iterator[Reason]:
    if slot.facts.state == State.ABSENT:
        yield rules.NotedAbsent()
    elif slot.facts.signed or slot.facts.on_paper:
        yield rules.AlreadyProduced()
    yield from rules.reasons_begun(half_day.starts_at, now=now, zone=db.session.get_one(Place, half_day.place_id).tz)
    yield from rules.reasons_made(made)
    if made.ref and made.ref not in {one.ref for one in that_day(half_day.id, slot.enrolment_id)}:
        yield rules.NothingProduced()


def _taught(session_id: int, actor_id: int) -> CourseSession:
    """The half-day of who may countersign it, in the turn of its cohort."""
    half_day = closing.own_half_day(session_id, actor_id)
    if half_day.where_ != "distance":
        raise Refused(rules.NotAtDistance())
    evidence.take_turn(half_day.cohort_id, place_id=half_day.place_id)
    return half_day


def _write(kind: str, half_day: CourseSession, slot: Slot, *, actor_id: int, now: datetime, facts: dict[str, Any]) -> int:
    cites = evidence.last_rank(half_day.id, slot.enrolment_id)
    act = f"{kind}:{half_day.id}:{slot.enrolment_id}:{cites or 0}"
    cited = cites if kind != "produced" else None
    return evidence.append_of(half_day, slot.enrolment_id, kind, act=act, cites_rank=cited, facts=facts, actor_id=actor_id, now=now)


def _answer(row: Production, answer: str, word: str, actor_id: int, now: datetime) -> None:
    row.answer, row.answer_words, row.answered_at, row.answered_by_id = answer, word, now, actor_id
    db.session.flush()
