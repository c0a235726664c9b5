"""Money given back by the means it came: the card by Stripe, notes from the drawer, the rest by a transfer to make."""

from datetime import date, datetime

import sqlalchemy as sa

from app.billing import gateways
from app.billing.models import Movement, Payment, RefundTransfer
from app.billing.rules.payments import OnlyItsProvider
from app.billing.services import checkout
from app.billing.services.payments import refund
from app.core import idempotency, journal
from app.core.db import db, insert_unless_there, transaction
from app.core.refusals import Refused


def give_back(payment: Payment, *, cents: int, day: date, reason: str, key: str | None, now: datetime, actor_id: int) -> None:
    """One refund for one sending of the page: pressed twice, it is written and asked once."""
    by_stripe = payment.provider == "stripe"
    if by_stripe and not gateways.is_ready():
        raise Refused(OnlyItsProvider())

    def write() -> int:
        if by_stripe:
            return checkout.write_refund(payment.id, cents=cents, day=day, reason=reason, now=now, actor_id=actor_id)
        return refund(payment.id, cents=cents, day=day, reason=reason, now=now, actor_id=actor_id).id

    written = idempotency.once(
        write,
        keep=lambda made: {"made": made},
        recall=lambda answer: int(answer["made"]),
        member_id=actor_id,
        key=key,
        body=[payment.id, cents, reason],
        now=now,
    )
    if by_stripe:
        checkout.ask_refund(written, now=now)


def say_transfer_made(refund: Movement, *, day: date, now: datetime, actor_id: int | None) -> None:
    """The transfer of a refund is made at the bank: it leaves the list. Its line of the statement still finds it, if one comes."""
    row = {"place_id": refund.place_id, "movement_id": refund.id, "made_on": day, "actor_id": actor_id, "created_at": now}
    with transaction() as session:
        made = session.scalar(insert_unless_there(RefundTransfer).values(row).returning(RefundTransfer.id))
        if made is not None:
            _tell("payment.transfer_made", refund, now=now, actor_id=actor_id)


def say_transfer_to_make(refund: Movement, *, now: datetime, actor_id: int | None) -> None:
    """It was said too soon: the transfer is on the list again."""
    with transaction() as session:
        gone = sa.delete(RefundTransfer).where(RefundTransfer.movement_id == refund.id).returning(RefundTransfer.id)
        if session.scalar(gone) is not None:
            _tell("payment.transfer_to_make", refund, now=now, actor_id=actor_id)


def _tell(event: str, refund: Movement, *, now: datetime, actor_id: int | None) -> None:
    payment = db.session.get_one(Payment, refund.payment_id)
    journal.record(event, payment.id, place_id=refund.place_id, actor_id=actor_id, member_id=payment.member_id, at=now, cents=refund.cents)
