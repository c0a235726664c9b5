"""Cohorts: opened, changed while nothing has begun, started, closed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.billing.services.shared import share_until
from app.booking import queries as booking
from app.booking.rules import Thing
from app.core import journal
from app.core.db import db, take_turn_to_name, transaction
from app.core.period import monday_of
from app.core.refusals import Reason, Refused
from app.courses import queries
from app.courses.models import Cohort, CohortClosure, CohortTrainer, CourseSession, ProgrammeVersion
from app.courses.rules import (
    CohortClosed,
    CohortCodeTaken,
    CohortDaysCrossed,
    CohortStarted,
    CompanyOutside,
    NoRoom,
    NoSessions,
    NothingToPour,
    RoomTooSmall,
    SessionsBeyond,
    SiteWeekOutside,
)
from app.courses.services.programmes import freeze
from app.members import services as members
from app.members.models import Group, MemberRole
from app.place.models import Place
from app.place.queries import day_at

BLOCKED_ONCE_POURED = (
    "programme_version_id",
    "first_day",
    "company_first_day",
    "company_last_day",
    "weekdays",
    "cycle_weeks",
    "weeks_on_site",
    "site_weeks",
)


def open_cohort(
    *,
    place_id: int,
    code: str,
    name: str,
    programme_version_id: int,
    first_day: date,
    last_day: date,
    actor_id: int,
    now: datetime,
    **more: Any,
) -> Cohort:
    """A new cohort, with its group of people. `more`: room_id, capacity, company_first_day, company_last_day, weekdays,
    site_weeks (any day of each)…"""
    with transaction():
        version = db.session.get_one(ProgrammeVersion, programme_version_id)
        take_turn_to_name(place_id)
        if db.session.scalar(sa.select(sa.exists().where(Cohort.place_id == place_id, Cohort.code == code))):
            raise Refused(CohortCodeTaken(code=code))
        outline = queries.outline(version)
        group = members.add_group(name=_free_name(name), tariff_group=None, actor_id=actor_id, now=now)
        cohort = Cohort(
            **{"capacity": version.capacity, "weekdays": list(outline.weekdays)} | _by_mondays(more),
            place_id=place_id,
            code=code,
            name=name,
            programme_version_id=version.id,
            first_day=first_day,
            last_day=last_day,
            group_id=group.id,
            created_at=now,
        )
        _refuse_impossible(cohort)
        db.session.add(cohort)
        db.session.flush()
        journal.record("cohort.opened", cohort.id, place_id=place_id, actor_id=actor_id, at=now)
        return cohort


def change_cohort(cohort_id: int, *, actor_id: int, now: datetime, **changes: Any) -> Cohort:
    """Change what still may be: once poured, its calendar only changes session by session, or by its last day."""
    with transaction():
        cohort, changes = live(cohort_id), _by_mondays(changes)
        changed = [field for field, value in changes.items() if getattr(cohort, field) != value]
        if any(field in BLOCKED_ONCE_POURED for field in changed) and cohort.poured_at is not None:
            raise Refused(CohortStarted() if cohort.started_at is not None else NothingToPour())
        last_before = cohort.last_day
        for field in changed:
            setattr(cohort, field, changes[field])
        _refuse_impossible(cohort)
        if cohort.last_day < last_before:
            _refuse_sessions_beyond(cohort)
        if cohort.last_day != last_before:
            _follow_end(cohort, last_before, actor_id=actor_id, now=now)
        if changed:
            db.session.flush()
            journal.record("cohort.changed", cohort.id, place_id=cohort.place_id, actor_id=actor_id, at=now, fields=changed)
        return cohort


def set_closures(cohort_id: int, closures: Sequence[tuple[date, date, str]], *, actor_id: int, now: datetime) -> None:
    """The days when this cohort does not meet, all at once."""
    with transaction():
        cohort = live(cohort_id)
        if cohort.poured_at is not None:
            raise Refused(NothingToPour())
        if any(first > last for first, last, _label in closures):
            raise Refused(CohortDaysCrossed())
        db.session.execute(sa.delete(CohortClosure).where(CohortClosure.cohort_id == cohort_id))
        db.session.add_all(
            CohortClosure(cohort_id=cohort_id, first_day=first, last_day=last, label=label) for first, last, label in closures
        )
        db.session.flush()
        journal.record("cohort.changed", cohort.id, place_id=cohort.place_id, actor_id=actor_id, at=now, fields=["closures"])


def set_trainers(cohort_id: int, trainers: Mapping[int, bool], *, actor_id: int, now: datetime) -> None:
    """Who teaches this cohort; the value says who is its head. Each gets the role of trainer."""
    with transaction():
        cohort = live(cohort_id)
        db.session.execute(sa.delete(CohortTrainer).where(CohortTrainer.cohort_id == cohort_id))
        db.session.add_all(CohortTrainer(cohort_id=cohort_id, member_id=member_id, is_head=head) for member_id, head in trainers.items())
        db.session.flush()
        for member_id in trainers:
            give_role(member_id, "trainer")
        journal.record("cohort.changed", cohort.id, place_id=cohort.place_id, actor_id=actor_id, at=now, fields=["trainers"])


def start_cohort(cohort_id: int, *, actor_id: int, now: datetime) -> Cohort:
    """It begins: its programme is frozen, and people sign."""
    with transaction():
        cohort = live(cohort_id)
        if cohort.started_at is not None:
            return cohort
        if not db.session.scalar(sa.select(sa.exists().where(CourseSession.cohort_id == cohort_id))):
            raise Refused(NoSessions())
        cohort.state, cohort.started_at = "running", now
        freeze(db.session.get_one(ProgrammeVersion, cohort.programme_version_id), now=now)
        db.session.flush()
        journal.record("cohort.started", cohort.id, place_id=cohort.place_id, actor_id=actor_id, at=now)
        return cohort


def close_cohort(cohort_id: int, *, actor_id: int, now: datetime) -> Cohort:
    """It is over: nothing of it changes any more."""
    with transaction():
        cohort = live(cohort_id)
        cohort.state = "closed"
        db.session.flush()
        journal.record("cohort.closed", cohort.id, place_id=cohort.place_id, actor_id=actor_id, at=now)
        return cohort


def _follow_end(cohort: Cohort, before: date, *, actor_id: int, now: datetime) -> None:
    """Its people belong to its group, and share what it is given, to its new last day."""
    by: dict[str, Any] = {"actor_id": actor_id, "now": now}
    members.prolong_group(group_id=cohort.group_id, before=before, until=cohort.last_day, **by)
    today = day_at(cohort.place_id, now)
    share_until(place_id=cohort.place_id, group_id=cohort.group_id, before=before, last=cohort.last_day, today=today, **by)


def live(cohort_id: int) -> Cohort:
    """Inside a transaction: a cohort that may still change, as it is now."""
    cohort = db.session.scalars(
        sa.select(Cohort).where(Cohort.id == cohort_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if cohort.state == "closed":
        raise Refused(CohortClosed())
    return cohort


def give_role(member_id: int, role: str) -> None:
    """Inside a transaction: a role that somebody needs for the course, when they do not have it."""
    has_it = sa.exists().where(MemberRole.member_id == member_id, MemberRole.role == role)
    if not db.session.scalar(sa.select(has_it)):
        db.session.add(MemberRole(member_id=member_id, role=role))
        db.session.flush()


def room_of(cohort: Cohort) -> Thing | None:
    if cohort.room_id is None:
        return None
    return booking.directory(db.session.get_one(Place, cohort.place_id)).any(cohort.room_id)


def reasons_room(cohort: Cohort, room: Thing | None) -> list[Reason]:
    """Why a cohort does not fit in a room."""
    if room is None:
        return [NoRoom()]
    people = max(cohort.capacity, queries.seats_taken(cohort.id) if cohort.id else 0)
    return [RoomTooSmall(people=people, seats=room.capacity, name=room.name)] if people > room.capacity else []


def _by_mondays(fields: dict[str, Any]) -> dict[str, Any]:
    """The weeks on site as they are kept: each once, by its Monday."""
    if "site_weeks" not in fields:
        return fields
    return fields | {"site_weeks": sorted({monday_of(day).isoformat() for day in fields["site_weeks"]})}


def _refuse_impossible(cohort: Cohort) -> None:
    reasons: list[Reason] = []
    if cohort.first_day > cohort.last_day:
        reasons.append(CohortDaysCrossed())
    company = [day for day in (cohort.company_first_day, cohort.company_last_day) if day is not None]
    if len(company) == 1 or (company and not cohort.first_day <= company[0] <= company[1] <= cohort.last_day):
        reasons.append(CompanyOutside())
    span = (monday_of(cohort.first_day).isoformat(), cohort.last_day.isoformat())
    if outside := [week for week in cohort.site_weeks or () if not span[0] <= week <= span[1]]:
        reasons.append(SiteWeekOutside(day=date.fromisoformat(outside[0]), first=cohort.first_day, last=cohort.last_day))
    room = room_of(cohort)
    if room is not None:
        reasons += reasons_room(cohort, room)
    if reasons:
        raise Refused(*reasons)


def _refuse_sessions_beyond(cohort: Cohort) -> None:
    """A cohort does not end before what is still planned for it."""
    beyond = sa.select(sa.func.count(CourseSession.id), sa.func.min(CourseSession.day)).where(
        CourseSession.cohort_id == cohort.id, CourseSession.state == "planned", CourseSession.day > cohort.last_day
    )
    count, first = db.session.execute(beyond).one()
    if count:
        raise Refused(SessionsBeyond(count=count, last=cohort.last_day, day=first))


def _free_name(name: str) -> str:
    """A name for the group: a lieu may have several cohorts of one name, its groups may not."""
    taken = set(db.session.scalars(sa.select(Group.name).where(Group.name.startswith(name, autoescape=True))))
    return next(free for number in range(1, len(taken) + 2) if (free := name if number == 1 else f"{name} ({number})") not in taken)
