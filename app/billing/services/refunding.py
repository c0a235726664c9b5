"""Money given back by the means it came: the card by Stripe, notes from the drawer, the rest by a transfer to make."""

from datetime import date, datetime

from app.billing import gateways
from app.billing.models import Payment
from app.billing.rules.payments import OnlyItsProvider
from app.billing.services import checkout
from app.billing.services.payments import refund
from app.core import idempotency
from app.core.refusals import Refused


def give_back(payment: Payment, *, cents: int, day: date, reason: str, key: str | None, now: datetime, actor_id: int) -> None:
    """One refund for one sending of the page: pressed twice, it is written and asked once."""
    is_stripe_s = payment.provider == "stripe"
    if is_stripe_s and not gateways.is_ready():
        raise Refused(OnlyItsProvider())

    def write() -> int:
        if is_stripe_s:
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
    if is_stripe_s:
        checkout.ask_refund(written, now=now)
