"""Reads for the interface: things by id, pages of bookings, when a thing is free, webhooks."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import g

from app.api.models import Webhook
from app.billing import queries as billing
from app.billing.models import Invoice
from app.booking import queries as booking
from app.booking.models import Booking
from app.booking.queries import Directory
from app.booking.rules import Thing
from app.core.db import db
from app.core.period import Period, at, day_period, days_of, merged, without
from app.core.text import searchable
from app.courses import queries as courses
from app.courses.models import Cohort, CohortTrainer, CourseSession, Enrolment, Programme, ProgrammeVersion
from app.courses.queries import Slot, presence, standing
from app.courses.rules.minutes import Minutes
from app.members.models import Member, MemberRole
from app.place import queries as place
from app.place.models import Place
from app.place.rules import Calendar

LONGEST = timedelta(days=366)  # no booking lasts more: what bounds the look for those that run at an instant


# ---------------------------------------------------------------- things


def directories() -> Iterator[tuple[Place, Directory]]:
    """The things of each lieu, kept in the process; one query a request tells whether they are still the same."""
    for one in lieux():
        yield one, booking.directory(one)


def lieux() -> list[Place]:
    if "api_lieux" not in g:
        g.api_lieux = place.places()
    found: list[Place] = g.api_lieux
    return found


def thing(resource_id: int) -> Thing | None:
    """A thing that is not retired."""
    return next((found for _, directory in directories() if (found := directory.things.get(resource_id))), None)


def zone_of(resource_id: int) -> ZoneInfo:
    """The zone of the lieu where a thing is, retired or not."""
    return next(one.tz for one, directory in directories() if resource_id in directory.things or resource_id in directory.retired)


def zone(place_id: int) -> ZoneInfo:
    return db.session.get_one(Place, place_id).tz


def pool(code: str) -> Thing | None:
    return next((found for _, directory in directories() if (found := directory.by_code(code, "pool"))), None)


# ---------------------------------------------------------------- pages of a list


class BadCursor(ValueError):
    """This cursor was not given by us."""


def cursor_of(*key: int) -> str:
    """Where a page ends, to be given back for the next one."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_of(cursor: str, *, length: int) -> tuple[int, ...]:
    """What `cursor_of` made it from."""
    try:
        key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as wrong:
        raise BadCursor from wrong
    if not isinstance(key, list) or len(key) != length or any(type(part) is not int or abs(part) >= 2**53 for part in key):
        raise BadCursor
    return tuple(key)


def bookings(
    *,
    limit: int,
    cursor: str,
    member_id: int | None = None,
    resource_id: int | None = None,
    status: str | None = None,
    after: datetime | None = None,
    before: datetime | None = None,
) -> tuple[list[Booking], str | None]:
    """Bookings by start, then id; those that touch the time from `after` to `before`. With them, the cursor of the next page."""
    wanted = [
        *([Booking.member_id == member_id] if member_id is not None else []),
        *([Booking.resource_id == resource_id] if resource_id is not None else []),
        *([Booking.status == status] if status is not None else []),
        *([Booking.ends_at > after, Booking.starts_at > after - LONGEST] if after is not None else []),
        *([Booking.starts_at < before] if before is not None else []),
    ]
    if member_id is None:  # the index of all bookings begins with the lieu
        wanted.append(Booking.place_id.in_([one.id for one in lieux()]))
    if cursor:
        micros, last_id = key_of(cursor, length=2)
        since = _instant(micros)
        wanted.append(sa.or_(Booking.starts_at > since, sa.and_(Booking.starts_at == since, Booking.id > last_id)))
    rows = db.session.scalars(sa.select(Booking).where(*wanted).order_by(Booking.starts_at, Booking.id).limit(limit + 1)).all()
    return list(rows[:limit]), cursor_of(_micros(rows[limit - 1].starts_at), rows[limit - 1].id) if len(rows) > limit else None


def members(*, limit: int, cursor: str, q: str = "", role: str | None = None, status: str | None = None) -> tuple[list[Member], str | None]:
    """People in order of arrival; whose account was erased are named by nobody, unless they are asked for."""
    wanted = [
        Member.status == status if status is not None else Member.status != "erased",
        *(Member.search_text.contains(word, autoescape=True) for word in searchable(q).split()),
        *([sa.exists().where(MemberRole.member_id == Member.id, MemberRole.role == role)] if role is not None else []),
        *([Member.id > key_of(cursor, length=1)[0]] if cursor else []),
    ]
    rows = db.session.scalars(sa.select(Member).where(*wanted).order_by(Member.id).limit(limit + 1)).all()
    return list(rows[:limit]), cursor_of(rows[limit - 1].id) if len(rows) > limit else None


# ---------------------------------------------------------------- the course


class CohortRow(NamedTuple):
    cohort: Cohort
    version: ProgrammeVersion
    code: str
    enrolled: int


def _concerns(member_id: int) -> sa.ColumnElement[bool]:
    """The cohorts that somebody follows or teaches."""
    teaches = sa.exists().where(CohortTrainer.cohort_id == Cohort.id, CohortTrainer.member_id == member_id)
    follows = sa.exists().where(Enrolment.cohort_id == Cohort.id, Enrolment.member_id == member_id, Enrolment.status != "withdrawn")
    return sa.or_(teaches, follows)


def cohorts(member_id: int, *, sees_all: bool, limit: int, cursor: str) -> tuple[list[CohortRow], str | None]:
    """Cohorts in the order they were opened."""
    seats = (
        sa.select(sa.func.count(Enrolment.id))
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.status.in_(("enrolled", "completed")))
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Cohort, ProgrammeVersion, Programme.code, seats)
        .join(ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(sa.true() if sees_all else _concerns(member_id), *([Cohort.id > key_of(cursor, length=1)[0]] if cursor else []))
        .order_by(Cohort.id)
        .limit(limit + 1)
    ).all()
    return [CohortRow(*row) for row in rows[:limit]], cursor_of(rows[limit - 1][0].id) if len(rows) > limit else None


def cohort(cohort_id: int, member_id: int, *, sees_all: bool) -> Cohort | None:
    found: Cohort | None = db.session.scalar(
        sa.select(Cohort).where(Cohort.id == cohort_id, sa.true() if sees_all else _concerns(member_id))
    )
    return found


def sessions(cohort: Cohort, *, limit: int, cursor: str, since: date | None, until: date | None) -> tuple[list[Slot], str | None]:
    """The sessions of a cohort by start, then id; cancelled ones too."""
    wanted = [
        CourseSession.cohort_id == cohort.id,
        *([CourseSession.day >= since] if since is not None else []),
        *([CourseSession.day <= until] if until is not None else []),
    ]
    if cursor:
        micros, last_id = key_of(cursor, length=2)
        start = _instant(micros)
        wanted.append(sa.or_(CourseSession.starts_at > start, sa.and_(CourseSession.starts_at == start, CourseSession.id > last_id)))
    rows = courses.slots(*wanted, with_cancelled=True, limit=limit + 1)
    return rows[:limit], cursor_of(_micros(rows[limit - 1].starts_at), rows[limit - 1].id) if len(rows) > limit else None


# ---------------------------------------------------------------- bills


def invoices(*, limit: int, cursor: str, payer: Member | None) -> tuple[list[Invoice], str | None]:
    """Invoices and credit notes as they were issued: those of a payer, or all."""
    wanted = [
        *([billing.paid_by(payer)] if payer is not None else []),
        *([Invoice.id > key_of(cursor, length=1)[0]] if cursor else []),
    ]
    rows = db.session.scalars(sa.select(Invoice).where(*wanted).order_by(Invoice.id).limit(limit + 1)).all()
    return list(rows[:limit]), cursor_of(rows[limit - 1].id) if len(rows) > limit else None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _instant(micros: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError as wrong:
        raise BadCursor from wrong


# ---------------------------------------------------------------- when a thing is free


@dataclass(frozen=True, slots=True)
class Free:
    """A time when a thing can be had; of a pool, by so many people."""

    period: Period
    places: int


def availability(thing: Thing, window: Period, *, has_badge: bool, now: datetime) -> tuple[list[Free], list[Period]]:
    """When it is open and nobody has it, from now on; and when it is taken, never by whom."""
    lieu = db.session.get_one(Place, thing.place_id)
    directory, calendar = booking.directory(lieu), place.calendar(lieu.id)
    seats = directory.seats(thing.id) if thing.is_pool else [thing]
    opened = {seat.id: _opened(seat, window, calendar, all_hours=has_badge and seat.runs_at_night) for seat in seats}
    taken = _taken(seats, window, directory, now=now)
    away = booking.away([seat.id for seat in seats if seat.is_fixed], *(moment.date() for moment in window.local(lieu.tz)))
    free = [
        period
        for seat in seats
        if seat.bookable and seat.state != "out_of_service"
        for hours in (opened[seat.id] if not seat.is_fixed else _lent(opened[seat.id], away.get(seat.id, ()), lieu))
        for period in without(hours, [row.around(directory.any(row.resource_id)) for row in taken[seat.id]])
    ]
    if thing.is_pool:
        full = [gap for hours in merged(span for spans in opened.values() for span in spans) for gap in without(hours, free)]
    else:
        full = merged(row.whole for row in taken[thing.id])
    return list(_counted(free, now=now)), [inside for period in full if (inside := _clipped(period, window))]


def has_badge(member: Member, lieu: Place, day: date) -> bool:
    """Whether this person may come at all hours on this day."""
    return lieu.badge_all_hours and (
        member.badge or any(plan.allowances.get("badge") for plan in billing.plans_on(member.id, day) if not plan.is_paused)
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One occupancy that counts."""

    resource_id: int
    whole: Period

    def around(self, thing: Thing) -> Period:
        """The time that a booking of that thing must avoid, its own buffers counted."""
        return self.whole.widened(before=thing.rules.buffer_after, after=thing.rules.buffer_before)


def _opened(thing: Thing, window: Period, calendar: Calendar, *, all_hours: bool) -> list[Period]:
    days = list(days_of(window, calendar.zone))
    if all_hours:
        spans = merged(day_period(day, calendar.zone) for day in days if calendar.closure_on(day) is None)
    else:
        spans = [span for day in days for span in calendar.open_periods(day, thing.rules.hours)]
    return [inside for span in spans if (inside := _clipped(span, window))]


def _taken(seats: Sequence[Thing], window: Period, directory: Directory, *, now: datetime) -> dict[int, list[_Row]]:
    """By seat: who holds it, or something inside it when it is a whole space."""
    parts = {
        seat.id: [seat, *(inner for inner in directory.inside(seat.id) if not inner.is_pool)] if seat.kind == "space" else [seat]
        for seat in seats
    }
    every = {part.id: part for several in parts.values() for part in several}
    if not every:
        return {}
    margin = max(max(part.rules.buffer_before, part.rules.buffer_after) for part in every.values())
    rows = booking.taken(every, window.widened(before=margin, after=margin))
    return {
        seat_id: [_Row(row.resource_id, row.whole) for part in several for row in rows[part.id] if row.counts(now)]
        for seat_id, several in parts.items()
    }


def _lent(opened: Iterable[Period], absences: Iterable[tuple[date, date]], lieu: Place) -> list[Period]:
    """Of a resident's desk, the days announced as away."""
    days = [Period(at(first, 0, lieu.tz), at(last, 1440, lieu.tz)) for first, last in absences]
    return [inside for hours in opened for away in merged(days) if (inside := _clipped(hours, away))]


def _counted(free: Iterable[Period], *, now: datetime) -> Iterator[Free]:
    """From one change to the next, how many have it free: a whole day wants one seat for both its halves, so nothing is joined."""
    changes: dict[datetime, int] = {}
    for period in free:
        changes[period.starts_at] = changes.get(period.starts_at, 0) + 1
        changes[period.ends_at] = changes.get(period.ends_at, 0) - 1
    places, since, present = 0, None, now.replace(second=0, microsecond=0)
    for moment in sorted(changes):
        if places and since is not None and moment > present:
            yield Free(Period(max(since, present), moment), places)
        places, since = places + changes[moment], moment


def _clipped(period: Period, window: Period) -> Period | None:
    begins, ends = max(period.starts_at, window.starts_at), min(period.ends_at, window.ends_at)
    return Period(begins, ends) if begins < ends else None


# ---------------------------------------------------------------- webhooks


def webhooks() -> Sequence[Webhook]:
    return db.session.scalars(sa.select(Webhook).order_by(Webhook.id).execution_options(populate_existing=True)).all()


class HoursRow(NamedTuple):
    """What somebody's half-days came to, as far as who asks may see."""

    enrolment_id: int
    member_id: int
    name: str
    minutes: Minutes
    at_distance: int  # of those done, the minutes proved by what was produced


def hours(cohort: Cohort, member_id: int, *, since: date | None, until: date | None, now: datetime) -> list[HoursRow]:
    """Everybody's hours between two days, in the order of names; of each, only the half-days that this person may see."""
    viewer = standing.viewer(db.session.get_one(Member, member_id), cohort.id, place_id=cohort.place_id)
    followed = presence.followed_in(cohort.id, now=now, first=since, last=until)
    people = sa.select(Enrolment.id, Enrolment.member_id, Member.name).join(Member, Member.id == Enrolment.member_id)
    rows = db.session.execute(people.where(Enrolment.id.in_(followed)).order_by(Member.name, Enrolment.id))
    found = []
    for enrolment_id, whose, name in rows:
        slots = followed[enrolment_id].slots
        seen = [slot for slot in slots if viewer.sees("minutes", member_id=whose, enrolment_id=enrolment_id, trainer_id=slot.trainer_id)]
        if seen:
            found.append(HoursRow(enrolment_id, whose, name, presence.total(seen), presence.done_at_distance(seen)))
    return found
