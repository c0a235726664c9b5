"""Reads of company: who waits for somebody, who comes too."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.booking.models import LIVE, Booking, Kind, Status
from app.core.db import db
from app.core.period import Period
from app.fablab.models import Companion


def companions(booking_id: int) -> list[Companion]:
    """Who comes too, in the order they joined."""
    query = sa.select(Companion).where(Companion.booking_id == booking_id, Companion.left_at.is_(None))
    query = query.options(joinedload(Companion.member)).order_by(Companion.number)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def companion(booking_id: int, member_id: int) -> Companion | None:
    query = sa.select(Companion).where(Companion.booking_id == booking_id, Companion.member_id == member_id, Companion.left_at.is_(None))
    return db.session.scalar(query)


def waiting_for_company(place_id: int, *, now: datetime, machine_ids: list[int]) -> list[Booking]:
    """The bookings to come that wait for somebody, on the machines that ask for more than one."""
    query = (
        sa.select(Booking)
        .where(
            Booking.place_id == place_id,
            Booking.kind == Kind.MACHINE,
            Booking.status == Status.PENDING,
            Booking.starts_at > now,
            Booking.resource_id.in_(machine_ids),
        )
        .options(joinedload(Booking.member), joinedload(Booking.resource))
        .order_by(Booking.starts_at)
    )
    return list(db.session.scalars(query))


def company_of(member_id: int, period: Period) -> list[Companion]:
    """Where a person goes too."""
    query = (
        sa.select(Companion)
        .join(Booking, Booking.id == Companion.booking_id)
        .where(
            Companion.member_id == member_id,
            Companion.left_at.is_(None),
            Booking.status.in_(LIVE),
            Booking.starts_at < period.ends_at,
            Booking.ends_at > period.starts_at,
        )
        .options(joinedload(Companion.booking).joinedload(Booking.resource), joinedload(Companion.booking).joinedload(Booking.member))
        .order_by(Booking.starts_at)
    )
    return list(db.session.scalars(query))


def lonely(*, now: datetime, until: datetime) -> list[Booking]:
    """The machine bookings that still wait and begin soon."""
    query = sa.select(Booking).where(
        Booking.kind == Kind.MACHINE, Booking.status == Status.PENDING, Booking.starts_at > now, Booking.starts_at <= until
    )
    return list(db.session.scalars(query.order_by(Booking.starts_at)))
