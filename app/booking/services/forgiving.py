"""Nobody came, or it was cancelled too late: the lieu may forgive it. The fact stays, what was taken comes back."""

from dataclasses import dataclass
from datetime import datetime

from app.billing import services as billing
from app.booking.models import Booking, Status
from app.booking.rules import NothingToForgive
from app.booking.services.waiting import turn_of
from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.place.queries import day_at

FORGIVABLE = (Status.NO_SHOW, Status.LATE_CANCELLED)


@dataclass(frozen=True, slots=True)
class Forgiven:
    """What came back: half-days and minutes to their own lots, cents off the account."""

    booking: Booking
    half_days: int
    minutes: int
    cents: int


def forgive(booking_id: int, *, actor_id: int, reason: str, now: datetime) -> Forgiven:
    """Give back what a no-show or a late cancellation took, once, and keep why."""
    with transaction():
        booking = turn_of(booking_id)
        if booking.status not in FORGIVABLE or booking.forgiven_at is not None:
            raise Refused(NothingToForgive())
        ref, today = booking.price_ref, day_at(booking.place_id, now)
        units = billing.give_back_used(ref=ref, now=now, today=today, actor_id=actor_id)
        cents = billing.forgive_money(ref=ref, now=now)
        booking.forgiven_at, booking.forgiven_why, booking.changed_at = now, reason, now
        back = {"half_days": units.get("half_day", 0), "minutes": units.get("minute", 0), "cents": cents}
        journal.record(
            "booking.forgiven", booking.id, place_id=booking.place_id, actor_id=actor_id, member_id=booking.member_id, at=now, **back
        )
        db.session.flush()
        return Forgiven(booking, **back)
