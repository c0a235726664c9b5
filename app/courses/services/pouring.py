"""Pour a cohort's timetable: the programme on its open half-days, the room taken through the engine, nobody at two places."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.booking import services as booking
from app.booking.rules import Thing
from app.core import journal
from app.core.db import db, table, transaction
from app.core.period import Period, at
from app.core.refusals import Reason, Refused
from app.courses import queries
from app.courses.models import Cohort, CourseSession, Sequence
from app.courses.queries import Slot
from app.courses.rules import CohortStarted, NothingToPour, Outline, Poured, Pouring, RoomsTaken, TrainerElsewhere, pour, programmes
from app.courses.services.cohorts import live, reasons_room, room_of
from app.place.models import Place

_SESSION = table(CourseSession)


@dataclass(frozen=True, slots=True)
class Preview:
    """What pouring would give, and what stands in its way."""

    pouring: Pouring
    refusals: tuple[Reason, ...]  # nothing can be poured
    rooms: Mapping[Period, list[Reason]]  # half-days when the room cannot be had
    busy: tuple[Slot, ...]  # sessions that the trainer already gives then

    @property
    def is_clear(self) -> bool:
        return not (self.refusals or self.rooms or self.busy)


def preview_pouring(cohort_id: int, *, trainer_id: int | None, actor_id: int, now: datetime) -> Preview:
    """The same answer as `pour_timetable` would give; nothing is written."""
    cohort = db.session.get_one(Cohort, cohort_id)
    plan, outline = _plan(cohort), queries.programme_of(cohort)
    room = room_of(cohort)
    refusals = reasons_room(cohort, room)
    if cohort.poured_at is not None:  # its own sessions are no obstacle
        return Preview(plan, (NothingToPour(), *refusals), {}, ())
    periods = _room_periods(cohort, outline, plan, now)
    rooms: dict[Period, list[Reason]] = {}
    if room is not None and periods:
        request = booking.session_request(room, periods[0], member_id=trainer_id or actor_id, actor_id=actor_id, now=now)
        rooms = booking.reasons_by_period(request, periods)
    return Preview(plan, tuple(refusals), rooms, tuple(_busy(cohort, outline, plan, trainer_id)))


def pour_timetable(
    cohort_id: int, *, trainer_id: int | None, actor_id: int, now: datetime, despite: bool = False
) -> tuple[Pouring, dict[Period, list[Reason]]]:
    """Write every session of the cohort and take its room. `despite`: half-days when the room or the trainer is taken go without.

    Answers what was poured, and the half-days that have no room.
    """
    with transaction():
        cohort = live(cohort_id)
        if cohort.poured_at is not None:
            raise Refused(NothingToPour())
        room, outline = room_of(cohort), queries.programme_of(cohort)
        if reasons := reasons_room(cohort, room):
            raise Refused(*reasons)
        assert room is not None
        plan = _plan(cohort)
        busy = _busy(cohort, outline, plan, trainer_id)
        if busy and not despite:
            raise Refused(elsewhere(busy[0]))
        cause = journal.record("cohort.poured", cohort.id, place_id=cohort.place_id, actor_id=actor_id, at=now, sessions=len(plan.sessions))
        periods = _room_periods(cohort, outline, plan, now)
        booked, refused = _take(room, periods, trainer_id or actor_id, actor_id, now, cause)
        if refused and not despite:
            first = min(refused)
            raise Refused(
                RoomsTaken(count=len(refused), day=first.starts_at.astimezone(_place(cohort).tz).date()), *_unique(refused.values())
            )
        _write(cohort, outline, plan, room, booked, trainer_id, busy, now)
        cohort.poured_at = now
        db.session.flush()
        return plan, refused


def unpour(cohort_id: int, *, actor_id: int, now: datetime) -> None:
    """Take a timetable away before the cohort begins, and give its rooms back."""
    with transaction():
        cohort = live(cohort_id)
        if cohort.started_at is not None:
            raise Refused(CohortStarted())
        cause = journal.record("cohort.unpoured", cohort.id, place_id=cohort.place_id, actor_id=actor_id, at=now)
        held = sa.select(CourseSession.booking_id).where(CourseSession.cohort_id == cohort_id, CourseSession.booking_id.is_not(None))
        booking.release_all(list(db.session.scalars(held)), actor_id=actor_id, now=now, cause=cause)
        db.session.execute(sa.delete(CourseSession).where(CourseSession.cohort_id == cohort_id))
        cohort.poured_at = None
        db.session.flush()


def elsewhere(slot: Slot) -> Reason:
    """The trainer already gives this session."""
    return TrainerElsewhere(
        **{"trainer": slot.trainer, "from": slot.starts_at, "to": slot.ends_at, "session": slot.title, "cohort": slot.cohort}
    )


def half_period(cohort: Cohort, outline: Outline, poured: Poured) -> Period:
    """A half-day of the course as instants, on the lieu's wall clock."""
    begins, ends = outline.afternoon if poured.half == "afternoon" else outline.morning
    zone = _place(cohort).tz
    return Period(at(poured.day, begins, zone), at(poured.day, ends, zone))


def _place(cohort: Cohort) -> Place:
    return db.session.get_one(Place, cohort.place_id)


def _plan(cohort: Cohort) -> Pouring:
    outline = queries.programme_of(cohort)
    return pour(queries.frame(cohort), programmes.order(outline), outline.company_steps)


def _room_periods(cohort: Cohort, outline: Outline, plan: Pouring, now: datetime) -> list[Period]:
    """The half-days that take the room: those on site that are not over."""
    periods = [half_period(cohort, outline, one) for one in plan.sessions if one.where == "centre"]
    return [period for period in periods if period.ends_at > now]


def _busy(cohort: Cohort, outline: Outline, plan: Pouring, trainer_id: int | None) -> list[Slot]:
    if trainer_id is None or not plan.sessions:
        return []
    periods = [half_period(cohort, outline, one) for one in plan.sessions if one.where == "centre"]
    if not periods:
        return []
    given = queries.busy_trainers([trainer_id], periods[0].starts_at, periods[-1].ends_at)
    return [slot for slot in given if any(period.overlaps(Period(slot.starts_at, slot.ends_at)) for period in periods)]


def _take(
    room: Thing, periods: list[Period], member_id: int, actor_id: int, now: datetime, cause: journal.Line
) -> tuple[dict[Period, int], dict[Period, list[Reason]]]:
    if not periods:
        return {}, {}
    request = booking.session_request(room, periods[0], member_id=member_id, actor_id=actor_id, now=now)
    return booking.reserve_all(request, periods, cause=cause)


def _write(
    cohort: Cohort,
    outline: Outline,
    plan: Pouring,
    room: Thing,
    booked: Mapping[Period, int],
    trainer_id: int | None,
    busy: list[Slot],
    now: datetime,
) -> None:
    ids = dict(db.session.execute(sa.select(Sequence.code, Sequence.id).where(Sequence.version_id == cohort.programme_version_id)).all())
    taken = [Period(slot.starts_at, slot.ends_at) for slot in busy]
    rows = []
    for one in plan.sessions:
        period = half_period(cohort, outline, one)
        is_on_site = one.where == "centre"
        is_taught = one.where != "company" and not any(period.overlaps(other) for other in taken)
        rows.append(
            {
                "place_id": cohort.place_id,
                "cohort_id": cohort.id,
                "sequence_id": ids[one.sequence],
                "starts_at": period.starts_at,
                "ends_at": period.ends_at,
                "day": one.day,
                "half": one.half,
                "trainer_id": trainer_id if is_taught else None,
                "room_id": room.id if is_on_site else None,
                "booking_id": booked.get(period) if is_on_site else None,
                "where_": one.where,
                "state": "planned",
                "holiday_reason": "",
                "cancel_reason": "",
                "note": "",
                "uid": f"{uuid.uuid4()}@worklab",
                "sequence_no": 0,
                "created_at": now,
                "changed_at": now,
            }
        )
    if rows:
        db.session.execute(sa.insert(_SESSION), rows)


def _unique(several: Iterable[list[Reason]]) -> list[Reason]:
    """One of each sort: what is in the way, said once."""
    found: list[Reason] = []
    for reasons in several:
        found += [reason for reason in reasons if reason.code not in {other.code for other in found}]
    return found[:3]
