"""One session at a time: added, moved, exchanged, cancelled, given to a trainer. It stays the same event, one sequence further."""

import uuid
from datetime import date, datetime
from typing import Any

from app.booking import queries as things
from app.booking import services as booking
from app.booking.models import LIVE, Booking
from app.booking.rules import Thing
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period
from app.core.refusals import Reason, Refused
from app.courses import queries
from app.courses.models import Cohort, CourseSession, Sequence
from app.courses.rules import (
    AlreadyBegun,
    HalfTaken,
    NotTheSameCohort,
    OnClosure,
    OnHoliday,
    OutsideCohort,
    Poured,
    SessionCancelled,
)
from app.courses.services.cohorts import live, reasons_room
from app.courses.services.pouring import elsewhere, half_period
from app.place import queries as places
from app.place.models import Place


def add_session(
    cohort_id: int,
    *,
    sequence_id: int,
    day: date,
    half: str,
    where: str = "centre",
    trainer_id: int | None,
    room_id: int | None,
    actor_id: int,
    now: datetime,
    holiday_reason: str = "",
    note: str = "",
) -> CourseSession:
    """One more half-day, to make up for a cancelled one for instance."""
    with transaction():
        cohort = live(cohort_id)
        sequence = db.session.get_one(Sequence, sequence_id)
        assert sequence.version_id == cohort.programme_version_id
        period = _period(cohort, day, half)
        room = _thing(cohort, room_id) if where == "centre" else None
        refuse_impossible(cohort, day, half, period, trainer_id=trainer_id, room=room, where=where, reason=holiday_reason)
        session = CourseSession(
            place_id=cohort.place_id,
            cohort_id=cohort.id,
            sequence_id=sequence.id,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            day=day,
            half=half,
            trainer_id=trainer_id,
            room_id=room.id if room else None,
            where_=where,
            holiday_reason=holiday_reason,
            note=note,
            uid=f"{uuid.uuid4()}@worklab",
            created_at=now,
            changed_at=now,
        )
        db.session.add(session)
        db.session.flush()
        cause = _tell("session.added", session, actor_id=actor_id, now=now)
        if room is not None:
            _hold(session, room, period, actor_id=actor_id, now=now, cause=cause)
        db.session.flush()
        return session


def move_session(
    session_id: int,
    *,
    day: date,
    half: str,
    actor_id: int,
    now: datetime,
    room_id: int | None = None,
    trainer_id: int | None = None,
    keeps_trainer: bool = True,
    holiday_reason: str = "",
) -> CourseSession:
    """To another half-day, another room or another trainer; refused, nothing of it has changed."""
    with transaction():
        session, cohort = _to_change(session_id, now)
        period = _period(cohort, day, half)
        teacher = session.trainer_id if keeps_trainer else trainer_id
        room = _thing(cohort, room_id or session.room_id or cohort.room_id) if session.where_ == "centre" else None
        refuse_impossible(
            cohort, day, half, period, trainer_id=teacher, room=room, where=session.where_, reason=holiday_reason, but=session
        )
        before = Period(session.starts_at, session.ends_at)
        session.day, session.half, session.starts_at, session.ends_at = day, half, period.starts_at, period.ends_at
        session.holiday_reason = holiday_reason if _holiday(cohort, day) else ""
        session.trainer_id = teacher
        _changed(session, now)
        facts = {"from_start": before.starts_at.isoformat(), "from_end": before.ends_at.isoformat()}
        cause = _tell("session.moved", session, actor_id=actor_id, now=now, **facts)
        if room is not None:
            _hold(session, room, period, actor_id=actor_id, now=now, cause=cause)
            session.room_id = room.id
        db.session.flush()
        return session


def swap_sessions(session_id: int, other_id: int, *, actor_id: int, now: datetime) -> None:
    """Exchange the moments of two sessions, with the rooms that go with them; each keeps its own trainer if they are free then."""
    with transaction():
        one, cohort = _to_change(session_id, now)
        other, other_cohort = _to_change(other_id, now)
        if cohort.id != other_cohort.id:
            raise Refused(NotTheSameCohort())
        if one.id == other.id:
            return
        for session, goes_to in ((one, other), (other, one)):
            _refuse_busy(session.trainer_id, Period(goes_to.starts_at, goes_to.ends_at), but=(one, other))
        moments = ("day", "half", "starts_at", "ends_at", "room_id", "booking_id", "where_", "holiday_reason")
        mine, theirs = ({field: getattr(row, field) for field in moments} for row in (one, other))
        one.state = "cancelled"  # out of the way for an instant: a cohort has one session at a time
        db.session.flush()
        _set(other, mine, now)
        db.session.flush()
        one.state = "planned"
        _set(one, theirs, now)
        db.session.flush()
        for session, was in ((one, mine), (other, theirs)):
            facts = {"from_start": was["starts_at"].isoformat(), "from_end": was["ends_at"].isoformat()}
            _tell("session.moved", session, actor_id=actor_id, now=now, **facts)


def cancel_session(session_id: int, *, reason: str, actor_id: int, now: datetime) -> CourseSession:
    """It does not take place; its room is given back and its hours are missing until another is added."""
    with transaction():
        session, _cohort = _to_change(session_id, now, begun=True)
        session.state, session.cancel_reason = "cancelled", reason
        _changed(session, now)
        cause = _tell("session.cancelled", session, actor_id=actor_id, now=now)
        _release(session, actor_id=actor_id, now=now, cause=cause)
        return session


def give_session(session_id: int, *, trainer_id: int | None, actor_id: int, now: datetime) -> CourseSession:
    """Another trainer gives it."""
    with transaction():
        session, _cohort = _to_change(session_id, now, begun=True)
        if session.trainer_id == trainer_id:
            return session
        _refuse_busy(trainer_id, Period(session.starts_at, session.ends_at), but=(session,))
        before, session.trainer_id = session.trainer_id, trainer_id
        _changed(session, now)
        _tell("session.given", session, actor_id=actor_id, now=now, before=before)
        return session


def note_session(session_id: int, *, note: str, actor_id: int, now: datetime) -> CourseSession:
    """What to bring, what to know that day; the calendars say it too."""
    with transaction():
        session, _cohort = _to_change(session_id, now, begun=True)
        if session.note != note:
            session.note = note
            _changed(session, now)
            _tell("session.noted", session, actor_id=actor_id, now=now)
        return session


def refuse_impossible(
    cohort: Cohort,
    day: date,
    half: str,
    period: Period,
    *,
    trainer_id: int | None,
    room: Thing | None,
    where: str,
    reason: str,
    but: CourseSession | None = None,
) -> None:
    """Every reason why a session cannot be then, the room's own holders left to the engine."""
    reasons: list[Reason] = []
    if not cohort.first_day <= day <= cohort.last_day:
        reasons.append(OutsideCohort(day=day, first=cohort.first_day, last=cohort.last_day))
    if (holiday := _holiday(cohort, day)) and not reason:
        reasons.append(OnHoliday(day=day, name=holiday))
    if not holiday and (label := queries.frame(cohort).off(day)) is not None:
        reasons.append(OnClosure(day=day, label=label))
    there = queries.slots(CourseSession.cohort_id == cohort.id, CourseSession.day == day, CourseSession.half == half)
    if taken := [slot for slot in there if but is None or slot.id != but.id]:
        reasons.append(HalfTaken(session=taken[0].title))
    if trainer_id is not None and (
        busy := queries.busy_trainers([trainer_id], period.starts_at, period.ends_at, but=[but.id] if but else [])
    ):
        reasons.append(elsewhere(busy[0]))
    if where == "centre":
        reasons += reasons_room(cohort, room)
    if reasons:
        raise Refused(*reasons)


def _refuse_busy(trainer_id: int | None, period: Period, *, but: tuple[CourseSession, ...]) -> None:
    if trainer_id is not None:
        busy = queries.busy_trainers([trainer_id], period.starts_at, period.ends_at, but=[row.id for row in but])
        if busy:
            raise Refused(elsewhere(busy[0]))


def _holiday(cohort: Cohort, day: date) -> str | None:
    return places.calendar(cohort.place_id).is_holiday(day)


def _period(cohort: Cohort, day: date, half: str) -> Period:
    return half_period(cohort, queries.programme_of(cohort), Poured(day, half, "", ""))


def _thing(cohort: Cohort, room_id: int | None) -> Thing | None:
    if room_id is None:
        return None
    return things.directory(db.session.get_one(Place, cohort.place_id)).any(room_id)


def _to_change(session_id: int, now: datetime, *, begun: bool = False) -> tuple[CourseSession, Cohort]:
    """Inside a transaction: a session that may still change, with its cohort. `begun`: even once it has begun."""
    session = db.session.get_one(CourseSession, session_id)
    cohort = live(session.cohort_id)
    db.session.refresh(session)
    if session.state == "cancelled":
        raise Refused(SessionCancelled())
    if session.starts_at <= now and not begun:
        raise Refused(AlreadyBegun())
    return session, cohort


def _changed(session: CourseSession, now: datetime) -> None:
    session.sequence_no += 1
    session.changed_at = now
    db.session.flush()


def _set(session: CourseSession, moment: dict[str, Any], now: datetime) -> None:
    for field, value in moment.items():
        setattr(session, field, value)
    session.sequence_no += 1
    session.changed_at = now


def _tell(event: str, session: CourseSession, *, actor_id: int, now: datetime, **facts: Any) -> journal.Line:
    return journal.record(event, session.id, place_id=session.place_id, actor_id=actor_id, at=now, **facts)


def _hold(session: CourseSession, room: Thing, period: Period, *, actor_id: int, now: datetime, cause: journal.Line) -> None:
    """The engine gives the room for this period, and takes back the one that was held."""
    if period.ends_at <= now:
        return
    held = db.session.get(Booking, session.booking_id) if session.booking_id else None
    moving_id = held.id if held is not None and held.status in LIVE else None
    request = booking.session_request(
        room,
        period,
        member_id=session.trainer_id or actor_id,
        actor_id=actor_id,
        now=now,
        reason=session.holiday_reason,
        moving_id=moving_id,
    )
    if held is None or moving_id is None:
        session.booking_id = booking.take(request, cause_id=cause.id).id
    elif (held.resource_id, held.starts_at, held.ends_at) != (room.id, period.starts_at, period.ends_at):
        booking.move(held.id, request, cause_id=cause.id)


def _release(session: CourseSession, *, actor_id: int, now: datetime, cause: journal.Line) -> None:
    if session.booking_id is not None:
        booking.release_all([session.booking_id], actor_id=actor_id, now=now, cause=cause)
