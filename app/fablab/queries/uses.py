"""Reads of what happens on a machine now."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.booking import queries as booking
from app.booking.models import Booking, Occupancy, Status
from app.booking.rules import Thing, grid
from app.booking.services.arriving import EARLY
from app.core.db import db
from app.core.period import Period
from app.fablab.models import Material, Use
from app.place import queries as place_queries
from app.place.models import Place

NEXT = timedelta(minutes=30)  # who comes so soon after comes next


def running_use(resource_id: int) -> Use | None:
    """Who has it on now."""
    return db.session.scalar(
        sa.select(Use)
        .where(Use.resource_id == resource_id, Use.ended_at.is_(None))
        .options(joinedload(Use.booking), joinedload(Use.member))
        .execution_options(populate_existing=True)
    )


def use(use_id: int) -> Use | None:
    return db.session.get(Use, use_id)


def booking_of_now(resource_id: int, member_id: int, *, now: datetime) -> Booking | None:
    """A person's own booking of this machine that may begin now."""
    return db.session.scalar(
        sa.select(Booking)
        .where(
            Booking.resource_id == resource_id,
            Booking.member_id == member_id,
            Booking.status.in_((Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)),
            Booking.starts_at <= now + EARLY,
            Booking.ends_at > now,
        )
        .order_by(Booking.starts_at)
        .limit(1)
    )


def last_booking(resource_id: int, member_id: int, *, since: datetime) -> Booking | None:
    """The last that a person had of it, not long ago: matter may still be added."""
    return db.session.scalar(
        sa.select(Booking)
        .where(
            Booking.resource_id == resource_id,
            Booking.member_id == member_id,
            Booking.status.in_((Status.CHECKED_IN, Status.DONE)),
            Booking.ends_at > since,
        )
        .order_by(Booking.starts_at.desc())
        .limit(1)
    )


def free_until(thing: Thing, *, now: datetime) -> datetime:
    """Until when somebody who takes it on the spot could have it: the next who has it, closing time, its longest use."""
    latest = now.replace(second=0, microsecond=0) + timedelta(minutes=thing.rules.max_minutes)
    taken = [one.whole.starts_at for one in booking.taken([thing.id], Period(now, latest))[thing.id] if one.whole.starts_at > now]
    closing = _closing(thing, now)
    return min([latest, *taken, *([closing] if closing is not None else [])])


def why_stop(resource_id: int, ends_at: datetime, *, place: Place) -> str:
    """Why one must stop on time: `next` (somebody has it then), `closing`, or nothing."""
    thing = booking.directory(place).any(resource_id)
    following = sa.select(Occupancy.id).where(
        Occupancy.active,
        Occupancy.resource_id == resource_id,
        Occupancy.starts_at >= ends_at,
        Occupancy.starts_at < ends_at + NEXT,
    )
    if db.session.scalar(following.limit(1)) is not None:
        return "next"
    closing = _closing(thing, ends_at - timedelta(minutes=1))
    return "closing" if closing is not None and closing <= ends_at + NEXT else ""


def _closing(thing: Thing, moment: datetime) -> datetime | None:
    """When the open stretch of that moment ends; none outside opening hours."""
    calendar = place_queries.calendar(thing.place_id)
    day, seconds = moment.astimezone(calendar.zone).date(), moment.timestamp()
    stretches = grid.joined(*grid.frame(calendar, day, 1, hours=thing.rules.hours).open)
    return next((datetime.fromtimestamp(end, calendar.zone) for start, end in stretches if start <= seconds < end), None)


def materials(booking_id: int) -> list[Material]:
    """What was taken for a booking."""
    return list(
        db.session.scalars(
            sa.select(Material).where(Material.booking_id == booking_id).options(joinedload(Material.article)).order_by(Material.id)
        )
    )


def use_of_booking(booking_id: int) -> Use | None:
    return db.session.scalar(sa.select(Use).where(Use.booking_id == booking_id))
