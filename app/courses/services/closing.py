"""The trainer's half-day: marking who came late or left, closing it in one gesture, correcting afterwards."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.booking.models import Resource
from app.core import journal
from app.core.db import db, table, transaction
from app.core.refusals import Reason, Refused
from app.courses.models import TRAINEE_NAME, AttendanceEvent, CohortClosure, CohortTrainer, CourseSession, Enrolment
from app.courses.queries import presence
from app.courses.queries.presence import Slot
from app.courses.rules import closing as rules
from app.courses.rules.closing import Signature
from app.courses.rules.distance import AtDistance
from app.courses.rules.minutes import State
from app.courses.rules.signing import NotYourSession, SessionCancelled
from app.courses.services import evidence
from app.courses.services.signing import change
from app.members.models import Member
from app.place import queries as place_queries

_EVENT = table(AttendanceEvent)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a trainer says of somebody's half-day. `late` and `early` are minutes after its start and before its end."""

    is_present: bool
    late: int = 0
    early: int = 0

    @property
    def state(self) -> str:
        return State.PRESENT if self.is_present else State.ABSENT


@dataclass(frozen=True, slots=True)
class Closed:
    """What a closing did."""

    countersigned: int = 0  # people whose two signatures are there
    unsigned: int = 0  # present, and still to sign
    absent: int = 0
    concerned: Sequence[int] = field(default_factory=list)  # enrolments


def close(*, session_id: int, actor_id: int, now: datetime, marks: Mapping[int, Mark] | None = None, checked: bool = False) -> Closed:
    """Countersign everybody who signed, and say what became of the others: absent unless a mark says that they are there.

    What was closed before stays as it is: changing it is a correction. Closing again takes in who signed meanwhile.
    `checked`: the trainer has looked at what the coherence checks found, and confirms.
    """
    with transaction():
        session = own_half_day(session_id, actor_id)
        if session.where_ == "distance":
            raise Refused(AtDistance())
        if now < session.starts_at:
            raise Refused(rules.NotBegun())
        evidence.take_turn(session.cohort_id, place_id=session.place_id)
        slots = [slot for slot in presence.expected_at(session_id, now=now) if slot.facts.state != State.EXEMPT]
        names = _names(slots)
        open_slots = [slot for slot in slots if is_open(slot)]
        marked = {slot.enrolment_id: _said(slot, (marks or {}).get(slot.enrolment_id)) for slot in open_slots}
        reasons = [*_reasons_marks(open_slots, marked, names)]
        if not reasons and not checked:
            reasons = [*coherence(session, slots, names)]
        if reasons:
            raise Refused(*reasons)
        return _write_closing(session, open_slots, marked, actor_id=actor_id, checked=checked, now=now)


def mark(*, session_id: int, enrolment_id: int, actor_id: int, mark: Mark, now: datetime, reason: str = "") -> None:
    """Say how somebody's half-day went: before its closing a plain note, afterwards a correction with its reason.

    A correction is a new event that cites the one before; both values stay, and both print.
    """
    with transaction():
        session = own_half_day(session_id, actor_id)
        evidence.take_turn(session.cohort_id, place_id=session.place_id)
        slot = _slot(session_id, enrolment_id, now)
        if session.where_ == "distance" and mark.is_present:
            raise Refused(AtDistance())
        before, is_correction = _of(slot), not is_open(slot) or (slot.facts.signed and not mark.is_present)
        if before == mark and not (slot.facts.signed and not slot.facts.countersigned):
            return
        reasons = [*rules.reasons_times(mark.late, mark.early, length=slot.facts.length)]
        if is_correction and not reason.strip():
            reasons.append(rules.ReasonMissing())
        if now < session.starts_at:
            reasons.append(rules.NotBegun())
        if reasons:
            raise Refused(*reasons)
        _write_mark(session, slot, mark, before if is_correction else None, reason=reason.strip(), actor_id=actor_id, now=now)


def coherence(session: CourseSession, slots: Sequence[Slot], names: Mapping[int, str]) -> Iterator[Reason]:
    """What a controller would look at first."""
    cohort, calendar = session.cohort, place_queries.calendar(session.place_id)
    closed = sa.exists().where(
        CohortClosure.cohort_id == cohort.id, CohortClosure.first_day <= session.day, session.day <= CohortClosure.last_day
    )
    is_closed = calendar.is_holiday(session.day) or calendar.closure_on(session.day) or db.session.scalar(sa.select(closed))
    if is_closed and not session.holiday_reason:
        yield rules.OnHoliday()
    if not cohort.first_day <= session.day <= cohort.last_day:
        yield rules.OutsideDates()
    if elsewhere := _elsewhere(session):
        yield rules.TrainerElsewhere(trainer=session.trainer.name if session.trainer else "", title=elsewhere)
    signed = [slot for slot in slots if slot.signed_at]
    yield from rules.reasons_places(len(signed), _capacity(session))
    devices = _devices(session.id)
    yield from rules.reasons_one_device(
        [Signature(names[slot.enrolment_id], slot.signed_at, devices.get(slot.enrolment_id, "")) for slot in signed if slot.signed_at]
    )
    yield from rules.reasons_all_in_window(
        [Signature(names[slot.enrolment_id], slot.signed_at, "") for slot in signed if slot.signed_at], session.starts_at, session.ends_at
    )


def own_half_day(session_id: int, actor_id: int) -> CourseSession:
    """The half-day, for who may countersign it; nobody else, and none that is cancelled."""
    session = db.session.get(CourseSession, session_id, populate_existing=True)
    if session is None or not may_countersign(session, actor_id):
        raise Refused(rules.NotYourHalfDay())
    if session.state == "cancelled":
        raise Refused(SessionCancelled())
    return session


def may_countersign(session: CourseSession, member_id: int) -> bool:
    """The trainer of the half-day, or the head of its cohort; nobody signs for a trainer."""
    if session.trainer_id == member_id:
        return True
    trainers = sa.select(CohortTrainer.is_head).where(CohortTrainer.cohort_id == session.cohort_id, CohortTrainer.member_id == member_id)
    row = db.session.execute(trainers).first()
    return row is not None and (row.is_head or session.trainer_id is None)


def is_open(slot: Slot) -> bool:
    """Whether nobody has closed it yet, or somebody signed since."""
    return slot.sheet_id is None and slot.countersigned_at is None and slot.facts.state != State.ABSENT


def may_close(session_id: int, member_id: int) -> bool:
    """Whether this person's countersignature is worth something there."""
    session = db.session.get(CourseSession, session_id)
    return session is not None and may_countersign(session, member_id)


# ---------------------------------------------------------------- private


def _slot(session_id: int, enrolment_id: int, now: datetime) -> Slot:
    slot = presence.slot_of(session_id, enrolment_id, now=now)
    if slot is None or slot.facts.state == State.EXEMPT:
        raise Refused(NotYourSession())
    return slot


def _of(slot: Slot) -> Mark | None:
    if slot.facts.state == State.PLANNED:
        return None
    return Mark(slot.facts.state == State.PRESENT, slot.facts.late, slot.facts.early)


def _said(slot: Slot, given: Mark | None) -> Mark:
    """What the trainer says now, else what they said before, else what the signature says."""
    return given or _of(slot) or Mark(slot.facts.signed)


def _names(slots: Sequence[Slot]) -> dict[int, str]:
    rows = sa.select(Enrolment.id, TRAINEE_NAME).join(Member, Member.id == Enrolment.member_id)
    return {row[0]: row[1] for row in db.session.execute(rows.where(Enrolment.id.in_([slot.enrolment_id for slot in slots])))}


def _reasons_marks(slots: Sequence[Slot], marks: Mapping[int, Mark], names: Mapping[int, str]) -> Iterator[Reason]:
    for slot in slots:
        said = marks[slot.enrolment_id]
        if slot.facts.signed and not said.is_present:
            yield rules.SignedButAbsent(name=names[slot.enrolment_id])
        yield from rules.reasons_times(said.late, said.early, length=slot.facts.length)


def _write_closing(
    session: CourseSession, slots: Sequence[Slot], marks: Mapping[int, Mark], *, actor_id: int, checked: bool, now: datetime
) -> Closed:
    if not slots:
        return Closed()
    present = [slot for slot in slots if marks[slot.enrolment_id].is_present]
    absent = [slot for slot in slots if not marks[slot.enrolment_id].is_present]
    signed = [slot for slot in present if slot.facts.signed]
    times = [[slot.enrolment_id, marks[slot.enrolment_id].late, marks[slot.enrolment_id].early] for slot in present]
    written = evidence.append(
        place_id=session.place_id,
        cohort_id=session.cohort_id,
        kind="closed",
        act=f"close:{session.id}:{_closings(session.id) + 1}",
        at=now,
        actor_id=actor_id,
        session_id=session.id,
        facts={
            "present": times,
            "absent": [slot.enrolment_id for slot in absent],
            "signed": [slot.enrolment_id for slot in signed],
            "checked": checked,
        },
    )
    for slot in slots:
        said = marks[slot.enrolment_id]
        values: dict[str, Any] = {"state": said.state, "late": said.late, "early": said.early}
        if said.is_present:
            values |= _countersignature(written.rank, actor_id, now)
        change(slot.enrolment_id, session.id, place_id=session.place_id, **values)
    closed = Closed(len(signed), len(present) - len(signed), len(absent), [slot.enrolment_id for slot in slots])
    journal.record(
        "attendance.closed",
        session.id,
        place_id=session.place_id,
        actor_id=actor_id,
        at=now,
        rank=written.rank,
        countersigned=closed.countersigned,
        unsigned=closed.unsigned,
        absent=closed.absent,
    )
    return closed


def _write_mark(session: CourseSession, slot: Slot, mark: Mark, before: Mark | None, *, reason: str, actor_id: int, now: datetime) -> None:
    facts: dict[str, Any] = {"to": [mark.state, mark.late, mark.early]}
    if before:
        facts |= {"from": [before.state, before.late, before.early], "reason": reason}
    rank = evidence.append_of(
        session,
        slot.enrolment_id,
        "corrected" if before else "marked",
        act=f"mark:{session.id}:{slot.enrolment_id}:{_marks(session.id, slot.enrolment_id) + 1}",
        cites_rank=evidence.last_rank(session.id, slot.enrolment_id) if before else None,
        facts=facts,
        actor_id=actor_id,
        now=now,
    )
    values: dict[str, Any] = {"state": mark.state, "late": mark.late, "early": mark.early}
    if before and mark.is_present:
        values |= _countersignature(rank, actor_id, now)
    change(slot.enrolment_id, session.id, place_id=session.place_id, **values)


def _countersignature(rank: int, actor_id: int, now: datetime) -> dict[str, Any]:
    return {"countersigned_at": now, "countersigned_rank": rank, "countersigned_by_id": actor_id}


def _closings(session_id: int) -> int:
    closings = sa.select(sa.func.count()).select_from(_EVENT).where(_EVENT.c.session_id == session_id, _EVENT.c.kind == "closed")
    return db.session.scalars(closings).one()


def _marks(session_id: int, enrolment_id: int) -> int:
    marks = (
        sa.select(sa.func.count())
        .select_from(_EVENT)
        .where(_EVENT.c.session_id == session_id, _EVENT.c.enrolment_id == enrolment_id, _EVENT.c.kind.in_(("marked", "corrected")))
    )
    return db.session.scalars(marks).one()


def _elsewhere(session: CourseSession) -> str | None:
    """The title of what the trainer also does at that time."""
    if session.trainer_id is None:
        return None
    other = sa.select(CourseSession).where(
        CourseSession.trainer_id == session.trainer_id,
        CourseSession.id != session.id,
        CourseSession.state == "planned",
        CourseSession.starts_at < session.ends_at,
        CourseSession.ends_at > session.starts_at,
    )
    found = db.session.scalars(other.limit(1)).first()
    return found.sequence.title if found else None


def _capacity(session: CourseSession) -> int | None:
    if session.room_id is None or session.where_ != "centre":
        return None
    return db.session.scalar(sa.select(Resource.capacity).where(Resource.id == session.room_id))


def _devices(session_id: int) -> dict[int, str]:
    rows = sa.select(_EVENT.c.enrolment_id, _EVENT.c.facts).where(_EVENT.c.session_id == session_id, _EVENT.c.kind == "signed")
    return {enrolment_id: json.loads(facts).get("device", "") for enrolment_id, facts in db.session.execute(rows)}
