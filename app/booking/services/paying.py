"""Paid before it is booked: things are kept while a card is read, then booked; too late, all the money goes back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.billing.models import Payment
from app.billing.rules.payments import NothingToPay
from app.billing.services import checkout
from app.booking import queries
from app.booking.models import Booking, Status
from app.booking.policy import Request
from app.booking.rules import OfferLapsed
from app.booking.services.examining import examine
from app.booking.services.freeing import free
from app.booking.services.reserving import reserve_by, take
from app.booking.services.waiting import confirm_hold, examined_again, let_lapse, request_of, turn_of
from app.booking.services.writing import refusal
from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.place.queries import day_at

HOLD = timedelta(minutes=10)  # a payment page open
GIVEN_UP, TAKEN, IMPOSSIBLE = "given_up", "taken", "impossible"  # why what was paid for could not be booked


def hold_or_reserve(request: Request, *, key: str | None = None, body: object = None) -> Booking:
    """Keep things for a person while they pay: nobody else can have them until then, and the price is frozen at payment.

    What costs no money now (a plan covers it, or it is counted when it is used) is booked at once.
    """
    by_card = replace(request, pays_now=True)
    return reserve_by(lambda: _hold(by_card) if _is_paid_ahead(by_card) else take(request), by_card, key=key, body=body)


def ask_payment(booking_id: int, *, label: str, links: checkout.Links, now: datetime) -> str:
    """The address where the card of a hold is read. Raises `gateways.Unreachable` when the provider is away: the hold stays."""
    booking = queries.booking(booking_id)
    if booking is None or booking.status != Status.HELD or booking.held_until is None or booking.held_until <= now:
        raise Refused(OfferLapsed())
    found = examined_again(booking, now=now, pays_now=True)
    if found.standing:
        raise refusal(found)
    cents = found.coverage.cents if found.coverage else 0
    if cents <= 0:
        raise Refused(NothingToPay())
    return checkout.ask_prepayment(
        place_id=booking.place_id,
        ref=payment_ref(booking),
        member_id=booking.member_id,
        cents=cents,
        until=booking.held_until,
        label=label,
        links=links,
        now=now,
    )


def price_of_hold(booking: Booking, *, now: datetime) -> int:
    """What it will cost in money, once it is booked."""
    coverage = examined_again(booking, now=now).coverage
    return coverage.cents if coverage else 0


def accept_hold(booking_id: int, *, actor_id: int, now: datetime) -> Booking:
    """Take what is kept and pay it with the month's bill."""
    with transaction():
        booking = confirm_hold(booking_id, actor_id=actor_id, now=now)
        checkout.no_longer_wanted(payment_ref(booking), now=now)
        return booking


def give_up_hold(booking_id: int, *, actor_id: int, now: datetime) -> None:
    """Let go what was kept to be paid."""
    with transaction():
        booking = turn_of(booking_id)
        if booking.status == Status.HELD:
            free(booking, Status.RELEASED, now=now, actor_id=actor_id)
            checkout.no_longer_wanted(payment_ref(booking), now=now)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a payment: its booking, one made again because the hold had lapsed, or all the money back."""

    booking: Booking
    was_rebooked: bool = False
    refund_cents: int = 0
    told_by: int | None = None  # the line of the journal that says that all goes back


def settle(booking_id: int, *, paid_cents: int, now: datetime) -> Settlement:
    """A payment arrived for a hold. Too late: booked again if it is still free, else everything is to be refunded."""
    with transaction():
        booking = turn_of(booking_id)
        try:
            with db.session.begin_nested():
                return Settlement(confirm_hold(booking_id, actor_id=booking.member_id, now=now, is_paid=True))
        except Refused as refused:
            is_late, why = "offer_lapsed" in refused.codes, GIVEN_UP if booking.status == Status.RELEASED else IMPOSSIBLE
        if is_late:
            let_lapse(booking.place_id, now=now)
            try:
                with db.session.begin_nested():
                    again = take(replace(request_of(booking, now=now), moving_id=None, pays_now=True))
                    journal.record(
                        "booking.rebooked", booking.id, place_id=booking.place_id, member_id=booking.member_id, at=now, by=again.id
                    )
                    return Settlement(again, was_rebooked=True)
            except Refused as refused:
                db.session.refresh(booking)
                why = TAKEN if {"overlap", "full"} & set(refused.codes) else IMPOSSIBLE
        told = journal.record(
            "payment.to_refund", booking.id, place_id=booking.place_id, member_id=booking.member_id, at=now, cents=paid_cents, why=why
        )
        return Settlement(booking, refund_cents=paid_cents, told_by=told.id)


def settle_payment(booking_id: int, payment: Payment, now: datetime) -> None:
    """A page of payment was paid: the hold becomes a booking, or all of the money goes back the way it came."""
    with transaction():
        settled = settle(booking_id, paid_cents=payment.cents, now=now)
        if settled.refund_cents:
            checkout.write_refund(
                payment.id,
                cents=settled.refund_cents,
                day=day_at(payment.place_id, now),
                reason="place perdue",
                now=now,
                actor_id=None,
                cause_id=settled.told_by,
            )


def _hold(request: Request) -> Booking:
    return take(request, status=Status.HELD, held_until=request.now + HOLD)


def _is_paid_ahead(request: Request) -> bool:
    coverage = examine(request).coverage
    return coverage is not None and coverage.cents > 0


def payment_ref(booking: Booking) -> str:
    """The name that a page of payment keeps of what it pays."""
    return f"booking:{booking.id}"
