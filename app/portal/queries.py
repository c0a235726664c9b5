"""Reads of the portal: what happened to a booking, what waits for a person, what waits for the lieu."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from app.billing.models import Charge
from app.booking import queries as booking
from app.booking.models import OCCUPYING, Booking, Kind, Outage, Resource, Series, SeriesDate, Status, WaitlistEntry
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.period import Period
from app.core.text import searchable
from app.fablab.models import Clearance, ClearanceType
from app.members.models import Member

TOLD_BY_ROOMS = (Kind.SESSION, Kind.TRAINING)
TOLD = (
    *(f"booking.{status}" for status in Status),
    "booking.moved",
    "booking.noted",
    "booking.reseated",
    "booking.forgiven",
    "booking.on_trust",
    "booking.held_offer",
)


class Happened(NamedTuple):
    """A line of a booking's history."""

    at: datetime
    event: str
    actor: str  # who did it; empty: the lieu by itself
    actor_id: int | None


def history(booking_id: int) -> list[Happened]:
    rows = db.session.execute(
        sa.select(JournalEntry.at, JournalEntry.event, Member.name, JournalEntry.actor_id)
        .outerjoin(Member, Member.id == JournalEntry.actor_id)
        .where(JournalEntry.event.in_(TOLD), JournalEntry.subject_id == booking_id)
        .order_by(JournalEntry.id)
    )
    return [Happened(at, event, name or "", actor_id) for at, event, name, actor_id in rows]


class Own(NamedTuple):
    """A booking of one's own, as a week shows it."""

    id: int
    status: str
    half: str | None
    starts_at: datetime
    ends_at: datetime
    resource_id: int
    price_cents: int
    covered_by: list[dict[str, object]]
    held_until: datetime | None
    created_at: datetime
    guest_name: str
    note: str


_OWN = (
    *(Booking.id, Booking.status, Booking.half, Booking.starts_at, Booking.ends_at, Booking.resource_id),
    *(Booking.price_cents, Booking.covered_by, Booking.held_until, Booking.created_at, Booking.guest_name, Booking.note),
)
SHOWN = (*OCCUPYING, Status.DONE, Status.NO_SHOW)


def own_bookings(member_id: int, period: Period) -> list[Own]:
    """Everything of a person that touches a period, in order."""
    rows = db.session.execute(
        sa.select(*_OWN)
        .where(
            Booking.member_id == member_id,
            Booking.kind.not_in(TOLD_BY_ROOMS),  # the course and the initiation show their own
            Booking.starts_at < period.ends_at,
            Booking.starts_at > period.starts_at - timedelta(days=31),
            Booking.ends_at > period.starts_at,
            Booking.status.in_(SHOWN),
        )
        .order_by(Booking.starts_at, Booking.id)
    )
    return _in_parts([Own._make(row) for row in rows])


def next_booking(member_id: int, now: datetime) -> Own | None:
    """What comes next, or runs now."""
    row = db.session.execute(
        sa.select(*_OWN)
        .where(
            Booking.member_id == member_id,
            Booking.kind.not_in(TOLD_BY_ROOMS),
            Booking.ends_at > now,
            Booking.starts_at > now - timedelta(days=31),
            Booking.status.in_((Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)),
        )
        .order_by(Booking.starts_at, Booking.id)
        .limit(1)
    ).one_or_none()
    return next((part for part in _in_parts([Own._make(row)]) if part.ends_at > now), None) if row is not None else None


def _in_parts(rows: list[Own]) -> list[Own]:
    """A group's booking of several days as its half-days."""
    parts = booking.stretches([row.id for row in rows if row.ends_at - row.starts_at > booking.ONE_DAY])
    return [
        row._replace(starts_at=part.starts_at, ends_at=part.ends_at)
        for row in rows
        for part in parts.get(row.id, [Period(row.starts_at, row.ends_at)])
    ]


def offers(member_id: int, now: datetime) -> list[Own]:
    """Places kept for a person from a waiting list, until they answer."""
    rows = db.session.execute(
        sa.select(*_OWN)
        .join(WaitlistEntry, WaitlistEntry.booking_id == Booking.id)
        .where(Booking.member_id == member_id, Booking.status == Status.HELD, Booking.held_until > now, WaitlistEntry.state == "offered")
        .order_by(Booking.held_until)
    )
    return [Own._make(row) for row in rows]


def offer_entry(booking_id: int) -> int | None:
    """The waiting-list entry whose offer a held booking is, while it is open."""
    found: int | None = db.session.scalar(
        sa.select(WaitlistEntry.id).where(WaitlistEntry.booking_id == booking_id, WaitlistEntry.state == "offered")
    )
    return found


class Waiting(NamedTuple):
    entry_id: int
    resource_id: int
    starts_at: datetime
    ends_at: datetime
    rank: int  # 1: first in line


def waiting(member_id: int, now: datetime) -> list[Waiting]:
    """Where a person waits, and their place in each line: one query, whatever their number."""
    entry, before = WaitlistEntry.__table__, WaitlistEntry.__table__.alias("before_me")
    ahead = (
        sa.select(sa.func.count(before.c.id))
        .where(
            before.c.resource_id == entry.c.resource_id,
            before.c.state == "waiting",
            before.c.starts_at < entry.c.ends_at,
            before.c.ends_at > entry.c.starts_at,
            sa.or_(
                before.c.created_at < entry.c.created_at,
                sa.and_(before.c.created_at == entry.c.created_at, before.c.id < entry.c.id),
            ),
        )
        .correlate(entry)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(entry.c.id, entry.c.resource_id, entry.c.starts_at, entry.c.ends_at, ahead)
        .where(entry.c.member_id == member_id, entry.c.state == "waiting", entry.c.ends_at > now)
        .order_by(entry.c.starts_at, entry.c.id)
    )
    return [Waiting(entry_id, resource_id, start, end, count + 1) for entry_id, resource_id, start, end, count in rows]


class Past(NamedTuple):
    """A booking as the history of a person shows it."""

    id: int
    place_id: int
    status: str
    half: str | None
    starts_at: datetime
    ends_at: datetime
    resource_id: int
    price_cents: int
    covered_by: list[dict[str, object]]
    guest_name: str
    forgiven_at: datetime | None
    forgiven_why: str


_PAST = (
    *(Booking.id, Booking.place_id, Booking.status, Booking.half, Booking.starts_at, Booking.ends_at, Booking.resource_id),
    *(Booking.price_cents, Booking.covered_by, Booking.guest_name, Booking.forgiven_at, Booking.forgiven_why),
)
MOST_PAST = 400


def past(member_id: int, period: Period) -> list[Past]:
    """All that a person booked in a period, whatever became of it; what was only held for a while is left out."""
    rows = db.session.execute(
        sa.select(*_PAST)
        .where(
            Booking.member_id == member_id,
            Booking.kind.not_in(TOLD_BY_ROOMS),
            Booking.starts_at >= period.starts_at,
            Booking.starts_at < period.ends_at,
            Booking.status.not_in((Status.HELD, Status.EXPIRED, Status.RELEASED)),
        )
        .order_by(Booking.starts_at, Booking.id)
        .limit(MOST_PAST)
    )
    return [Past._make(row) for row in rows]


def remembered(member_id: int, *, since: datetime) -> list[Past]:
    """No-shows and late cancellations, newest first."""
    rows = db.session.execute(
        sa.select(*_PAST)
        .where(
            Booking.member_id == member_id,
            Booking.starts_at >= since,
            Booking.status.in_((Status.NO_SHOW, Status.LATE_CANCELLED)),
        )
        .order_by(Booking.starts_at.desc(), Booking.id.desc())
        .limit(MOST_PAST)
    )
    return [Past._make(row) for row in rows]


class Freed(NamedTuple):
    """A skipped date of a series whose obstacle has gone."""

    id: int
    resource_id: int
    starts_at: datetime
    ends_at: datetime
    half: str | None


def freed_dates(member_id: int, now: datetime) -> list[Freed]:
    rows = db.session.execute(
        sa.select(SeriesDate.id, Series.resource_id, SeriesDate.original_start, SeriesDate.ends_at, Series.whole_half)
        .join(Series, Series.id == SeriesDate.series_id)
        .where(
            Series.member_id == member_id,
            SeriesDate.state == "skipped",
            SeriesDate.freed_told_at.is_not(None),
            SeriesDate.original_start > now,
        )
        .order_by(SeriesDate.original_start)
    )
    return [Freed._make(row) for row in rows]


# ---------------------------------------------------------------- the lieu's


class Coming(NamedTuple):
    """A booking of a day, with who comes."""

    id: int
    kind: str
    status: str
    half: str | None
    starts_at: datetime
    ends_at: datetime
    resource_id: int
    member_id: int
    name: str
    guest_name: str
    note: str
    price_cents: int
    override_reason: str


def coming(place_id: int, period: Period, *, statuses: Collection[str] = SHOWN) -> list[Coming]:
    """Every booking that touches a period, in order; one query."""
    rows = db.session.execute(
        sa.select(
            *(Booking.id, Booking.kind, Booking.status, Booking.half, Booking.starts_at, Booking.ends_at, Booking.resource_id),
            *(Booking.member_id, Member.name, Booking.guest_name, Booking.note, Booking.price_cents, Booking.override_reason),
        )
        .join(Member, Member.id == Booking.member_id)
        .where(
            Booking.place_id == place_id,
            Booking.starts_at < period.ends_at,
            Booking.starts_at > period.starts_at - timedelta(days=31),
            Booking.ends_at > period.starts_at,
            Booking.status.in_(list(statuses)),
        )
        .order_by(Booking.starts_at, Booking.id)
    )
    return [Coming._make(row) for row in rows]


def pending(place_id: int, now: datetime) -> list[Coming]:
    """What waits for the lieu's yes or no."""
    rows = db.session.execute(
        sa.select(
            *(Booking.id, Booking.kind, Booking.status, Booking.half, Booking.starts_at, Booking.ends_at, Booking.resource_id),
            *(Booking.member_id, Member.name, Booking.guest_name, Booking.note, Booking.price_cents, Booking.override_reason),
        )
        .join(Member, Member.id == Booking.member_id)
        .where(Booking.place_id == place_id, Booking.status == Status.PENDING, Booking.starts_at > now)
        .order_by(Booking.starts_at, Booking.id)
        .limit(50)
    )
    return [Coming._make(row) for row in rows]


class Broken(NamedTuple):
    """An outage that runs or is announced."""

    id: int
    resource_id: int
    name: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    actor: str


def outages(place_id: int, now: datetime) -> list[Broken]:
    rows = db.session.execute(
        sa.select(Outage.id, Outage.resource_id, Resource.name, Outage.starts_at, Outage.ends_at, Outage.reason, Member.name)
        .join(Resource, Resource.id == Outage.resource_id)
        .outerjoin(Member, Member.id == Outage.actor_id)
        .where(
            Resource.place_id == place_id,
            Outage.ended_at.is_(None),
            Outage.outside_id.is_(None),
            sa.or_(Outage.ends_at.is_(None), Outage.ends_at > now),
        )
        .order_by(Outage.starts_at, Outage.id)
    )
    return [Broken(*row[:6], row[6] or "") for row in rows]


def members_named(letters: str, *, limit: int = 20) -> list[Member]:
    """The people whose name or address holds these letters, however they are accented."""
    wanted = searchable(letters).replace("\\", "").replace("%", "").replace("_", "")
    return list(
        db.session.scalars(
            sa.select(Member)
            .where(Member.status == "active", Member.search_text.contains(wanted, autoescape=True))
            .order_by(Member.name, Member.id)
            .limit(limit)
        )
    )


# ---------------------------------------------------------------- pictures


def income(place_id: int, first: date, last: date) -> dict[tuple[int, int], int]:
    """What each month's use is billed, in cents, by (year, month)."""
    year, month = sa.extract("year", Charge.used_on), sa.extract("month", Charge.used_on)
    rows = db.session.execute(
        sa.select(year, month, sa.func.sum(Charge.cents))
        .where(Charge.place_id == place_id, Charge.used_on >= first, Charge.used_on <= last)
        .group_by(year, month)
    )
    return {(int(year), int(month)): int(cents) for year, month, cents in rows}


def lapsing(place_id: int, first: date, last: date) -> list[tuple[str, str]]:
    """The rights that end soon and were not renewed: (name of the clearance, name of the person)."""
    newer = sa.orm.aliased(Clearance)
    rows = db.session.execute(
        sa.select(ClearanceType.name, Member.name)
        .join(Clearance, Clearance.clearance_type_id == ClearanceType.id)
        .join(Member, Member.id == Clearance.member_id)
        .where(
            ClearanceType.place_id == place_id,
            Clearance.revoked_on.is_(None),
            Clearance.expires_on.between(first, last),
            Member.status == "active",
            ~sa.exists().where(
                newer.member_id == Clearance.member_id,
                newer.clearance_type_id == Clearance.clearance_type_id,
                newer.revoked_on.is_(None),
                sa.or_(newer.expires_on.is_(None), newer.expires_on > last),
            ),
        )
        .order_by(ClearanceType.name, Member.name)
        .limit(50)
    )
    return [(name, person) for name, person in rows]


def shown_by_name(member_ids: Collection[int]) -> set[int]:
    """Those who agreed that their name be seen where they are."""
    return set(db.session.scalars(sa.select(Member.id).where(Member.id.in_(sorted(member_ids)), Member.shows_presence)))
