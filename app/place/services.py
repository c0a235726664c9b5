"""Gestures on the lieu itself."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core import journal
from app.core.db import db, just_before_commit, transaction
from app.place.models import Closure, Place

LEAP = 1_000_000  # more than the changes of any lost week


def touch_calendar(place_id: int) -> None:
    """The calendar changed: its fragments and ETags are renewed, once, at the very end of this transaction."""

    def bump(session: Session) -> None:
        session.execute(sa.update(Place).where(Place.id == place_id).values(calendar_stamp=Place.calendar_stamp + 1))

    just_before_commit(("calendar", place_id), bump)


def touch_settings(place_id: int) -> None:
    """Hours, things, rules or prices were just changed: what processes keep of them is read again, and the calendar with them."""
    db.session.flush()
    db.session.execute(sa.update(Place).where(Place.id == place_id).values(settings_stamp=Place.settings_stamp + 1))
    touch_calendar(place_id)


def renew_stamps(*, now: datetime) -> None:  # noqa: ARG001 — asked like all that follows a restoration
    """Days were lost or came back: what browsers and processes kept of them must not pass for fresh."""
    with transaction() as session:
        session.execute(sa.update(Place).values(settings_stamp=Place.settings_stamp + LEAP, calendar_stamp=Place.calendar_stamp + LEAP))


def add_closure(*, place_id: int, first_day: date, last_day: date, label: str, actor_id: int | None, now: datetime) -> Closure:
    """Write the closure; `booking.services.close` is the gesture, which also holds every thing."""
    with transaction():
        closure = Closure(place_id=place_id, first_day=first_day, last_day=last_day, label=label)
        db.session.add(closure)
        db.session.flush()
        touch_settings(place_id)
        journal.record("place.closure_added", closure.id, place_id=place_id, actor_id=actor_id, at=now)
        return closure


def cancel_closure(*, closure_id: int, actor_id: int | None, now: datetime) -> Closure:
    with transaction():
        closure = db.session.get_one(Closure, closure_id)
        closure.cancelled = True
        db.session.flush()
        touch_settings(closure.place_id)
        journal.record("place.closure_cancelled", closure.id, place_id=closure.place_id, actor_id=actor_id, at=now)
        return closure
