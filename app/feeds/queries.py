"""What the feeds show, each in one query."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import structlog

from app.booking import queries as booking
from app.booking.models import Booking, Kind, Occupancy, Outage, Resource
from app.booking.papers import NEVER_SHOWN, Dated
from app.core.db import db
from app.core.period import Period
from app.feeds.rules import Busy
from app.members.models import AccessToken

MOST = 4000  # events of one feed; a lieu that has more is seen elsewhere
UNDATED = datetime(2020, 1, 1, tzinfo=UTC)  # of what does not say when it was decided

_log = structlog.get_logger(__name__)


def bookings(member_id: int, window: Period) -> list[Dated]:
    """A person's bookings, those that were given up too: their calendar strikes them out."""
    return booking.dated(
        Booking.member_id == member_id,
        Booking.kind.not_in((Kind.SESSION, Kind.TRAINING)),  # the course and the initiation tell their own
        Booking.starts_at >= window.starts_at,
        Booking.starts_at < window.ends_at,
        Booking.status.not_in(NEVER_SHOWN),
    )[:MOST]


def busy(window: Period, *which: sa.ColumnElement[bool]) -> list[Busy]:
    """When these things are taken, buffers left aside; what is only kept for a while is not told."""
    rows = db.session.execute(
        sa.select(
            Occupancy.id,
            Occupancy.starts_at,
            Occupancy.ends_at,
            Occupancy.buffer_before,
            Occupancy.buffer_after,
            Occupancy.resource_id,
            Resource.pool_id,
            Resource.name,
            Booking.uid,
            Booking.starts_at.label("first_start"),
            Booking.sequence,
            Booking.changed_at,
            Outage.created_at.label("declared_at"),
        )
        .join(Resource, Resource.id == Occupancy.resource_id)
        .outerjoin(Booking, Booking.id == Occupancy.booking_id)
        .outerjoin(Outage, Outage.id == Occupancy.outage_id)
        .where(
            *which,
            Occupancy.active,
            Occupancy.lapses_at.is_(None),
            Occupancy.starts_at < window.ends_at,
            Occupancy.ends_at > window.starts_at,
        )
        .order_by(Occupancy.starts_at, Occupancy.resource_id)
        .limit(MOST)
    ).all()
    if len(rows) == MOST:
        _log.warning("feed_cut", events=MOST)
    return [_busy(window, row) for row in rows]


def _busy(window: Period, row: Any) -> Busy:
    whole = Period(row.starts_at, min(row.ends_at, window.ends_at))
    used = whole.widened(before=-row.buffer_before, after=-row.buffer_after)
    return Busy(
        key=_key(row, used),
        resource_id=row.resource_id,
        pool_id=row.pool_id,
        name=row.name,
        starts_at=used.starts_at,
        ends_at=used.ends_at,
        sequence=row.sequence or 0,
        changed_at=row.changed_at or row.declared_at or UNDATED,
    )


def _key(row: Any, used: Period) -> str:
    """One name for what one booking holds of one thing; a group that comes back on other days adds the day to it."""
    if not row.uid:
        return f"occupancy-{row.id}"
    name = f"{row.uid.partition('@')[0]}.{row.resource_id}"
    return name if used.starts_at == row.first_start else f"{name}.{used.starts_at:%Y%m%d}"


def addresses() -> dict[str, datetime]:
    """Since when each calendar that belongs to nobody has an address that works, by its subject."""
    rows = db.session.execute(
        sa.select(AccessToken.subject, sa.func.max(AccessToken.created_at))
        .where(AccessToken.purpose == "feed", AccessToken.member_id.is_(None), AccessToken.revoked_at.is_(None))
        .group_by(AccessToken.subject)
    )
    return {row.subject: row[1] for row in rows}
