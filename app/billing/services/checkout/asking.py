"""Asking: a page of payment, a refund. The key is written before the call."""

import secrets
from datetime import date, datetime

import sqlalchemy as sa

from app.billing import gateways
from app.billing.models import Invoice, Payment, ProviderCall
from app.billing.queries import payments as queries
from app.billing.rules.payments import AskedTooSoon, NothingToPay, PaymentDeclined
from app.billing.services.checkout.calls import LATER, UNDER_WAY, Links, close_call
from app.billing.services.checkout.looking import ask_refund, open_checkout
from app.billing.services.payments import MONEY, refund
from app.core import journal
from app.core.db import lock, transaction
from app.core.refusals import Refused


def ask_checkout(invoice_id: int, *, means: str, label: str, links: Links, now: datetime, actor_id: int | None) -> str:
    """The address of a page of payment for what is left of an invoice. Asked again, it is the same page as long as it lasts.

    Raises `gateways.Unreachable` when Stripe is away: the call stays written, and the regular look closes it.
    """
    with transaction() as session:
        invoice = session.get_one(Invoice, invoice_id)
        lock(MONEY, invoice.place_id)
        left = queries.left_to_pay([invoice_id]).get(invoice_id, 0)
        if left <= 0:
            raise Refused(NothingToPay())
        under_way = session.scalars(
            sa.select(ProviderCall)
            .where(ProviderCall.invoice_id == invoice_id, ProviderCall.kind == "checkout", ProviderCall.state.in_(UNDER_WAY))
            .order_by(ProviderCall.id.desc())
        ).all()
        if any(call.state == "processing" for call in under_way):
            raise Refused(AskedTooSoon())
        call = next((call for call in under_way if call.means == means and call.cents == left), None)
        if call is not None and call.state == "open" and call.created_at > now - gateways.LASTS + LATER:
            return call.url
        if call is None or call.state != "asked":
            call = ProviderCall(
                place_id=invoice.place_id,
                kind="checkout",
                key=secrets.token_urlsafe(24),
                invoice_id=invoice_id,
                means=means,
                cents=left,
                state="asked",
                request={"label": label, "success_url": links.paid, "cancel_url": links.given_up},
                created_at=now,
                changed_at=now,
            )
            session.add(call)
            session.flush()
            journal.record(
                "checkout.asked", invoice_id, place_id=call.place_id, actor_id=actor_id, member_id=invoice.member_id, at=now, cents=left
            )
    try:
        page = open_checkout(call)
    except gateways.Declined as said:
        close_call(call.id, "failed", trouble=str(said), now=now)
        raise Refused(PaymentDeclined()) from said
    with transaction() as session:
        session.execute(
            sa.update(ProviderCall)
            .where(ProviderCall.id == call.id, ProviderCall.state == "asked")
            .values(state="open", provider_id=page.id, intent_id=page.intent_id or None, url=page.url, changed_at=now)
        )
    return page.url


def refund_by_stripe(payment_id: int, *, cents: int, day: date, reason: str, now: datetime, actor_id: int | None) -> None:
    """Give money back on the card or the account that paid: written first, asked then, undone if Stripe says no."""
    with transaction() as session:
        payment = session.get_one(Payment, payment_id)
        movement = refund(payment_id, cents=cents, day=day, reason=reason, now=now, actor_id=actor_id)
        call = ProviderCall(
            place_id=payment.place_id,
            kind="refund",
            key=secrets.token_urlsafe(24),
            payment_id=payment_id,
            movement_id=movement.id,
            means=payment.means,
            cents=cents,
            state="asked",
            intent_id=payment.provider_id,
            created_at=now,
            changed_at=now,
        )
        session.add(call)
        session.flush()
    ask_refund(call.id, now=now)
