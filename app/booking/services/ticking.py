"""What is due: holds that lapse, people who did not come, bookings that end, reminders."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.billing import services as billing
from app.booking import queries
from app.booking.models import IS_OPEN, Booking, Kind, Status
from app.booking.services.arriving import no_show_at
from app.booking.services.cancelling import everything, give_back
from app.booking.services.freeing import free
from app.booking.services.waiting import let_lapse, turn_of
from app.booking.services.writing import take_turn
from app.core import idempotency, journal
from app.core.db import db, transaction
from app.core.period import at
from app.place.models import Place
from app.place.services import touch_calendar

AT_ONCE = 200
GUESTS_KEPT = timedelta(days=365)


def lapse_holds(*, now: datetime) -> int:
    """End the holds whose time is over and serve who waits."""
    ended = 0
    for place_id in db.session.scalars(sa.select(Place.id).order_by(Place.id)).all():
        with transaction():
            take_turn(place_id)
            ended += let_lapse(place_id, now=now)
    return ended


def settle_arrivals(*, now: datetime) -> int:
    """No-shows, ended bookings, and wishes that nobody answered before their hour; how many changed."""
    due = db.session.execute(
        sa.select(Booking.id)
        .where(
            sa.text(f"booking.{IS_OPEN}"),
            Booking.starts_at <= now,
        )
        .order_by(Booking.starts_at, Booking.id)
        .limit(5 * AT_ONCE)
    ).scalars()
    changed = 0
    for booking_id in list(due):
        with transaction():
            changed += _settle(turn_of(booking_id), now=now)
    return changed


def remind(*, now: datetime) -> int:
    """From 17:00, a line in the journal for each booking of the next day whose person was not reminded; the mail follows."""
    told = 0
    for place in db.session.scalars(sa.select(Place)).all():
        today = now.astimezone(place.tz).date()
        if now < at(today, 17 * 60, place.tz):
            continue
        tomorrow = today + timedelta(days=1)
        with transaction():
            take_turn(place.id)
            already = sa.select(journal.JournalEntry.subject_id).where(
                journal.JournalEntry.event == "booking.reminder_due",
                journal.JournalEntry.at >= at(today, 0, place.tz),
            )
            rows = db.session.execute(
                sa.select(Booking.id, Booking.member_id)
                .where(
                    Booking.place_id == place.id,
                    Booking.status == Status.CONFIRMED,
                    Booking.kind != Kind.SESSION,  # whoever follows a course has its timetable
                    Booking.starts_at >= at(tomorrow, 0, place.tz),
                    Booking.starts_at < at(tomorrow, 1440, place.tz),
                    Booking.created_at < at(today, 0, place.tz),  # who booked today remembers
                    Booking.id.not_in(already),
                )
                .order_by(Booking.id)
                .limit(AT_ONCE)
            ).all()
            for booking_id, member_id in rows:
                journal.record("booking.reminder_due", booking_id, place_id=place.id, member_id=member_id, at=now)
            told += len(rows)
    return told


def forget_keys(*, now: datetime) -> int:
    """Idempotency answers live a day."""
    with transaction():
        return idempotency.forget_old(now=now)


def forget_guests(*, now: datetime) -> int:
    """After a year, nobody needs to know for whom a member booked; how many names were forgotten."""
    with transaction() as session:
        old = (Booking.guest_name != "", Booking.ends_at < now - GUESTS_KEPT)
        return len(session.execute(sa.update(Booking).where(*old).values(guest_name="").returning(Booking.id)).all())


def _settle(booking: Booking, *, now: datetime) -> int:
    place = db.session.get_one(Place, booking.place_id)
    thing = queries.directory(place).any(booking.resource_id)
    if booking.status == Status.PENDING and booking.starts_at <= now:
        give_back(booking, everything(booking), now=now, actor_id=None)
        free(booking, Status.RELEASED, now=now, actor_id=None)
        return 1
    limit = no_show_at(booking, thing)
    if booking.status == Status.CONFIRMED and limit is not None and limit <= now:
        billing.use(ref=booking.price_ref, now=now)
        free(booking, Status.NO_SHOW, now=now, actor_id=None)
        return 1
    if booking.status in (Status.CONFIRMED, Status.CHECKED_IN) and booking.ends_at <= now:
        billing.use(ref=booking.price_ref, now=now)
        booking.status = Status.DONE
        booking.changed_at = now
        touch_calendar(booking.place_id)
        journal.record("booking.done", booking.id, place_id=booking.place_id, member_id=booking.member_id, at=now)
        db.session.flush()
        return 1
    return 0
