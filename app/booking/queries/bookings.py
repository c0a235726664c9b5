"""The bookings of a person, of a lieu, and as calendars and mails read them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.booking.models import IS_OCCUPYING, LIVE, OCCUPYING, Booking, Occupancy, Resource, SeriesDate, Status
from app.booking.papers import Dated
from app.booking.rules import Held
from app.core.cache import asked_once
from app.core.db import UtcDateTime, as_stored, db, instant, seconds, table
from app.core.period import Period, day_period
from app.core.prepared import Prepared

ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=31)  # no booking of a person lasts longer
_BOOKING, _OCCUPANCY, _RESOURCE = table(Booking), table(Occupancy), table(Resource)
_OWN = Prepared(
    sa.select(
        _BOOKING.c.id,
        _OCCUPANCY.c.resource_id,
        as_stored(_BOOKING.c.starts_at),
        as_stored(_BOOKING.c.ends_at),
        _BOOKING.c.status,
    )
    .join(_OCCUPANCY, _OCCUPANCY.c.booking_id == _BOOKING.c.id)
    .where(
        _BOOKING.c.member_id == sa.bindparam("member_id"),
        sa.text(f"booking.{IS_OCCUPYING}"),
        _BOOKING.c.starts_at < sa.bindparam("ends", type_=UtcDateTime),
        _BOOKING.c.starts_at > sa.bindparam("earliest", type_=UtcDateTime),
        _BOOKING.c.ends_at > sa.bindparam("begins", type_=UtcDateTime),
        _OCCUPANCY.c.active,
        sa.or_(_OCCUPANCY.c.holder != "space", _OCCUPANCY.c.resource_id == _BOOKING.c.resource_id),
    )
    .order_by(_BOOKING.c.starts_at, _BOOKING.c.id)
)


def rows_of(member_id: int, period: Period) -> list[tuple[int, int, int, int, str]]:
    """The things that a person holds in a period: (booking, thing, from, to, status), in order of start."""
    found = _OWN.rows(member_id=member_id, begins=period.starts_at, earliest=period.starts_at - LONGEST, ends=period.ends_at)
    return [(booking_id, resource_id, seconds(start), seconds(end), status) for booking_id, resource_id, start, end, status in found]


def usual_thing(member_id: int) -> int | None:
    """Where a person sits most often, of their last ten half-days."""
    last = (
        sa.select(Booking.resource_id)
        .where(Booking.member_id == member_id, Booking.kind == "desk", Booking.status.in_(LIVE))
        .order_by(Booking.starts_at.desc())
        .limit(10)
        .subquery()
    )
    found: int | None = db.session.scalar(
        sa.select(last.c.resource_id).group_by(last.c.resource_id).order_by(sa.func.count().desc(), last.c.resource_id).limit(1)
    )
    return found


_HELD = Prepared(
    sa.select(
        _BOOKING.c.id,
        _BOOKING.c.kind,
        _BOOKING.c.resource_id,
        _RESOURCE.c.name,
        as_stored(_BOOKING.c.starts_at),
        as_stored(_BOOKING.c.ends_at),
        _BOOKING.c.guest_name,
        _BOOKING.c.for_lieu,
    )
    .join(_RESOURCE, _RESOURCE.c.id == _BOOKING.c.resource_id)
    .where(
        _BOOKING.c.member_id == sa.bindparam("member"),
        sa.text(f"booking.{IS_OCCUPYING}"),
        _BOOKING.c.ends_at > sa.bindparam("since"),
        _BOOKING.c.starts_at > sa.bindparam("horizon"),
    )
)


@asked_once
def held_by(member_id: int, *, since: datetime) -> list[Held]:
    """The live bookings of a member that end after `since`."""
    rows = _HELD.rows(member=member_id, since=since, horizon=since - LONGEST)
    return [
        Held(booking_id, kind, resource_id, name, Period(instant(starts_at), instant(ends_at)), bool(guest) or for_lieu)
        for booking_id, kind, resource_id, name, starts_at, ends_at, guest, for_lieu in rows
    ]


def booking(booking_id: int) -> Booking | None:
    return db.session.get(Booking, booking_id, populate_existing=True)


def bookings_of(member_id: int, period: Period, *, statuses: Iterable[str] = LIVE) -> list[Booking]:
    """A person's bookings that touch the period, in order."""
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(
                Booking.member_id == member_id,
                Booking.starts_at < period.ends_at,
                Booking.ends_at > period.starts_at,
                Booking.status.in_(list(statuses)),
            )
            .order_by(Booking.starts_at, Booking.id)
        )
    )


def bookings_in(place_id: int, period: Period, *, statuses: Iterable[str] = LIVE) -> list[Booking]:
    """The bookings of a lieu that start in the period, in order."""
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(
                Booking.place_id == place_id,
                Booking.starts_at >= period.starts_at,
                Booking.starts_at < period.ends_at,
                Booking.status.in_(list(statuses)),
            )
            .order_by(Booking.starts_at, Booking.id)
        )
    )


def guests_on(place_id: int, day: date, zone: ZoneInfo) -> list[Booking]:
    """The bookings of a day that are for somebody's guest, with their host, in order."""
    period = day_period(day, zone)
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(
                Booking.place_id == place_id,
                Booking.starts_at >= period.starts_at,
                Booking.starts_at < period.ends_at,
                Booking.status.in_(LIVE),
                Booking.guest_name != "",
            )
            .options(sa.orm.joinedload(Booking.member))
            .order_by(Booking.starts_at, Booking.id)
        )
    )


class Used(NamedTuple):
    """How much of the lieu a person used on an organisation's account: numbers only."""

    member_id: int
    bookings: int
    half_days: int
    minutes: int
    cents: int


def used_by_organisation(organisation_id: int, period: Period) -> dict[int, Used]:
    """By person, what an organisation pays for in a period: half-days, minutes, cents; never which seat."""
    rows = db.session.execute(
        sa.select(Booking.member_id, Booking.covered_by, Booking.price_cents).where(
            Booking.organisation_id == organisation_id,
            Booking.starts_at >= period.starts_at,
            Booking.starts_at < period.ends_at,
            Booking.status.in_((*LIVE, Status.NO_SHOW, Status.LATE_CANCELLED)),
            Booking.status != Status.HELD,
            Booking.forgiven_at.is_(None),
        )
    )
    found: dict[int, Used] = {}
    for member_id, covered_by, cents in rows:
        before = found.get(member_id, Used(member_id, 0, 0, 0, 0))
        units = {"half_day": 0, "minute": 0}
        for part in covered_by:
            units[part["unit"]] = units.get(part["unit"], 0) + part["units"]
        found[member_id] = Used(
            member_id, before.bookings + 1, before.half_days + units["half_day"], before.minutes + units["minute"], before.cents + cents
        )
    return found


def times_of(dates: Iterable[SeriesDate]) -> dict[int, Period]:
    """When each date that was booked takes place: it may have moved since. By id of the date."""
    listed = {date.booking_id: date.id for date in dates if date.booking_id is not None}
    rows = db.session.execute(sa.select(Booking.id, Booking.starts_at, Booking.ends_at).where(Booking.id.in_(listed)))
    return {listed[booking_id]: Period(starts_at, ends_at) for booking_id, starts_at, ends_at in rows}


def dated(*which: sa.ColumnElement[bool]) -> list[Dated]:
    """Bookings as calendars and mails read them, in order: one query, whatever their number."""
    things = (
        sa.select(sa.func.count(Occupancy.resource_id.distinct()))
        .where(Occupancy.booking_id == Booking.id, Occupancy.active, Occupancy.holder == "booking")
        .correlate(Booking)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Booking.place_id,
            Booking.uid,
            Booking.sequence,
            Booking.status,
            Booking.half,
            Booking.starts_at,
            Booking.ends_at,
            Booking.free_until,
            Booking.created_at,
            Booking.changed_at,
            Booking.note,
            Booking.guest_name,
            Resource.code,
            Resource.kind,
            Resource.name,
            SeriesDate.original_start,
            things,
        )
        .join(Resource, Resource.id == Booking.resource_id)
        .outerjoin(SeriesDate, SeriesDate.booking_id == Booking.id)
        .where(*which)
        .order_by(Booking.starts_at, Booking.id)
    )
    return [Dated._make(row) for row in rows]


def in_parts(rows: Sequence[Dated]) -> list[Dated]:
    """A group's booking of several days as its half-days, each an event of its own; every other booking as it is.

    The first keeps the booking's name in calendars, the others add their day to it: the same names as long as the days stay.
    """
    parts = stretches([row.id for row in rows if row.ends_at - row.starts_at > ONE_DAY])
    shown = []
    for row in rows:
        name, _, house = row.uid.partition("@")
        for part in parts.get(row.id) or [Period(row.starts_at, row.ends_at)]:
            uid = row.uid if part.starts_at == row.starts_at else f"{name}.{part.starts_at:%Y%m%d}@{house}"
            shown.append(row._replace(uid=uid, starts_at=part.starts_at, ends_at=part.ends_at))
    return shown


def stretches(booking_ids: Sequence[int]) -> dict[int, list[Period]]:
    """When each of these really holds something, in order, buffers left aside; those of one stretch are left out."""
    if not booking_ids:
        return {}
    rows = db.session.execute(
        sa.select(Booking.id, Occupancy.starts_at, Occupancy.ends_at, Occupancy.buffer_before, Occupancy.buffer_after)
        .join(Occupancy, Occupancy.booking_id == Booking.id)
        .where(
            Booking.id.in_(booking_ids),
            sa.or_(Occupancy.active, Booking.status.not_in(OCCUPYING)),
            Occupancy.starts_at < Booking.ends_at,
            Occupancy.ends_at > Booking.starts_at,
        )
        .distinct()
        .order_by(Booking.id, Occupancy.starts_at)
    )
    found: dict[int, list[Period]] = {}
    for booking_id, starts_at, ends_at, before, after in rows:
        found.setdefault(booking_id, []).append(Period(starts_at, ends_at).widened(before=-before, after=-after))
    return {booking_id: parts for booking_id, parts in found.items() if len(parts) > 1}
