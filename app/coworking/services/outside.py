"""Busy times that come from a calendar of elsewhere: each takes its thing here, around what somebody already has."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.booking import queries as booking
from app.booking.models import Occupancy, Outage
from app.booking.rules import Thing
from app.booking.services.freeing import offer_freed
from app.booking.services.writing import take_turn
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period, without
from app.coworking.models import OutsideCalendar
from app.coworking.rules import Busy
from app.place.services import touch_calendar


def read_calendar(
    thing: Thing, *, label: str, times: Sequence[Busy], actor_id: int, now: datetime, calendar_id: int | None = None
) -> OutsideCalendar:
    """Take a thing at these times, instead of those that the same calendar gave before; nobody's booking is touched."""
    with transaction():
        take_turn(thing.place_id)
        row = db.session.get(OutsideCalendar, calendar_id) if calendar_id is not None else None
        if row is None:
            row = OutsideCalendar(place_id=thing.place_id, resource_id=thing.id, label=label, created_at=now, busy=0, missed=0)
            db.session.add(row)
            db.session.flush()
        _give_up(row, now=now, but={one.key for one in times})
        known = set(db.session.scalars(sa.select(Outage.outside_key).where(Outage.outside_id == row.id, Outage.ended_at.is_(None))))
        row.missed = sum(_take(row, thing, one, actor_id=actor_id, now=now) for one in times if one.key not in known)
        row.busy, row.read_at, row.label = len(times), now, label
        db.session.flush()
        touch_calendar(thing.place_id)
        journal.record("outside.read", row.id, place_id=thing.place_id, actor_id=actor_id, at=now, busy=row.busy, missed=row.missed)
        return row


def forget_calendar(row: OutsideCalendar, *, actor_id: int, now: datetime) -> None:
    """Its times are free again."""
    with transaction():
        take_turn(row.place_id)
        _give_up(row, now=now, but=set())
        touch_calendar(row.place_id)
        journal.record("outside.forgotten", row.id, place_id=row.place_id, actor_id=actor_id, at=now)
        db.session.delete(row)
        db.session.flush()


def _take(row: OutsideCalendar, thing: Thing, one: Busy, *, actor_id: int, now: datetime) -> int:
    """Hold what is still free of it; 1 when somebody here already had some of it."""
    held = Outage(
        resource_id=thing.id,
        starts_at=one.period.starts_at,
        ends_at=one.period.ends_at,
        reason=row.label,
        actor_id=actor_id,
        created_at=now,
        outside_id=row.id,
        outside_key=one.key,
    )
    db.session.add(held)
    db.session.flush()
    gaps = without(one.period, [taken.whole for taken in booking.taken([thing.id], one.period)[thing.id]])
    for free in gaps:
        db.session.add(
            Occupancy(
                place_id=thing.place_id,
                resource_id=thing.id,
                starts_at=free.starts_at,
                ends_at=free.ends_at,
                holder="booking",
                outage_id=held.id,
            )
        )
        db.session.flush()
    return int(gaps != [one.period])


def _give_up(row: OutsideCalendar, *, now: datetime, but: set[str]) -> None:
    """The times that the calendar no longer has."""
    gone = db.session.scalars(
        sa.select(Outage).where(Outage.outside_id == row.id, Outage.ended_at.is_(None), Outage.outside_key.not_in(but))
    ).all()
    for outage in gone:
        outage.ended_at = now
        db.session.execute(
            sa.update(Occupancy)
            .where(Occupancy.outage_id == outage.id, Occupancy.active)
            .values(active=False)
            .execution_options(synchronize_session=False)
        )
    db.session.flush()
    for outage in gone:
        if outage.ends_at is not None and outage.ends_at > now:
            offer_freed(row.place_id, [outage.resource_id], Period(outage.starts_at, outage.ends_at), now=now)
