"""Taking in the attendance file of a tool that a region imposes: looked at first, then written once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from app.core.db import db, transaction
from app.core.refusals import Refused
from app.courses.models import Cohort, CourseSession, Enrolment
from app.courses.queries import frame, occasions, presence
from app.courses.queries.presence import Slot
from app.courses.rules import sending as rules
from app.courses.rules.minutes import State
from app.courses.rules.sending import Fault, Said
from app.courses.services import drawer
from app.courses.services.closing import Mark
from app.place import queries as place_queries


@dataclass(frozen=True, slots=True)
class Look:
    """What a file would do."""

    ready: Sequence[tuple[Said, Slot]] = ()
    known: Sequence[Said] = ()  # already so: nothing to write
    refused: Sequence[Fault] = ()
    applied: int = field(default=0)


def look_at(cohort_id: int, content: bytes, *, now: datetime) -> Look:
    """Which lines are ready, which change nothing, which are refused and why; writes nothing."""
    if len(content) > rules.MOST_BYTES:
        raise Refused(rules.TooHeavy())
    try:
        said, faults = rules.read_attendance(content)
    except rules.UnreadableTable as unreadable:
        raise Refused(rules.NotATable()) from unreadable
    people = _people(cohort_id)
    slots = _slots(cohort_id, now)
    taught = {(day, half) for _enrolment_id, day, half in slots}
    cohort = db.session.get_one(Cohort, cohort_id)
    off, is_holiday = frame(cohort).off, place_queries.calendar(cohort.place_id).is_holiday
    ready: list[tuple[Said, Slot]] = []
    known: list[Said] = []
    seen: set[tuple[int, int]] = set()
    for one in said:
        found = people.get(rules.key_of(one.name), [])
        slot = slots.get((found[0], one.day, one.half)) if len(found) == 1 else None
        off_day = "holiday" if is_holiday(one.day) else "closed" if off(one.day) else ""
        why = _why_not(one, found, slot, seen, off_day=off_day, is_taught=(one.day, one.half) in taught)
        if why:
            faults.append(Fault(one.line, one.name, why))
        elif slot is not None and _is_so(one, slot):
            known.append(one)
        elif slot is not None:
            ready.append((one, slot))
        if slot is not None:
            seen.add((slot.enrolment_id, slot.session_id))
    return Look(ready, known, sorted(faults, key=lambda fault: fault.line))


def apply(cohort_id: int, content: bytes, *, actor_id: int, now: datetime) -> Look:
    """Write the lines that are ready; those refused are left. The same file again adds nothing."""
    with transaction():
        seen = look_at(cohort_id, content, now=now)
        if not seen.ready:
            return seen
        days = [one.day for one, _slot in seen.ready]
        place_id = db.session.get_one(Cohort, cohort_id).place_id
        paper = drawer.store(
            kind="import", cohort_id=cohort_id, place_id=place_id, first_day=min(days), last_day=max(days), content=content,
            media_type="text/csv", actor_id=actor_id, now=now,
        )  # fmt: skip
        by_session: dict[int, dict[int, Mark]] = {}
        for one, slot in seen.ready:
            by_session.setdefault(slot.session_id, {})[slot.enrolment_id] = Mark(one.is_present, one.late, one.early)
        applied = sum(
            drawer.settle(db.session.get_one(CourseSession, session_id), paper, "imported", marks, actor_id=actor_id, now=now)
            for session_id, marks in sorted(by_session.items())
        )
        return Look(seen.ready, seen.known, seen.refused, applied)


def _people(cohort_id: int) -> Mapping[tuple[str, ...], list[int]]:
    ids = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.cohort_id == cohort_id, Enrolment.status != "withdrawn")).all()
    found: dict[tuple[str, ...], list[int]] = {}
    for enrolment_id, name in occasions.names_of(ids).items():
        found.setdefault(rules.key_of(name), []).append(enrolment_id)
    return found


def _slots(cohort_id: int, now: datetime) -> Mapping[tuple[int, object, str], Slot]:
    followed = presence.followed_in(cohort_id, now=now)
    return {(slot.enrolment_id, slot.day, slot.half): slot for one in followed.values() for slot in one.slots}


def _why_not(one: Said, found: Sequence[int], slot: Slot | None, seen: set[tuple[int, int]], *, off_day: str, is_taught: bool) -> str:
    if not found:
        return "unknown"
    if len(found) > 1:
        return "several"
    if slot is None:
        return off_day or ("not_followed" if is_taught else "no_session")
    if (slot.enrolment_id, slot.session_id) in seen:
        return "twice"
    if slot.facts.state == State.EXEMPT:
        return "not_followed"
    if not slot.is_over:
        return "not_over"
    if slot.where == "distance" and one.is_present and not _is_so(one, slot):
        return "at_distance"
    if not slot.minutes.to_regularise and not _is_so(one, slot):
        return "contradicts"
    return ""


def _is_so(one: Said, slot: Slot) -> bool:
    """Whether the file says what is already proved."""
    if slot.minutes.to_regularise:
        return False
    state = State.PRESENT if one.is_present else State.ABSENT
    return slot.facts.state == state and (slot.facts.late, slot.facts.early) == ((one.late, one.early) if one.is_present else (0, 0))
