"""Visitors: who is expected, by whom, and that they are there. Their names are forgotten after a year."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.booking.models import Booking
from app.booking.policy import Request
from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.coworking import queries
from app.coworking.models import Visitor
from app.coworking.rules import TooManyVisitors

KEPT = timedelta(days=365)
MOST_A_DAY = 50  # of one host


def book_for_guest(request: Request, book: Callable[..., Booking], *, email: str, key: str | None, body: object) -> Booking:
    """A place for somebody's guest: the host has it and pays for it, the guest is expected; with an address, they are welcomed by mail.

    `book` is how the engine takes it: `reserve`, or `hold_or_reserve` for who pays first.
    """
    with transaction():
        made = book(request, key=key, body=body)
        if not queries.visitors_of_booking(made.id):
            invite(
                place_id=made.place_id,
                host_id=made.member_id,
                day=request.day,
                name=request.guest_name,
                email=email,
                actor_id=request.actor_id or made.member_id,
                now=request.now,
                booking_id=made.id,
            )
        return made


def invite(
    *, place_id: int, host_id: int, day: date, name: str, email: str, actor_id: int, now: datetime, booking_id: int | None = None
) -> Visitor:
    """Somebody is expected; with an address, they get a word of welcome."""
    with transaction():
        expected = sa.select(sa.func.count(Visitor.id)).where(
            Visitor.host_id == host_id, Visitor.day == day, Visitor.cancelled_at.is_(None)
        )
        if (db.session.scalar(expected) or 0) >= MOST_A_DAY:
            raise Refused(TooManyVisitors(count=MOST_A_DAY))
        visitor = Visitor(place_id=place_id, host_id=host_id, booking_id=booking_id, name=name, email=email, day=day, created_at=now)
        db.session.add(visitor)
        db.session.flush()
        journal.record("visitor.invited", visitor.id, place_id=place_id, actor_id=actor_id, member_id=host_id, at=now)
        return visitor


def uninvite(visitor: Visitor, *, actor_id: int, now: datetime) -> None:
    """They do not come after all; who has an address is told."""
    with transaction():
        if visitor.cancelled_at is None and visitor.arrived_at is None:
            visitor.cancelled_at = now
            journal.record("visitor.uninvited", visitor.id, place_id=visitor.place_id, actor_id=actor_id, member_id=visitor.host_id, at=now)
            db.session.flush()


def welcome(visitor: Visitor, *, actor_id: int | None, now: datetime) -> None:
    """They are there: their host is told once."""
    with transaction():
        if visitor.arrived_at is None and visitor.cancelled_at is None:
            visitor.arrived_at = now
            journal.record("visitor.arrived", visitor.id, place_id=visitor.place_id, actor_id=actor_id, member_id=visitor.host_id, at=now)
            db.session.flush()


def forget_visitors(*, now: datetime) -> int:
    """After a year, a visit is only a number; how many were forgotten."""
    with transaction():
        old = (Visitor.day < (now - KEPT).date(), Visitor.name != "")
        done = db.session.execute(sa.update(Visitor).where(*old).values(name="", email="").returning(Visitor.id))
        return len(done.all())
