"""Reads of machines and clearances."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.booking.models import Booking, Status
from app.core.db import db
from app.fablab.models import Clearance, ClearanceType, Machine
from app.fablab.rules import Right, expiry


@dataclass(frozen=True, slots=True)
class Needed:
    """The clearance that a machine asks for."""

    type_id: int
    name: str
    policy: str
    months: int | None


def clearance_needed(resource_id: int) -> Needed | None:
    row = db.session.execute(
        sa.select(ClearanceType.id, ClearanceType.name, ClearanceType.policy, ClearanceType.months)
        .join(Machine, Machine.clearance_type_id == ClearanceType.id)
        .where(Machine.resource_id == resource_id)
    ).one_or_none()
    return Needed(*row) if row is not None else None


def rights(member_id: int, needed: Needed, *, zone: ZoneInfo) -> list[Right]:
    """The clearances of a person for a type; one that lapses when unused is counted from the last use."""
    rows = db.session.execute(
        sa.select(Clearance.given_on, Clearance.expires_on, Clearance.revoked_on)
        .where(Clearance.member_id == member_id, Clearance.clearance_type_id == needed.type_id)
        .order_by(Clearance.given_on)
    ).all()
    if needed.policy != "unused" or not rows:
        return [Right(*row) for row in rows]
    used = last_use(member_id, needed.type_id, zone=zone)
    return [
        Right(given, expiry("unused", given_on=given, months=needed.months, until=None, last_used_on=used), revoked)
        for given, _, revoked in rows
    ]


def last_use(member_id: int, clearance_type_id: int, *, zone: ZoneInfo) -> date | None:
    """The day of the last use of a machine of that clearance."""
    last = db.session.scalar(
        sa.select(sa.func.max(Booking.starts_at))
        .join(Machine, Machine.resource_id == Booking.resource_id)
        .where(
            Booking.member_id == member_id,
            Machine.clearance_type_id == clearance_type_id,
            Booking.status.in_((Status.DONE, Status.CHECKED_IN)),
        )
    )
    return last.astimezone(zone).date() if last is not None else None
