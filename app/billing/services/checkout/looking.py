"""Looking by ourselves: what was cut, or never told, is closed."""

from datetime import datetime

import sqlalchemy as sa

from app.billing import gateways
from app.billing.models import ProviderCall
from app.billing.queries import payments as queries
from app.billing.services.checkout.calls import LATER, MOST_CALLS, SOON, UNDER_WAY, close_call, record_intent, refund_is
from app.core.db import db, transaction


def close_calls(*, now: datetime) -> int:
    """Look at each call that was left open (Stripe was away, a message was lost) and bring it to its end; how many ended."""
    if not gateways.is_ready():
        return 0
    due = sa.or_(
        sa.and_(ProviderCall.state == "asked", ProviderCall.changed_at <= now - SOON),
        sa.and_(ProviderCall.state.in_(("open", "processing")), ProviderCall.changed_at <= now - LATER),
        sa.and_(ProviderCall.state == "open", ProviderCall.wanted_until <= now, ProviderCall.changed_at < ProviderCall.wanted_until),
    )
    ended = 0
    for call_id in db.session.scalars(sa.select(ProviderCall.id).where(due).order_by(ProviderCall.changed_at).limit(MOST_CALLS)).all():
        with transaction() as session:  # whoever comes next looks elsewhere
            session.execute(sa.update(ProviderCall).where(ProviderCall.id == call_id).values(changed_at=now))
        try:
            ended += _look(call_id, now=now)
        except gateways.Unreachable:
            break  # away: later
        except gateways.Declined as said:
            close_call(call_id, "failed", trouble=str(said), now=now)
            ended += 1
    return ended


def _look(call_id: int, *, now: datetime) -> bool:
    """Ask what became of one call; whether it ended."""
    call = db.session.get_one(ProviderCall, call_id, populate_existing=True)
    if call.kind == "refund":
        return ask_refund(call_id, now=now)
    if call.state == "processing" and call.intent_id:
        found = gateways.intent(call.intent_id)
        if found.status == "succeeded":
            return record_intent(call_id, found, now=now)
        return found.status in ("requires_payment_method", "canceled") and close_call(call_id, "failed", now=now)
    nobody_has_it = call.provider_id is None
    page = open_checkout(call) if nobody_has_it else gateways.checkout(str(call.provider_id))
    with transaction() as session:
        session.execute(
            sa.update(ProviderCall)
            .where(ProviderCall.id == call_id, ProviderCall.state.in_(("asked", "open")))
            .values(provider_id=page.id, intent_id=page.intent_id or None, state="open", changed_at=now)
        )
    if page.payment_status == "paid":
        return record_intent(call_id, gateways.intent(page.intent_id), now=now)
    if page.status == "complete":
        close_call(call_id, "processing", now=now)
        return False
    if page.status == "expired":
        return close_call(call_id, "expired", now=now)
    if nobody_has_it or not _is_wanted(call, now):
        gateways.expire_checkout(page.id)  # nobody pays on a page that nobody was given, nor twice
        return close_call(call_id, "expired", now=now)
    return False


def _is_wanted(call: ProviderCall, now: datetime) -> bool:
    """Whether there is still something to pay: Stripe keeps a page open for half an hour at least, whatever became of it here."""
    if call.wanted_until is not None:
        return call.wanted_until > now
    return queries.left_to_pay([call.invoice_id or 0]).get(call.invoice_id or 0, 0) > 0


def open_checkout(call: ProviderCall) -> gateways.Checkout:
    """The page of a call: the same words with the same key give the same page."""
    return gateways.open_checkout(key=call.key, cents=call.cents, means=call.means, now=call.created_at, **(call.request or {}))


def ask_refund(call_id: int, *, now: datetime) -> bool:
    call = db.session.get_one(ProviderCall, call_id, populate_existing=True)
    if call.state not in UNDER_WAY:
        return False
    try:
        made = gateways.refund(key=call.key, intent_id=str(call.intent_id), cents=call.cents)
    except gateways.Declined as said:
        with transaction():
            refund_is(call, "failed", refund_id=None, now=now, trouble=str(said))
        return True
    except gateways.Unreachable:
        return False  # written, and asked again with the same key
    with transaction():
        return refund_is(call, made.status, refund_id=made.id, now=now) in ("done", "failed")
