"""Tables of the engine: things, who holds them when, and what was asked."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.members.models import Member

RESOURCE_KINDS = ("desk", "office", "room", "booth", "machine", "space", "pool")
STATES = ("in_service", "needs_attention", "out_of_service", "retired")


class Kind(StrEnum):
    """What a thing is wanted for. Each has a policy in `app/wiring.py`."""

    DESK = "desk"
    OFFICE = "office"
    ROOM = "room"
    BOOTH = "booth"
    MACHINE = "machine"
    SPACE = "space"
    SESSION = "session"  # a course takes a classroom or a trainer
    TRAINING = "training"  # an initiation takes its machines
    EVENT = "event"  # a repair café, a workshop, a class of the lieu takes its room


# The lieu takes these for itself: no quota, no seat, no price of a person, nobody to be late.
NOT_FOR_PEOPLE = (Kind.SESSION, Kind.TRAINING, Kind.EVENT)


class Status(StrEnum):
    HELD = "held"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    DONE = "done"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    NO_SHOW = "no_show"
    REJECTED = "rejected"
    RELEASED = "released"
    EXPIRED = "expired"


OCCUPYING = (Status.HELD, Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)
LIVE = (*OCCUPYING, Status.DONE)
# In these words in the index and in the queries, so that both databases see that one answers the other.
IS_OPEN = "status IN ('pending', 'confirmed', 'checked_in')"
IS_OCCUPYING = "status IN ('held', 'pending', 'confirmed', 'checked_in')"


class KindRules(Model):
    """Réglages by default of a kind of thing in a lieu; each thing may say otherwise. Keys: `booking.rules.Rules`."""

    __tablename__ = "booking_kind_rules"
    __table_args__ = (sa.UniqueConstraint("place_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    rules: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


class Resource(Model):
    """Chose réservable: a desk, a room, a machine, a whole space, or a pool of alike seats."""

    __tablename__ = "booking_resource"
    __table_args__ = (
        sa.UniqueConstraint("place_id", "kind", "code"),
        sa.CheckConstraint("kind IN (" + ", ".join(f"'{kind}'" for kind in RESOURCE_KINDS) + ")", name="kind"),
        sa.CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in STATES) + ")", name="state"),
        sa.CheckConstraint("capacity >= 0", name="capacity"),
        sa.Index("ix_resource_space", "space_id"),
        sa.Index("ix_resource_pool", "pool_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[str] = mapped_column(sa.String(10))
    name: Mapped[str] = mapped_column(sa.String(120))
    family: Mapped[str] = mapped_column(sa.String(40), default="")  # of a machine: laser, cnc…
    capacity: Mapped[int] = mapped_column(default=1)  # people; of a pool, it follows from its seats
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking_resource.id"))  # where it stands
    pool_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking_resource.id"))  # the pool it is a seat of
    holder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))  # resident of a fixed desk
    state: Mapped[str] = mapped_column(sa.String(15), default="in_service")
    bookable: Mapped[bool] = mapped_column(default=True)
    public: Mapped[bool] = mapped_column(default=True)
    description: Mapped[str] = mapped_column(sa.Text, default="")
    equipment: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    rank: Mapped[int] = mapped_column(default=0)  # order on screens
    rules: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # what differs from its kind's
    plan_box: Mapped[list[int] | None] = mapped_column(sa.JSON)  # [x, y, width, height] on the floor plan; none: not drawn
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # area, value, kW… for pages and the kit's dump

    @property
    def is_pool(self) -> bool:
        return self.kind == "pool"


class Absence(Model):
    """Absence d'un résident: days, both included, when a fixed desk joins the pool."""

    __tablename__ = "booking_absence"
    __table_args__ = (sa.CheckConstraint("first_day <= last_day", name="forward"), sa.Index("ix_absence_resource", "resource_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Series(Model):
    """Série: a recurring wish, in wall-clock time; its dates are in `SeriesDate`."""

    __tablename__ = "booking_series"
    __table_args__ = (sa.Index("ix_series_member", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    actor_id: Mapped[int | None]
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    rrule: Mapped[str] = mapped_column(sa.String(300))
    first_start: Mapped[datetime] = mapped_column(sa.DateTime)  # wall clock of the lieu, without zone on purpose
    minutes: Mapped[int]
    whole_half: Mapped[str | None] = mapped_column(sa.String(10))  # a desk: morning, afternoon or day
    exdates: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    split_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking_series.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Booking(Model):
    """Réservation: one wish of one person, for one thing or several, all or nothing. Never deleted."""

    __tablename__ = "booking"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="forward"),
        sa.CheckConstraint("status IN (" + ", ".join(f"'{status}'" for status in Status) + ")", name="status"),
        sa.CheckConstraint("kind IN (" + ", ".join(f"'{kind}'" for kind in Kind) + ")", name="kind"),
        sa.CheckConstraint("(status = 'held') = (held_until IS NOT NULL)", name="held_until"),
        sa.Index("ix_booking_member", "member_id", "starts_at"),
        sa.Index("ix_booking_place", "place_id", "starts_at"),
        sa.Index("ix_booking_series", "series_id"),
        sa.Index("ix_booking_due", "starts_at", sqlite_where=sa.text(IS_OPEN), postgresql_where=sa.text(IS_OPEN)),
        sa.Index(
            "ix_booking_held",
            "held_until",
            sqlite_where=sa.text("held_until IS NOT NULL"),
            postgresql_where=sa.text("held_until IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))  # the thing; the first one when there are several
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(sa.String(15))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    free_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # cancelling before this instant gives all back; frozen
    late_fee_percent: Mapped[int] = mapped_column(default=100)  # frozen
    priced: Mapped[int] = mapped_column(default=0)  # how many times its price was made anew (moves); names it in the ledger
    price_cents: Mapped[int] = mapped_column(default=0)  # money to pay, frozen
    covered_by: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)  # frozen; see billing.Charge
    half: Mapped[str | None] = mapped_column(sa.String(10))  # morning, afternoon, day
    for_lieu: Mapped[bool] = mapped_column(default=False)  # the lieu's own use: whoever booked it holds it in its name, nothing is due
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    guest_name: Mapped[str] = mapped_column(sa.String(120), default="")
    override_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    cancel_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking_series.id"))
    actor_id: Mapped[int | None]  # who made it
    uid: Mapped[str] = mapped_column(sa.String(80), unique=True)  # of its calendar event, for ever
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forgiven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a no-show or a late cancellation that nothing is kept for
    forgiven_why: Mapped[str] = mapped_column(sa.String(500), default="")

    resource: Mapped[Resource] = relationship()
    member: Mapped[Member] = relationship()
    occupancies: Mapped[list["Occupancy"]] = relationship(back_populates="booking")

    @property
    def price_ref(self) -> str:
        """The name of its price in the ledger; a move that changes the price makes a new one."""
        return f"booking:{self.id}" if self.priced == 0 else f"booking:{self.id}:{self.priced}"


class SeriesDate(Model):
    """Date d'une série: booked, skipped (and why; can be booked again), refused, or cancelled."""

    __tablename__ = "booking_series_date"
    __table_args__ = (
        sa.UniqueConstraint("series_id", "original_start"),
        sa.CheckConstraint("state IN ('booked', 'skipped', 'refused', 'cancelled')", name="state"),
        sa.Index("ix_series_date_booking", "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_series.id"))
    original_start: Mapped[datetime] = mapped_column(UtcDateTime)  # its RECURRENCE-ID, even when moved
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.String(40), default="")
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))
    freed_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Outage(Model):
    """Panne or planned maintenance of one thing; without an end it lasts until someone ends it."""

    __tablename__ = "booking_outage"
    __table_args__ = (
        sa.CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name="forward"),
        sa.Index("ix_outage_resource", "resource_id"),
        sa.Index("ix_outage_outside", "outside_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(sa.String(500))
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outside_id: Mapped[int | None]  # the calendar from elsewhere that says so; then it is no breakdown, only somebody else's turn
    outside_key: Mapped[str] = mapped_column(sa.String(64), default="")  # which of its times


class Occupancy(Model):
    """Occupation: who holds one thing from when to when, buffers included. The database refuses two active ones that overlap."""

    __tablename__ = "occupancy"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="forward"),
        sa.CheckConstraint("holder IN ('booking', 'space', 'session', 'training', 'outage', 'closure')", name="holder"),
        sa.CheckConstraint(
            "(booking_id IS NOT NULL AND outage_id IS NULL AND closure_id IS NULL)"
            " OR (booking_id IS NULL AND outage_id IS NOT NULL AND closure_id IS NULL)"
            " OR (booking_id IS NULL AND outage_id IS NULL AND closure_id IS NOT NULL)",
            name="one_holder",
        ),
        sa.Index("ix_occupancy_when", "resource_id", "starts_at", sqlite_where=sa.text("active = 1"), postgresql_where=sa.text("active")),
        sa.Index("ix_occupancy_place", "place_id", "starts_at", sqlite_where=sa.text("active = 1"), postgresql_where=sa.text("active")),
        sa.Index("ix_occupancy_booking", "booking_id"),
        sa.Index("ix_occupancy_outage", "outage_id"),
        sa.Index("ix_occupancy_closure", "closure_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    buffer_before: Mapped[int] = mapped_column(default=0)  # minutes of it that are only a buffer
    buffer_after: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str] = mapped_column(sa.String(10))  # what holds it, for the reason that is told
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))
    outage_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking_outage.id"))
    closure_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place_closure.id"))
    lapses_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of a hold: from then on it no longer counts
    active: Mapped[bool] = mapped_column(default=True)

    booking: Mapped[Booking | None] = relationship(back_populates="occupancies")


class WaitlistEntry(Model):
    """Inscription en liste d'attente; served in turn, the first waiter gets a hold."""

    __tablename__ = "booking_waitlist"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="forward"),
        sa.CheckConstraint("state IN ('waiting', 'offered', 'taken', 'lapsed', 'left')", name="state"),
        sa.Index("ix_waitlist_resource", "resource_id", "state", "id"),
        sa.Index("ix_waitlist_member", "member_id"),
        sa.Index(
            "uq_waitlist_once",
            "resource_id",
            "member_id",
            "starts_at",
            "ends_at",
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'offered')"),
            postgresql_where=sa.text("state IN ('waiting', 'offered')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))  # a thing or a pool
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(sa.String(8), default="waiting")
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))  # the hold that was offered
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
