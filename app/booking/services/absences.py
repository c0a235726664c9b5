"""A resident's absences: their desk joins the pool, and coming back early never evicts who booked it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.booking import queries
from app.booking.models import Absence, Booking
from app.booking.rules import AlreadyAway, AwayInThePast, AwayTooLong, BadInterval, NoSuchDesk, Thing
from app.booking.services.blocking import bookings_in_the_way
from app.booking.services.freeing import offer_freed
from app.booking.services.writing import take_turn
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period, at
from app.core.refusals import Refused
from app.place.models import Place
from app.place.services import touch_calendar

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class BackEarly:
    """What is left of an absence, and the bookings of the desk that stand all the same."""

    absence: Absence | None
    standing: list[Booking]


def announce_absence(desk: Thing, *, first_day: date, last_day: date, actor_id: int | None, now: datetime) -> Absence:
    """The desk can be booked on these days, both included; who waits for a seat is served first."""
    with transaction():
        take_turn(desk.place_id)
        place = db.session.get_one(Place, desk.place_id)
        _refuse_wrong(desk, first_day, last_day, today=now.astimezone(place.tz).date())
        absence = Absence(resource_id=desk.id, first_day=first_day, last_day=last_day, created_at=now)
        db.session.add(absence)
        db.session.flush()
        touch_calendar(desk.place_id)
        journal.record(
            "absence.announced", absence.id, place_id=desk.place_id, actor_id=actor_id, member_id=desk.holder_id, at=now, **_days(absence)
        )
        offer_freed(desk.place_id, [desk.id], _period(place, first_day, last_day), now=now)
        return absence


def come_back(absence: Absence, *, on: date, actor_id: int | None, now: datetime) -> BackEarly:
    """The resident is there again from this day; the days before stay lent, and what was booked after stands."""
    with transaction():
        desk = queries.thing_of(absence.resource_id)
        take_turn(desk.place_id)
        place = db.session.get_one(Place, desk.place_id)
        row = db.session.get(Absence, absence.id, populate_existing=True)
        on = max(on, now.astimezone(place.tz).date())
        if row is None or row.last_day < on:
            return BackEarly(row, [])
        standing = bookings_in_the_way([desk.id], _period(place, max(on, row.first_day), row.last_day))
        journal.record(
            "absence.ended",
            row.id,
            place_id=desk.place_id,
            actor_id=actor_id,
            member_id=desk.holder_id,
            at=now,
            on=on.isoformat(),
            **_days(row),
        )
        if on <= row.first_day:
            db.session.delete(row)
            row = None
        else:
            row.last_day = on - timedelta(days=1)
        db.session.flush()
        touch_calendar(desk.place_id)
        return BackEarly(row, standing)


def _refuse_wrong(desk: Thing, first_day: date, last_day: date, *, today: date) -> None:
    if not desk.is_fixed or desk.holder_id is None:
        raise Refused(NoSuchDesk(name=desk.name))
    if last_day < first_day:
        raise Refused(BadInterval())
    if first_day < today:
        raise Refused(AwayInThePast())
    if last_day - first_day > LONGEST or first_day - today > LONGEST:
        raise Refused(AwayTooLong())
    other = db.session.scalars(
        sa.select(Absence)
        .where(Absence.resource_id == desk.id, Absence.first_day <= last_day, Absence.last_day >= first_day)
        .order_by(Absence.first_day)
        .limit(1)
    ).first()
    if other is not None:
        raise Refused(AlreadyAway(first=other.first_day, last=other.last_day))


def _period(place: Place, first_day: date, last_day: date) -> Period:
    return Period(at(first_day, 0, place.tz), at(last_day, 1440, place.tz))


def _days(absence: Absence) -> dict[str, Any]:
    return {"first_day": absence.first_day.isoformat(), "last_day": absence.last_day.isoformat()}
