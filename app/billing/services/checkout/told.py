"""Being told: a signed event, and its effect in one transaction."""

import zlib
from datetime import datetime

import sqlalchemy as sa

from app.billing import gateways
from app.billing.models import Allocation, Movement, StripeEvent
from app.billing.queries import payments as queries
from app.billing.services.checkout.calls import EVENTS, call_of, forward, pay_for, payment_of, refund_is, worth_keeping
from app.billing.services.payments import MONEY, pay_again, refund, take_back, undo
from app.core.db import db, lock, transaction
from app.place.queries import day_at


def take_event(event: gateways.Event, *, now: datetime) -> bool:
    """What Stripe tells: its id and its effect are written together, once. Whether it was news."""
    with transaction() as session:
        lock(EVENTS, zlib.crc32(event.id.encode()) & 0x7FFFFFFF)
        if session.get(StripeEvent, event.id) is not None:
            return False
        effect = _EFFECTS.get(event.type, _nothing)(event, now)
        session.add(
            StripeEvent(
                id=event.id, type=event.type[:80], effect=effect, content=worth_keeping(event.about), told_at=event.at, received_at=now
            )
        )
        session.flush()
        return True


def _session_completed(event: gateways.Event, now: datetime) -> str:
    call = call_of(event.about)
    if call is None:
        return "unknown"
    intent_id = str(event.about.get("payment_intent") or "")
    if event.about.get("payment_status") == "paid":
        return pay_for(call, intent_id, event, cents=event.about.get("amount_total"), now=now)
    return forward(call, "processing", now=now, intent_id=intent_id)


def _session_failed(event: gateways.Event, now: datetime) -> str:
    call = call_of(event.about)
    return forward(call, "failed", now=now) if call else "unknown"


def _session_expired(event: gateways.Event, now: datetime) -> str:
    call = call_of(event.about)
    return forward(call, "expired", now=now) if call else "unknown"


def _intent_succeeded(event: gateways.Event, now: datetime) -> str:
    call = call_of(event.about)
    if call is None:
        return "unknown"
    return pay_for(call, str(event.about["id"]), event, cents=event.about.get("amount_received"), now=now)


def _intent_failed(event: gateways.Event, now: datetime) -> str:
    """A refused card may be tried again on the same page; a debit that was under way has failed for good."""
    call = call_of(event.about)
    if call is None:
        return "unknown"
    return forward(call, "failed", now=now) if call.state == "processing" else "tried"


def _dispute(event: gateways.Event, now: datetime) -> str:
    """The bank of who paid takes the money back: a debit without funds, a card's dispute."""
    payment = payment_of(event.about)
    if payment is None:
        return "unknown"
    reason = str(event.about.get("reason") or "dispute")[:40]
    return "returned" if take_back(payment.id, day=day_at(payment.place_id, event.at), reason=reason, now=now) else "known"


def _dispute_won(event: gateways.Event, now: datetime) -> str:
    """The money came back to us: what it paid is paid again."""
    payment = payment_of(event.about)
    if payment is None:
        return "unknown"
    lock(MONEY, payment.place_id)
    contrary = sa.orm.aliased(Movement)
    standing = db.session.scalar(
        sa.select(Movement).where(
            Movement.payment_id == payment.id,
            Movement.kind == "returned",
            Movement.undoes_id.is_(None),
            ~sa.exists().where(contrary.undoes_id == Movement.id),
        )
    )
    if standing is None:
        return "known"
    undo(standing, day=day_at(payment.place_id, event.at), now=now)
    invoices = db.session.scalars(
        sa.select(Allocation.invoice_id).where(Allocation.payment_id == payment.id).group_by(Allocation.invoice_id)
    ).all()
    pay_again(payment.id, invoices, now=now)
    return "reinstated"


def _refund_told(event: gateways.Event, now: datetime) -> str:
    """What became of a refund of ours."""
    call = call_of(event.about)
    if call is None or call.kind != "refund":
        return "unknown"
    return refund_is(call, str(event.about.get("status") or ""), refund_id=str(event.about["id"]), now=now)


def _charge_refunded(event: gateways.Event, now: datetime) -> str:
    """Refunded from Stripe's own pages: our books follow, and what it paid is due again unless a credit note says otherwise."""
    payment = payment_of(event.about)
    if payment is None:
        return "unknown"
    lock(MONEY, payment.place_id)
    more = int(event.about.get("amount_refunded") or 0) - queries.gone(payment.id)
    if more <= 0:
        return "known"
    short = more - queries.available(payment.id)
    for invoice_id, cents in reversed(list(queries.allocations_of(payment.id).items())):
        back = min(short, cents)
        if back > 0:
            db.session.add(Allocation(payment_id=payment.id, invoice_id=invoice_id, cents=-back, created_at=now))
            short -= back
    db.session.flush()
    cents = min(more, queries.available(payment.id))
    if cents > 0:
        refund(payment.id, cents=cents, day=day_at(payment.place_id, event.at), reason="Stripe", now=now)
    return "refunded"


def _nothing(_event: gateways.Event, _now: datetime) -> str:
    return ""


_EFFECTS = {
    "checkout.session.completed": _session_completed,
    "checkout.session.async_payment_succeeded": _session_completed,
    "checkout.session.async_payment_failed": _session_failed,
    "checkout.session.expired": _session_expired,
    "payment_intent.succeeded": _intent_succeeded,
    "payment_intent.payment_failed": _intent_failed,
    "payment_intent.canceled": _intent_failed,
    "charge.dispute.created": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute_won,
    "charge.refunded": _charge_refunded,
    "refund.created": _refund_told,
    "refund.updated": _refund_told,
    "refund.failed": _refund_told,
}
