"""Who was where, half-day by half-day: what each minute of each person came to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.db import as_stored, db, instant, table
from app.courses import models
from app.courses.models import Attendance, Cohort, CourseSession, Enrolment, Exemption
from app.courses.rules import minutes
from app.courses.rules.minutes import HalfDay, Minutes, State

_SESSION, _ENROLMENT, _ATTENDANCE = table(CourseSession), table(Enrolment), table(Attendance)
_SEQUENCE, _EXEMPTION, _COHORT = table(models.Sequence), table(Exemption), table(Cohort)


class Slot(NamedTuple):
    """One half-day of one person, and all that is known of it. A class makes thousands: a tuple costs a fifth of a frozen object."""

    session_id: int
    enrolment_id: int
    day: date
    half: str
    starts_at: datetime
    ends_at: datetime
    where: str
    title: str
    trainer_id: int | None
    facts: HalfDay
    is_over: bool
    signed_at: datetime | None = None
    signed_rank: int | None = None
    countersigned_at: datetime | None = None
    countersigned_by_id: int | None = None
    sheet_id: int | None = None
    category: str = ""
    is_locked: bool = False

    @property
    def minutes(self) -> Minutes:
        """Where its minutes went; nothing before its end."""
        return minutes.counted(self.facts) if self.is_over else Minutes()


@dataclass(frozen=True, slots=True)
class Followed:
    """The half-days of one person, in order."""

    enrolment_id: int
    slots: Sequence[Slot]
    planned: int = field(default=0)  # minutes of the whole course, for them

    def between(self, first: date, last: date) -> Sequence[Slot]:
        return [slot for slot in self.slots if first <= slot.day <= last]

    def over(self) -> Sequence[Slot]:
        return [slot for slot in self.slots if slot.is_over]

    @property
    def to_date(self) -> Minutes:
        return total(self.slots)


def total(slots: Iterable[Slot]) -> Minutes:
    """planned = done + justified + unjustified + to regularise."""
    return minutes.summed(slot.minutes for slot in slots)


def done_at_distance(slots: Iterable[Slot]) -> int:
    """Minutes done that were counted from what was produced (C. trav. D6313-3-1)."""
    return sum(slot.minutes.done for slot in slots if slot.where == "distance")


def expects() -> sa.ColumnElement[bool]:
    """Whether an enrolment follows a session: inside its own dates, up to the last half-day of who left. Exemptions are not here."""
    until, half = _ENROLMENT.c.last_day, _ENROLMENT.c.exit_half
    return sa.and_(
        _ENROLMENT.c.cohort_id == _SESSION.c.cohort_id,
        _ENROLMENT.c.status != "withdrawn",
        _ENROLMENT.c.first_day <= _SESSION.c.day,
        sa.or_(
            until.is_(None),
            _SESSION.c.day < until,
            sa.and_(_SESSION.c.day == until, sa.or_(half.is_(None), half == "afternoon", _SESSION.c.half == "morning")),
        ),
    )


def exempt() -> sa.ColumnElement[bool]:
    """Whether an enrolment is exempt from a session."""
    return sa.exists().where(_EXEMPT)


_OF_PAIR = sa.and_(_ATTENDANCE.c.enrolment_id == _ENROLMENT.c.id, _ATTENDANCE.c.session_id == _SESSION.c.id)
_EXEMPT = sa.and_(_EXEMPTION.c.enrolment_id == _ENROLMENT.c.id, _EXEMPTION.c.session_id == _SESSION.c.id)
_SLOTS = (
    sa.select(
        _ENROLMENT.c.id.label("enrolment_id"),
        _SESSION.c.id.label("session_id"),
        _SESSION.c.day,
        _SESSION.c.half,
        as_stored(_SESSION.c.starts_at),
        as_stored(_SESSION.c.ends_at),
        _SESSION.c.where_,
        _SESSION.c.trainer_id,
        _SEQUENCE.c.title,
        _COHORT.c.tolerance_minutes,
        _EXEMPTION.c.session_id.is_not(None).label("is_exempt"),
        *(_ATTENDANCE.c[name] for name in ("state", "late", "early")),
        *(as_stored(_ATTENDANCE.c.signed_at), _ATTENDANCE.c.signed_rank, as_stored(_ATTENDANCE.c.countersigned_at)),
        *(_ATTENDANCE.c[name] for name in ("countersigned_by_id", "sheet_id", "category", "justified")),
        as_stored(_ATTENDANCE.c.locked_at),
    )
    .select_from(_SESSION)
    .join(_COHORT, _COHORT.c.id == _SESSION.c.cohort_id)
    .join(_SEQUENCE, _SEQUENCE.c.id == _SESSION.c.sequence_id)
    .join(_ENROLMENT, expects())
    .outerjoin(_EXEMPTION, _EXEMPT)
    .outerjoin(_ATTENDANCE, _OF_PAIR)
    .where(_SESSION.c.state == "planned")
    .order_by(_ENROLMENT.c.id, _SESSION.c.starts_at)
)


def followed_by(enrolment_id: int, *, now: datetime) -> Followed:
    """The half-days of one enrolment."""
    rows = db.session.execute(_SLOTS.where(_ENROLMENT.c.id == enrolment_id))
    return _followed(enrolment_id, [_slot(row, now) for row in rows])


def followed_in(cohort_id: int, *, now: datetime, first: date | None = None, last: date | None = None) -> Mapping[int, Followed]:
    """The half-days of everybody in a cohort, by enrolment; between two days, both included, when given."""
    within = [_SESSION.c.cohort_id == cohort_id]
    if first is not None:
        within.append(_SESSION.c.day >= first)
    if last is not None:
        within.append(_SESSION.c.day <= last)
    found: dict[int, list[Slot]] = {}
    for row in db.session.execute(_SLOTS.where(*within)):
        found.setdefault(row.enrolment_id, []).append(_slot(row, now))
    return {enrolment_id: _followed(enrolment_id, slots) for enrolment_id, slots in found.items()}


def expected_at(session_id: int, *, now: datetime) -> list[Slot]:
    """Everybody whom a half-day concerns, those exempt too."""
    return [_slot(row, now) for row in db.session.execute(_SLOTS.where(_SESSION.c.id == session_id))]


def slot_of(session_id: int, enrolment_id: int, *, now: datetime) -> Slot | None:
    row = db.session.execute(_SLOTS.where(_SESSION.c.id == session_id, _ENROLMENT.c.id == enrolment_id)).first()
    return _slot(row, now) if row else None


def _followed(enrolment_id: int, slots: list[Slot]) -> Followed:
    return Followed(enrolment_id, slots, sum(slot.facts.length for slot in slots if slot.facts.state != State.EXEMPT))


def _slot(row: Any, now: datetime) -> Slot:
    enrolment_id, session_id, day, half, begins, ends, where, trainer_id, title, tolerance, is_exempt, *known = row
    state, late, early, signed, rank, countersigned, by_id, sheet_id, category, justified, locked = known
    starts_at, ends_at = instant(begins), instant(ends)
    facts = _facts(
        length=int((ends_at - starts_at).total_seconds() // 60),
        state="exempt" if is_exempt else state or "planned",
        late=late or 0,
        early=early or 0,
        tolerance=tolerance,
        signed=signed is not None,
        countersigned=countersigned is not None,
        on_paper=sheet_id is not None,
        justified=bool(justified),
    )
    return Slot(
        session_id=session_id,
        enrolment_id=enrolment_id,
        day=day,
        half=half,
        starts_at=starts_at,
        ends_at=ends_at,
        where=where,
        title=title,
        trainer_id=trainer_id,
        facts=facts,
        is_over=ends_at <= now,
        signed_at=instant(signed) if signed else None,
        signed_rank=rank,
        countersigned_at=instant(countersigned) if countersigned else None,
        countersigned_by_id=by_id,
        sheet_id=sheet_id,
        category=category or "",
        is_locked=locked is not None,
    )


@lru_cache(maxsize=2048)
def _facts(*, state: str, **facts: Any) -> HalfDay:
    """Of the thousands of half-days of a class, few are not like another one."""
    return HalfDay(state=State(state), **facts)
