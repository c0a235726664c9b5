"""A half-day as people speak of it: its title, its room, its trainer, who is expected, who has signed."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.booking.models import Resource
from app.core.db import db, table
from app.courses import models
from app.courses.models import TRAINEE_NAME, Attendance, AttendanceEvent, Cohort, CourseSession, Enrolment
from app.courses.queries import presence
from app.courses.rules import chain
from app.courses.rules.chain import Event
from app.members.models import Member
from app.place.models import Place

_SESSION, _COHORT, _ENROLMENT, _ATTENDANCE = table(CourseSession), table(Cohort), table(Enrolment), table(Attendance)
_SEQUENCE, _TRAINER, _ROOM, _PLACE = table(models.Sequence), table(Member), table(Resource), table(Place)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Une demi-journée."""

    id: int
    place_id: int
    cohort_id: int
    cohort: str
    title: str
    day: date
    half: str
    starts_at: datetime
    ends_at: datetime
    where: str
    is_cancelled: bool
    trainer_id: int | None
    trainer: str
    room: str
    zone_name: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone_name)


@dataclass(frozen=True, slots=True)
class Evidence:
    """L'événement qui prouve."""

    rank: int
    hash: str

    @property
    def short(self) -> str:
        return " ".join(self.hash[start : start + 4] for start in (0, 4, 8))


@dataclass(frozen=True, slots=True)
class Act:
    """Un événement, tel qu'il se lit."""

    rank: int
    at: datetime
    kind: str
    who: str
    facts: Mapping[str, Any]
    cites: int | None
    enrolment_id: int | None  # none: it speaks of the whole half-day


_OCCASION = (
    sa.select(
        _SESSION.c.id,
        _SESSION.c.place_id,
        _SESSION.c.cohort_id,
        _COHORT.c.name,
        _SEQUENCE.c.title,
        _SESSION.c.day,
        _SESSION.c.half,
        _SESSION.c.starts_at,
        _SESSION.c.ends_at,
        _SESSION.c.where_,
        _SESSION.c.state == "cancelled",
        _SESSION.c.trainer_id,
        sa.func.coalesce(_TRAINER.c.name, ""),
        sa.func.coalesce(_ROOM.c.name, ""),
        _PLACE.c.zone,
    )
    .select_from(_SESSION)
    .join(_COHORT, _COHORT.c.id == _SESSION.c.cohort_id)
    .join(_SEQUENCE, _SEQUENCE.c.id == _SESSION.c.sequence_id)
    .join(_PLACE, _PLACE.c.id == _SESSION.c.place_id)
    .outerjoin(_TRAINER, _TRAINER.c.id == _SESSION.c.trainer_id)
    .outerjoin(_ROOM, _ROOM.c.id == _SESSION.c.room_id)
    .order_by(_SESSION.c.starts_at, _SESSION.c.id)
)


def occasion(session_id: int) -> Occasion | None:
    return next(iter(_occasions(_SESSION.c.id == session_id)), None)


def of_cohort_between(cohort_id: int, first: date, last: date) -> Sequence[Occasion]:
    """The half-days of a cohort from a day to a day, both included."""
    within = (_SESSION.c.day >= first, _SESSION.c.day <= last)
    return _occasions(_SESSION.c.cohort_id == cohort_id, _SESSION.c.state == "planned", *within)


def next_of(member_id: int, *, after: datetime) -> Occasion | None:
    """The next half-day on somebody's programme."""
    mine = sa.exists().where(_ENROLMENT.c.member_id == member_id, presence.expects())
    found = _OCCASION.where(mine, _SESSION.c.starts_at > after, _SESSION.c.state == "planned").limit(1)
    return next((_read(row) for row in db.session.execute(found)), None)


def to_countersign(*, now: datetime, place_id: int, since: date, trainer_id: int | None = None) -> Sequence[tuple[Occasion, int]]:
    """Half-days (of one trainer) that are over and not closed for everybody, the oldest first, with how many people each still has."""
    given = [_SESSION.c.trainer_id == trainer_id, _SESSION.c.where_ != "company"] if trainer_id is not None else []
    pending = (
        sa.select(_SESSION.c.id.label("session_id"), sa.func.count().label("people"))
        .join(_ENROLMENT, presence.expects())
        .outerjoin(_ATTENDANCE, sa.and_(_ATTENDANCE.c.session_id == _SESSION.c.id, _ATTENDANCE.c.enrolment_id == _ENROLMENT.c.id))
        .where(_SESSION.c.place_id == place_id, _SESSION.c.state == "planned", _SESSION.c.ends_at <= now, _SESSION.c.day >= since, *given)
        .where(~presence.exempt())
        .where(
            sa.or_(
                _ATTENDANCE.c.state.is_(None),
                _ATTENDANCE.c.state == "planned",
                sa.and_(
                    _ATTENDANCE.c.state == "present",
                    _ATTENDANCE.c.sheet_id.is_(None),
                    sa.or_(_ATTENDANCE.c.signed_at.is_(None), _ATTENDANCE.c.countersigned_at.is_(None)),
                ),
            )
        )
        .group_by(_SESSION.c.id)
        .subquery()
    )
    rows = db.session.execute(_OCCASION.add_columns(pending.c.people).join(pending, pending.c.session_id == _SESSION.c.id))
    return [(_read(row[:-1]), row.people) for row in rows]


def enrolment_of(member_id: int, cohort_id: int) -> int | None:
    return db.session.scalar(sa.select(Enrolment.id).where(Enrolment.member_id == member_id, Enrolment.cohort_id == cohort_id))


def enrolments_of(member_id: int) -> Sequence[Enrolment]:
    """The courses that somebody follows or followed, the last one last."""
    mine = sa.select(Enrolment).where(Enrolment.member_id == member_id, Enrolment.status != "withdrawn")
    return db.session.scalars(mine.options(joinedload(Enrolment.cohort)).order_by(Enrolment.first_day, Enrolment.id)).all()


def cohort(cohort_id: int) -> Cohort | None:
    return db.session.get(Cohort, cohort_id)


def months_over(cohort_id: int, now: datetime) -> list[date]:
    """The first day of each month in which a half-day of a cohort is over, the last month first."""
    held = sa.select(_SESSION.c.day).where(_SESSION.c.cohort_id == cohort_id, _SESSION.c.state == "planned", _SESSION.c.ends_at <= now)
    return sorted({day.replace(day=1) for day in db.session.scalars(held)}, reverse=True)


def names_of(enrolment_ids: Collection[int]) -> dict[int, str]:
    """Who each enrolment is, in the order of names."""
    rows = sa.select(Enrolment.id, TRAINEE_NAME).join(Member, Member.id == Enrolment.member_id).where(Enrolment.id.in_(enrolment_ids))
    return {row[0]: row[1] for row in db.session.execute(rows.order_by(TRAINEE_NAME, Enrolment.id))}


def evidence_of(cohort_id: int, rank: int) -> Evidence:
    made = sa.select(AttendanceEvent.hash).where(AttendanceEvent.cohort_id == cohort_id, AttendanceEvent.rank == rank)
    return Evidence(rank, db.session.scalars(made).one())


_EVENT, _ACTOR = table(AttendanceEvent), table(Member)
_ACTS = (
    sa.select(
        *(_EVENT.c.rank, _EVENT.c.at, _EVENT.c.kind, sa.func.coalesce(_ACTOR.c.name, "")),
        *(_EVENT.c.facts, _EVENT.c.cites_rank, _EVENT.c.enrolment_id),
    )
    .outerjoin(_ACTOR, _ACTOR.c.id == _EVENT.c.actor_id)
    .order_by(_EVENT.c.rank)
)


def history(session_id: int, enrolment_id: int) -> Sequence[Act]:
    """All that was written of somebody's half-day, in order: a correction and what it corrects both stay."""
    of_them = sa.or_(_EVENT.c.enrolment_id == enrolment_id, _EVENT.c.enrolment_id.is_(None))
    return _acts(_EVENT.c.session_id == session_id, of_them)


def corrections(session_ids: Sequence[int]) -> Sequence[Act]:
    """What was corrected in several half-days, in the order of the half-days."""
    place_of = {session_id: number for number, session_id in enumerate(session_ids)}
    found = db.session.execute(
        _ACTS.add_columns(_EVENT.c.session_id).where(_EVENT.c.session_id.in_(session_ids), _EVENT.c.kind == "corrected")
    )
    return [_act(row[:-1]) for row in sorted(found, key=lambda row: place_of[row.session_id])]


def _acts(*which: sa.ColumnElement[bool]) -> Sequence[Act]:
    return [_act(row) for row in db.session.execute(_ACTS.where(*which))]


def _act(row: Sequence[Any]) -> Act:
    rank, at, kind, who, facts, cites, enrolment_id = row
    return Act(rank, at, kind, who, json.loads(facts), cites, enrolment_id)


def holiday_reasons(session_ids: Collection[int]) -> dict[int, str]:
    """Why half-days took place on a day off."""
    rows = sa.select(_SESSION.c.id, _SESSION.c.holiday_reason).where(_SESSION.c.id.in_(session_ids), _SESSION.c.holiday_reason != "")
    return {row[0]: row[1] for row in db.session.execute(rows)}


def written(event: AttendanceEvent) -> str:
    """The text that an event's fingerprint is made of, after the fingerprint before it and a line end."""
    values = {name: getattr(event, name) for name in ("cohort_id", "rank", "at", "kind", "act", "session_id", "enrolment_id", "actor_id")}
    return chain.written(Event(**values, cites_rank=event.cites_rank, facts=event.facts))


def _occasions(*which: sa.ColumnElement[bool]) -> Sequence[Occasion]:
    return [_read(row) for row in db.session.execute(_OCCASION.where(*which))]


def _read(row: Sequence[Any]) -> Occasion:
    return Occasion(*row)
