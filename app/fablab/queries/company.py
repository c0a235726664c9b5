"""Reads of company: who waits for somebody, who comes too."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.booking.models import LIVE, Booking, Kind, Resource, Status
from app.core.db import db
from app.core.period import Period
from app.fablab.models import Companion
from app.members.models import Member


class Coming(NamedTuple):
    """Somebody who lets it be seen that they come, and for which machine."""

    name: str
    starts_at: datetime
    ends_at: datetime
    machine: str
    code: str


def who_comes(place_id: int, period: Period, *, seen_by: int) -> list[Coming]:
    """Who has a machine then, or joins somebody on one, of those who agreed that it be seen; without oneself."""
    facts = (Member.name, Booking.starts_at, Booking.ends_at, Resource.name.label("machine"), Resource.code)
    which = (
        Booking.place_id == place_id,
        Booking.kind == Kind.MACHINE,
        Booking.status.in_((Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)),
        Booking.guest_name == "",
        Booking.starts_at < period.ends_at,
        Booking.ends_at > period.starts_at,
        Member.shows_presence,
        Member.status == "active",
        Member.id != seen_by,
    )
    own = sa.select(*facts).join(Member, Member.id == Booking.member_id).join(Resource, Resource.id == Booking.resource_id).where(*which)
    joins = (
        sa.select(*facts)
        .join(Companion, sa.and_(Companion.booking_id == Booking.id, Companion.left_at.is_(None)))
        .join(Member, Member.id == Companion.member_id)
        .join(Resource, Resource.id == Booking.resource_id)
        .where(*which)
    )
    return sorted((Coming._make(row) for row in db.session.execute(sa.union_all(own, joins))), key=lambda one: (one.starts_at, one.name))


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
