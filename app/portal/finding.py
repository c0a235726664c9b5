"""What a few letters may mean to who runs the lieu: a person, a thing, a booking."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.booking.models import Booking
from app.booking.queries import Directory
from app.booking.rules import Thing
from app.core.db import db
from app.core.text import searchable
from app.members.models import Member

LETTERS = 3  # fewer would mean everything
MOST = 8  # of each sort: more letters say it better than a second page


class Found(NamedTuple):
    """A booking, as a search shows it."""

    id: int
    status: str
    half: str | None
    starts_at: datetime
    ends_at: datetime
    resource_id: int
    name: str
    guest_name: str
    note: str


def things_named(words: str, things: Directory) -> list[Thing]:
    """The things whose name or code holds every word; what is retired comes last."""
    asked = searchable(words).split()
    found = [thing for thing in (*things.things.values(), *things.retired.values()) if _holds(f"{thing.name} {thing.code}", asked)]
    return found[:MOST]


def bookings_about(words: str, *, place_id: int, member_ids: Collection[int], resource_ids: Collection[int], now: datetime) -> list[Found]:
    """Bookings of these people or things, or whose guest or note holds the words: those to come, soonest first, then the latest ones."""
    letters = words.strip().lower()
    about = sa.or_(
        Booking.member_id.in_(member_ids),
        Booking.resource_id.in_(resource_ids),
        sa.func.lower(Booking.guest_name).contains(letters, autoescape=True),
        sa.func.lower(Booking.note).contains(letters, autoescape=True),
    )
    columns = (
        *(Booking.id, Booking.status, Booking.half, Booking.starts_at, Booking.ends_at, Booking.resource_id),
        *(Member.name, Booking.guest_name, Booking.note),
    )
    these = sa.select(*columns).join(Member, Member.id == Booking.member_id).where(Booking.place_id == place_id, about)
    to_come = these.where(Booking.ends_at > now).order_by(Booking.starts_at, Booking.id).limit(MOST)
    past = these.where(Booking.ends_at <= now).order_by(Booking.starts_at.desc(), Booking.id.desc())
    found = [Found._make(row) for row in db.session.execute(to_come)]
    if len(found) < MOST:
        found += [Found._make(row) for row in db.session.execute(past.limit(MOST - len(found)))]
    return found


def _holds(text: str, words: Collection[str]) -> bool:
    said = searchable(text)
    return all(word in said for word in words)
