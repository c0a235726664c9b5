"""Somebody left a group: what it had set aside for their days to come goes back to it."""

from datetime import datetime

import sqlalchemy as sa

from app.billing import services as billing
from app.billing.queries.shared import shared_lots
from app.booking.models import OCCUPYING, Booking
from app.booking.services.cancelling import cancel
from app.core.db import db, transaction
from app.members import queries as members
from app.place.queries import day_at


def lose_with_group(*, member_id: int, group_id: int, actor_id: int | None, now: datetime) -> list[Booking]:
    """What they booked with units of this group, on days when they are no longer in it, is cancelled and given back."""
    with transaction():
        gone = []
        coming = sa.select(Booking).where(Booking.member_id == member_id, Booking.status.in_(OCCUPYING), Booking.starts_at > now)
        for row in db.session.scalars(coming.order_by(Booking.starts_at, Booking.id)).all():
            if _is_held_by(row, group_id) and not _is_in(group_id, row):
                done = cancel(booking_id=row.id, actor_id=actor_id, by_lieu=True, now=now, reason=_name_of(group_id))
                gone.append(done.booking)
        return gone


def _is_held_by(row: Booking, group_id: int) -> bool:
    held = billing.held_units(row.price_ref)
    return any(lot.id in held for lot in shared_lots(group_id, row.place_id))


def _is_in(group_id: int, row: Booking) -> bool:
    """Whether the person is in the group on the day of this booking."""
    day = day_at(row.place_id, row.starts_at)
    return any(group.id == group_id for group in members.groups_of(row.member_id, on=day))


def _name_of(group_id: int) -> str:
    group = members.group(group_id)
    return group.name if group else ""
