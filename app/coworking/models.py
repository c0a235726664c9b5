"""Tables of what a coworking lives besides its bookings: visitors, events, words to all, keys and badges, what the plan is drawn on."""

from datetime import date, datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.booking.models import Booking
from app.core.db import Model, UtcDateTime
from app.members.models import Member


class Visitor(Model):
    """Visiteur: somebody who comes to see a member on a day, with or without a booking; the member answers for them."""

    __tablename__ = "coworking_visitor"
    __table_args__ = (
        sa.Index("ix_visitor_day", "place_id", "day"),
        sa.Index("ix_visitor_host", "host_id"),
        sa.Index("ix_visitor_booking", "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))  # « invité de »
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))  # what they come for
    name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str] = mapped_column(sa.String(254), default="")  # to welcome them; forgotten with the name
    day: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    host: Mapped[Member] = relationship()
    booking: Mapped[Booking | None] = relationship()


class Event(Model):
    """Événement: a repair café, a workshop, a class; it takes its room through the engine, and people sign up for its seats."""

    __tablename__ = "coworking_event"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="forward"),
        sa.CheckConstraint("seats >= 0", name="seats"),
        sa.CheckConstraint("state IN ('announced', 'cancelled')", name="state"),
        sa.Index("ix_event_when", "place_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seats: Mapped[int] = mapped_column(default=0)  # 0: no limit
    public: Mapped[bool] = mapped_column(default=True)  # shown to strangers
    state: Mapped[str] = mapped_column(sa.String(10), default="announced")
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))  # what holds its room; none: elsewhere, or in the open
    elsewhere: Mapped[str] = mapped_column(sa.String(120), default="")  # when it has no room of the lieu
    uid: Mapped[str] = mapped_column(sa.String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    booking: Mapped[Booking | None] = relationship()


class SignUp(Model):
    """Inscription à un événement: a seat, a place in line, or an offer kept for a while."""

    __tablename__ = "coworking_signup"
    __table_args__ = (
        sa.CheckConstraint("state IN ('in', 'waiting', 'offered', 'left', 'lapsed')", name="state"),
        sa.Index("ix_signup_event", "event_id", "state", "id"),
        sa.Index("ix_signup_member", "member_id"),
        sa.Index(
            "uq_signup_once",
            "event_id",
            "member_id",
            unique=True,
            sqlite_where=sa.text("state IN ('in', 'waiting', 'offered')"),
            postgresql_where=sa.text("state IN ('in', 'waiting', 'offered')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("coworking_event.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(sa.String(120), default="")  # of somebody without an account, whom the lieu put down
    state: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offered_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    came: Mapped[bool] = mapped_column(default=False)

    member: Mapped[Member | None] = relationship()


class Announcement(Model):
    """Annonce du lieu: a few words to all, from a day to a day, both included."""

    __tablename__ = "coworking_announcement"
    __table_args__ = (
        sa.CheckConstraint("first_day <= last_day", name="forward"),
        sa.Index("ix_announcement_when", "place_id", "last_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown
    first_day: Mapped[date]
    last_day: Mapped[date]
    public: Mapped[bool] = mapped_column(default=False)
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Key(Model):
    """Clé ou badge of the lieu, by its mark."""

    __tablename__ = "coworking_key"
    __table_args__ = (
        sa.UniqueConstraint("place_id", "kind", "mark"),
        sa.CheckConstraint("kind IN ('key', 'badge')", name="kind"),
        sa.CheckConstraint("state IN ('good', 'lost', 'retired')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    kind: Mapped[str] = mapped_column(sa.String(5))
    mark: Mapped[str] = mapped_column(sa.String(40))  # « 12 », « porte nord »
    opens: Mapped[str] = mapped_column(sa.String(120), default="")
    state: Mapped[str] = mapped_column(sa.String(7), default="good")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Loan(Model):
    """Prêt of a key or a badge to somebody, until it comes back; the database refuses two at once."""

    __tablename__ = "coworking_loan"
    __table_args__ = (
        sa.CheckConstraint("deposit_cents >= 0", name="deposit"),
        sa.Index("ix_loan_member", "member_id"),
        sa.Index(
            "uq_loan_open",
            "key_id",
            unique=True,
            sqlite_where=sa.text("returned_at IS NULL"),
            postgresql_where=sa.text("returned_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(sa.ForeignKey("coworking_key.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    lent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lent_by_id: Mapped[int | None]
    deposit_cents: Mapped[int] = mapped_column(default=0)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_to_id: Mapped[int | None]
    was_lost: Mapped[bool] = mapped_column(default=False)

    key: Mapped[Key] = relationship()
    member: Mapped[Member] = relationship()


class FloorDrawing(Model):
    """Fond de plan: the drawing under the things, as it was sent and then cleaned."""

    __tablename__ = "coworking_floor_drawing"

    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    shapes: Mapped[str] = mapped_column(sa.Text)  # what is inside the SVG, cleaned: nothing but shapes and words
    width: Mapped[int]
    height: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutsideCalendar(Model):
    """Agenda extérieur: a calendar read from elsewhere, whose busy times take a thing here."""

    __tablename__ = "coworking_outside_calendar"
    __table_args__ = (sa.Index("ix_outside_calendar_place", "place_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    label: Mapped[str] = mapped_column(sa.String(80))
    url: Mapped[str] = mapped_column(sa.String(500), default="")  # empty: a file that was sent by hand
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when its address was last asked, whether it answered or not
    trouble: Mapped[str] = mapped_column(sa.String(200), default="")  # why the last reading did not work: the code of a refusal
    busy: Mapped[int] = mapped_column(default=0)  # times that it holds
    missed: Mapped[int] = mapped_column(default=0)  # times that somebody here already had

    @property
    def host(self) -> str:
        """Who keeps it: the rest of the address may be a secret."""
        return urlsplit(self.url).hostname or ""
