"""The lieu takes things away for a while: a closure for all, an outage for one thing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa

from app.booking import queries
from app.booking.models import OCCUPYING, Booking, Kind, Occupancy, Outage, Resource
from app.booking.rules import Thing
from app.booking.services.cancelling import end, everything
from app.booking.services.freeing import offer_freed
from app.booking.services.reseating import Blocking, reseat
from app.booking.services.writing import take_turn
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period, at, without
from app.place import services as place_services
from app.place.models import Closure, Place
from app.place.services import touch_calendar

FOREVER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Blocked:
    """What was taken away, and the bookings that had to go (everything given back)."""

    closure: Closure | None
    outage: Outage | None
    cancelled: list[Booking]


def bookings_in_the_way(resource_ids: Iterable[int], period: Period) -> list[Booking]:
    """The bookings that a closure or an outage would cancel: shown before it is confirmed."""
    ids = (
        sa.select(Occupancy.booking_id)
        .where(
            Occupancy.active,
            Occupancy.resource_id.in_(list(resource_ids)),
            Occupancy.starts_at < period.ends_at,
            Occupancy.ends_at > period.starts_at,
            Occupancy.booking_id.is_not(None),
        )
        .distinct()
    )
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(Booking.id.in_(ids), Booking.status.in_(OCCUPYING))
            .order_by(Booking.starts_at, Booking.id)
            .execution_options(populate_existing=True)
        )
    )


def booked_on(resource_ids: Collection[int], period: Period) -> list[Booking]:
    """The same, but for who booked the whole space around one of these: they can do without it."""
    found = bookings_in_the_way(resource_ids, period)
    return [booking for booking in found if booking.kind != Kind.SPACE or booking.resource_id in resource_ids]


def close(*, place_id: int, first_day: date, last_day: date, label: str, actor_id: int | None, now: datetime) -> Blocked:
    """Close the lieu for whole days: what was booked is cancelled and given back, and every thing is held."""
    with transaction():
        take_turn(place_id)
        place = db.session.get_one(Place, place_id)
        closure = place_services.add_closure(
            place_id=place_id, first_day=first_day, last_day=last_day, label=label, actor_id=actor_id, now=now
        )
        period = closure_period(closure, place)
        things = list(queries.directory(place).things)
        entry = journal.record("closure.declared", closure.id, place_id=place_id, actor_id=actor_id, at=now)
        gone = _cancel_all(bookings_in_the_way(things, period), now=now, actor_id=actor_id, cause_id=entry.id, reason=label)
        for thing_id in things:
            _hold(place_id, thing_id, period, closure_id=closure.id)
        _offer_what_is_left(gone, now=now)
        touch_calendar(place_id)
        return Blocked(closure, None, gone)


def reopen(*, closure_id: int, actor_id: int | None, now: datetime) -> None:
    """Cancel a closure: its days can be booked again."""
    with transaction():
        closure = db.session.get_one(Closure, closure_id)
        take_turn(closure.place_id)
        place_services.cancel_closure(closure_id=closure_id, actor_id=actor_id, now=now)
        _give_up(Occupancy.closure_id == closure_id)
        place = db.session.get_one(Place, closure.place_id)
        touch_calendar(closure.place_id)
        offer_freed(closure.place_id, list(queries.directory(place).things), closure_period(closure, place), now=now)


def closure_period(closure: Closure, place: Place) -> Period:
    return Period(at(closure.first_day, 0, place.tz), at(closure.last_day, 1440, place.tz))


def declare_outage(
    *, thing: Thing, period: Period | None, starts_at: datetime, reason: str, actor_id: int | None, now: datetime
) -> Blocked:
    """Take one thing out of service until a time, or until someone ends it: who booked it is told once, and given all back."""
    with transaction():
        take_turn(thing.place_id)
        ends_at = period.ends_at if period is not None else None
        outage = Outage(resource_id=thing.id, starts_at=starts_at, ends_at=ends_at, reason=reason, actor_id=actor_id, created_at=now)
        db.session.add(outage)
        db.session.flush()
        whole = Period(starts_at, ends_at or FOREVER)
        return _stop(thing, outage, whole, event="outage.declared", actor_id=actor_id, now=now)


def prolong_outage(*, outage_id: int, thing: Thing, ends_at: datetime, actor_id: int | None, now: datetime) -> Blocked:
    """It lasts longer than was said: what is booked in the time added goes too, and each person is told once."""
    with transaction():
        take_turn(thing.place_id)
        outage = db.session.get_one(Outage, outage_id, populate_existing=True)
        if outage.ended_at is not None or outage.ends_at is None or outage.ends_at >= ends_at:
            return Blocked(None, outage, [])
        added = Period(max(outage.ends_at, now), ends_at)
        outage.ends_at = ends_at
        db.session.flush()
        return _stop(thing, outage, added, event="outage.prolonged", actor_id=actor_id, now=now)


def _stop(thing: Thing, outage: Outage, period: Period, *, event: str, actor_id: int | None, now: datetime) -> Blocked:
    """Inside a transaction: hold the thing, and what it holds, for this period; who had it is given all back."""
    entry = journal.record(event, outage.id, place_id=thing.place_id, actor_id=actor_id, at=now, resource_id=thing.id)
    ids = _with_what_it_holds(thing)
    blocked = Blocking(frozenset(ids), period)
    gone = _cancel_all(booked_on(ids, period), now=now, actor_id=actor_id, cause_id=entry.id, reason=outage.reason, blocked=blocked)
    for thing_id in ids:
        _hold(thing.place_id, thing_id, period, outage_id=outage.id)
    _offer_what_is_left(gone, now=now)
    touch_calendar(thing.place_id)
    return Blocked(None, outage, gone)


def outage_would_cancel(thing: Thing, *, starts_at: datetime, ends_at: datetime | None) -> list[Booking]:
    """What declaring an outage would cancel: shown before it is confirmed."""
    return booked_on(_with_what_it_holds(thing), Period(starts_at, ends_at or FOREVER))


def end_outage(*, outage_id: int, actor_id: int, now: datetime) -> Outage:
    """It works again."""
    with transaction():
        outage = db.session.get_one(Outage, outage_id)
        thing_place = db.session.scalars(sa.select(Occupancy.place_id).where(Occupancy.outage_id == outage_id).limit(1)).first()
        if outage.ended_at is not None or thing_place is None:
            return outage
        take_turn(thing_place)
        outage.ended_at = now
        rows = db.session.scalars(sa.select(Occupancy).where(Occupancy.outage_id == outage_id, Occupancy.active)).all()
        freed = [row.resource_id for row in rows]
        _give_up(Occupancy.outage_id == outage_id)
        touch_calendar(thing_place)
        journal.record("outage.ended", outage_id, place_id=thing_place, actor_id=actor_id, at=now)
        offer_freed(thing_place, freed, Period(max(now, outage.starts_at), outage.ends_at or FOREVER), now=now)
        return outage


def occupy_new_thing(thing: Thing | Resource, *, now: datetime) -> None:
    """A thing that arrives is held by the closures already announced, like the others."""
    place = db.session.get_one(Place, thing.place_id)
    closures = db.session.scalars(
        sa.select(Closure).where(Closure.place_id == thing.place_id, Closure.cancelled.is_(False), Closure.last_day >= now.date())
    )
    for closure in closures.all():
        _hold(thing.place_id, thing.id, closure_period(closure, place), closure_id=closure.id)


def _with_what_it_holds(thing: Thing) -> list[int]:
    """A space with what stands in it, a pool with its seats, else itself alone."""
    directory = queries.directory(db.session.get_one(Place, thing.place_id))
    inner = directory.inside(thing.id) if thing.kind == "space" else directory.seats(thing.id)
    return [thing.id, *(one.id for one in inner)]


def _cancel_all(
    bookings: Iterable[Booking], *, now: datetime, actor_id: int | None, cause_id: int, reason: str, blocked: Blocking | None = None
) -> list[Booking]:
    """Give these bookings back; of one that holds several seats, only what is blocked and finds no other seat."""
    gone = []
    for booking in bookings:
        if blocked is not None and reseat(booking, blocked, now=now, actor_id=actor_id, cause_id=cause_id):
            continue
        end(booking, everything(booking), now=now, actor_id=actor_id, reason=reason, cause_id=cause_id, offers=False)
        gone.append(booking)
    return gone


def _offer_what_is_left(gone: Iterable[Booking], *, now: datetime) -> None:
    """Only once the things are held: what a cancelled booking had outside of that time goes to who waits."""
    for booking in gone:
        things = [row.resource_id for row in booking.occupancies]
        offer_freed(booking.place_id, things, Period(booking.starts_at, booking.ends_at), now=now)


def _hold(place_id: int, thing_id: int, period: Period, *, closure_id: int | None = None, outage_id: int | None = None) -> None:
    """Hold a thing for the whole period, around what already holds it (another outage, a course session that stays)."""
    for free in _gaps(thing_id, period):
        db.session.add(
            Occupancy(
                place_id=place_id,
                resource_id=thing_id,
                starts_at=free.starts_at,
                ends_at=free.ends_at,
                holder="closure" if closure_id else "outage",
                closure_id=closure_id,
                outage_id=outage_id,
            )
        )
    db.session.flush()


def _gaps(thing_id: int, period: Period) -> list[Period]:
    return without(period, [taken.whole for taken in queries.taken([thing_id], period)[thing_id]])


def _give_up(which: sa.ColumnElement[bool]) -> None:
    db.session.execute(
        sa.update(Occupancy).where(which, Occupancy.active).values(active=False).execution_options(synchronize_session=False)
    )
