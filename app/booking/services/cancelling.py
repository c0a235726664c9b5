"""Give a booking up: what comes back is known, and shown, before it is done."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.billing import services as billing
from app.billing.rules import late_fee
from app.booking.models import Booking, SeriesDate, Status
from app.booking.rules import AlreadyCancelled, AlreadyOver
from app.booking.services.freeing import free
from app.booking.services.waiting import turn_of
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.place.queries import day_at

CANCELLED = (Status.CANCELLED, Status.LATE_CANCELLED, Status.REJECTED, Status.RELEASED, Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class Refund:
    """What comes back, in cents, half-days and minutes; and what is kept."""

    is_late: bool
    cents: int
    half_days: int
    minutes: int
    fee_cents: int


@dataclass(frozen=True, slots=True)
class Cancellation:
    booking: Booking
    refund: Refund


def refund_of(booking: Booking, *, now: datetime, by_lieu: bool) -> Refund:
    """What cancelling now would give back. `by_lieu`: staff or a breakdown cancels, everything comes back."""
    if booking.status in CANCELLED:
        raise Refused(AlreadyCancelled())
    is_there = booking.status == Status.CHECKED_IN and not by_lieu
    if booking.status in (Status.DONE, Status.NO_SHOW) or is_there or booking.ends_at <= now:
        raise Refused(AlreadyOver())
    is_firm = booking.status == Status.CONFIRMED
    if by_lieu or not is_firm or booking.free_until is None or now < booking.free_until:
        return everything(booking)
    if booking.late_fee_percent == 0:
        return everything(booking, is_late=True)
    fee = late_fee(booking.price_cents, booking.late_fee_percent)
    return Refund(is_late=True, cents=booking.price_cents - fee, half_days=0, minutes=0, fee_cents=fee)


def everything(booking: Booking, *, is_late: bool = False) -> Refund:
    """All that a booking took from the person: money, and the units that the ledger still holds for it, gifts included."""
    units = billing.held_by_unit(booking.price_ref)
    return Refund(is_late, booking.price_cents, units.get("half_day", 0), units.get("minute", 0), 0)


def cancel(
    *,
    booking_id: int,
    actor_id: int | None,
    by_lieu: bool,
    now: datetime,
    reason: str = "",
    cause_id: int | None = None,
    offers: bool = True,
) -> Cancellation:
    """Cancel once. Timely: each unit to its own lot and all the money. Late: the fee stays, the place is freed all the same.

    `offers`: who waits is served; not when the lieu itself takes the place at once.
    """
    with transaction():
        booking = turn_of(booking_id)
        refund = refund_of(booking, now=now, by_lieu=by_lieu)
        end(booking, refund, now=now, actor_id=actor_id, reason=reason, cause_id=cause_id, offers=offers)
        return Cancellation(booking, refund)


def end(
    booking: Booking,
    refund: Refund,
    *,
    now: datetime,
    actor_id: int | None,
    reason: str = "",
    cause_id: int | None = None,
    offers: bool = True,
) -> None:
    """Inside a transaction whose turn it is: money and units first, then the place."""
    booking.cancel_reason = reason
    give_back(booking, refund, now=now, actor_id=actor_id)
    status = Status.LATE_CANCELLED if refund.is_late else Status.CANCELLED
    _leave_series(booking)
    free(booking, status, now=now, actor_id=actor_id, cause_id=cause_id, offers=offers)


def _leave_series(booking: Booking) -> None:
    """Of a repetition, its date is no longer booked, and says so."""
    if booking.series_id is None:
        return
    for date in db.session.scalars(sa.select(SeriesDate).where(SeriesDate.booking_id == booking.id)):
        date.state = "cancelled"


def give_back(booking: Booking, refund: Refund, *, now: datetime, actor_id: int | None) -> None:
    """Units to their lots and money to the tab, as the refund says."""
    if booking.status == Status.HELD:
        return
    ref = booking.price_ref
    if refund.is_late and booking.late_fee_percent > 0:
        billing.use(ref=ref, now=now, actor_id=actor_id)
    else:
        billing.release(ref=ref, now=now, today=day_at(booking.place_id, now), actor_id=actor_id)
    if refund.cents > 0:
        billing.give_back_money(ref=ref, cents=refund.cents, now=now)
