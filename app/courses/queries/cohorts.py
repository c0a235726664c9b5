"""Reads of cohorts: who they are, when they meet, who teaches and who follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.booking.models import LIVE, Booking, Resource
from app.core.db import db
from app.courses.models import Cohort, CohortClosure, CohortTrainer, CourseSession, Enrolment, ProgrammeVersion, Sequence
from app.courses.queries.programmes import outline
from app.courses.rules import Frame, Outline
from app.members.models import Member
from app.place import queries as places


def cohort(cohort_id: int, place_id: int) -> Cohort | None:
    found = db.session.get(Cohort, cohort_id, populate_existing=True)
    return found if found is not None and found.place_id == place_id else None


def programme_of(cohort: Cohort) -> Outline:
    return outline(db.session.get_one(ProgrammeVersion, cohort.programme_version_id))


def closures(cohort_id: int) -> list[CohortClosure]:
    days = sa.select(CohortClosure).where(CohortClosure.cohort_id == cohort_id)
    return list(db.session.scalars(days.order_by(CohortClosure.first_day, CohortClosure.id)))


class Trainer(NamedTuple):
    id: int
    name: str
    is_head: bool


def trainers(cohort_id: int) -> list[Trainer]:
    """Who teaches a cohort, its head first."""
    rows = db.session.execute(
        sa.select(Member.id, Member.name, CohortTrainer.is_head)
        .join(CohortTrainer, CohortTrainer.member_id == Member.id)
        .where(CohortTrainer.cohort_id == cohort_id)
        .order_by(CohortTrainer.is_head.desc(), Member.name)
    )
    return [Trainer(*row) for row in rows]


def is_trainer(cohort_id: int, member_id: int) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(CohortTrainer.cohort_id == cohort_id, CohortTrainer.member_id == member_id))))


def is_head(cohort_id: int, member_id: int) -> bool:
    mine = sa.exists().where(CohortTrainer.cohort_id == cohort_id, CohortTrainer.member_id == member_id, CohortTrainer.is_head)
    return bool(db.session.scalar(sa.select(mine)))


def closed_on(cohort: Cohort) -> Mapping[date, str]:
    """The closures of a cohort as days; whoever closes for a week names the same label each day."""
    days = {}
    for row in closures(cohort.id):
        for number in range((row.last_day - row.first_day).days + 1):
            days[date.fromordinal(row.first_day.toordinal() + number)] = row.label
    return days


def frame(cohort: Cohort) -> Frame:
    """When a cohort meets: its own days and closures, those of the lieu, and the public holidays."""
    calendar, own = places.calendar(cohort.place_id), closed_on(cohort)

    def off(day: date) -> str | None:
        closure = calendar.closure_on(day)
        return own.get(day) or calendar.is_holiday(day) or (closure.label if closure is not None else None)

    company = (cohort.company_first_day, cohort.company_last_day)
    return Frame(
        first_day=cohort.first_day,
        last_day=cohort.last_day,
        weekdays=tuple(cohort.weekdays),
        off=off,
        company=(company[0], company[1]) if company[0] is not None and company[1] is not None else None,
        cycle_weeks=cohort.cycle_weeks,
        weeks_on_site=cohort.weeks_on_site,
        site_weeks=frozenset(map(date.fromisoformat, cohort.site_weeks)),
    )


class Line(NamedTuple):
    """A cohort in a list."""

    id: int
    code: str
    name: str
    title: str
    first_day: date
    last_day: date
    state: str
    capacity: int
    enrolled: int
    room: str


def cohorts(place_id: int, *which: sa.ColumnElement[bool]) -> list[Line]:
    """The cohorts of a lieu, the latest first."""
    enrolled = (
        sa.select(sa.func.count(Enrolment.id))
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.status.in_(("enrolled", "completed")))
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            *(Cohort.id, Cohort.code, Cohort.name, ProgrammeVersion.title, Cohort.first_day, Cohort.last_day, Cohort.state),
            *(Cohort.capacity, enrolled, sa.func.coalesce(Resource.name, "")),
        )
        .join(ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)
        .outerjoin(Resource, Resource.id == Cohort.room_id)
        .where(Cohort.place_id == place_id, *which)
        .order_by(Cohort.first_day.desc(), Cohort.id.desc())
    )
    return [Line(*row) for row in rows]


def taught_by(member_id: int, place_id: int) -> list[Line]:
    mine = sa.select(CohortTrainer.cohort_id).where(CohortTrainer.member_id == member_id)
    return cohorts(place_id, Cohort.id.in_(mine))


# ---------------------------------------------------------------- sessions


@dataclass(frozen=True, slots=True)
class Slot:
    """A session as timetables show it."""

    id: int
    cohort_id: int
    cohort: str
    sequence_id: int
    code: str
    title: str
    objective: str
    bring: str
    starts_at: datetime
    ends_at: datetime
    day: date
    half: str
    where: str
    state: str
    room_id: int | None
    room: str
    trainer_id: int | None
    trainer: str
    has_room: bool  # its room is really held (a closure or an outage may have taken it away), or it was over when it was written
    note: str
    holiday_reason: str
    cancel_reason: str
    uid: str
    sequence_no: int
    created_at: datetime
    changed_at: datetime

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def needs_room(self) -> bool:
        return self.state == "planned" and self.where == "centre" and not self.has_room


def slots(*which: sa.ColumnElement[bool], with_cancelled: bool = False, limit: int | None = None) -> list[Slot]:
    """Sessions in order of time; one query."""
    query = (
        sa.select(
            *(CourseSession.id, CourseSession.cohort_id, Cohort.name, Sequence.id, Sequence.code, Sequence.title),
            *(Sequence.objective, Sequence.bring, CourseSession.starts_at, CourseSession.ends_at),
            *(CourseSession.day, CourseSession.half, CourseSession.where_, CourseSession.state),
            *(CourseSession.room_id, sa.func.coalesce(Resource.name, "")),
            *(CourseSession.trainer_id, sa.func.coalesce(Member.name, "")),
            sa.or_(sa.func.coalesce(Booking.status.in_(LIVE), sa.false()), CourseSession.ends_at <= CourseSession.created_at),
            *(CourseSession.note, CourseSession.holiday_reason, CourseSession.cancel_reason, CourseSession.uid),
            *(CourseSession.sequence_no, CourseSession.created_at, CourseSession.changed_at),
        )
        .join(Cohort, Cohort.id == CourseSession.cohort_id)
        .join(Sequence, Sequence.id == CourseSession.sequence_id)
        .outerjoin(Resource, Resource.id == CourseSession.room_id)
        .outerjoin(Member, Member.id == CourseSession.trainer_id)
        .outerjoin(Booking, Booking.id == CourseSession.booking_id)
        .where(*which, *(() if with_cancelled else (CourseSession.state == "planned",)))
        .order_by(CourseSession.starts_at, CourseSession.id)
        .limit(limit)
    )
    rows: Any = db.session.execute(query)
    return [Slot(*row) for row in rows]


def timetable(cohort_id: int, first: date | None = None, last: date | None = None, *, with_cancelled: bool = False) -> list[Slot]:
    which = [CourseSession.cohort_id == cohort_id]
    if first is not None:
        which.append(CourseSession.day >= first)
    if last is not None:
        which.append(CourseSession.day <= last)
    return slots(*which, with_cancelled=with_cancelled)


def session(session_id: int, place_id: int) -> CourseSession | None:
    found = db.session.get(CourseSession, session_id, populate_existing=True)
    return found if found is not None and found.place_id == place_id else None


def poured_minutes(cohort_id: int) -> int:
    """The minutes that the timetable holds."""
    count = sa.select(sa.func.count(CourseSession.id)).where(CourseSession.cohort_id == cohort_id, CourseSession.state == "planned")
    return 210 * int(db.session.scalar(count) or 0)


def followed_by(member_id: int) -> sa.ColumnElement[bool]:
    """The sessions of a person: those they teach, and those of the cohorts they follow, between their entry and their exit."""
    within = sa.exists().where(
        Enrolment.cohort_id == CourseSession.cohort_id,
        Enrolment.member_id == member_id,
        Enrolment.status != "withdrawn",
        in_path(),
    )
    return sa.or_(CourseSession.trainer_id == member_id, within)


def in_path() -> sa.ColumnElement[bool]:
    """Whether a session is between the entry and the exit of an enrolment (both in the query)."""
    return sa.and_(
        CourseSession.day >= Enrolment.first_day,
        sa.or_(
            Enrolment.last_day.is_(None),
            CourseSession.day < Enrolment.last_day,
            sa.and_(
                CourseSession.day == Enrolment.last_day,
                sa.or_(Enrolment.exit_half.is_(None), Enrolment.exit_half == "afternoon", CourseSession.half == "morning"),
            ),
        ),
    )


def own_slots(member_id: int, starts_at: datetime, ends_at: datetime, *, with_cancelled: bool = False) -> list[Slot]:
    """A person's sessions that touch a period."""
    return slots(
        followed_by(member_id),
        CourseSession.starts_at < ends_at,
        CourseSession.ends_at > starts_at,
        with_cancelled=with_cancelled,
    )


def on_day(place_id: int, day: date) -> list[Slot]:
    """Every session of the lieu that day."""
    return slots(CourseSession.place_id == place_id, CourseSession.day == day)


def busy_trainers(trainer_ids: Iterable[int], starts_at: datetime, ends_at: datetime, *, but: Iterable[int] = ()) -> list[Slot]:
    """The sessions that these trainers already give in a period."""
    return slots(
        CourseSession.trainer_id.in_(sorted(set(trainer_ids))),
        CourseSession.starts_at < ends_at,
        CourseSession.ends_at > starts_at,
        CourseSession.id.not_in(sorted(but)),
    )
