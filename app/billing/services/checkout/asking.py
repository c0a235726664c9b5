"""Asking: a page of payment, a refund. The key is written before the call."""

import secrets
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.billing import gateways
from app.billing.models import Invoice, Payment, ProviderCall
from app.billing.queries.owed import asked_now
from app.billing.rules.payments import AskedTooSoon, NothingToPay, PaymentDeclined
from app.billing.services.checkout.calls import LATER, UNDER_WAY, Links, close_call
from app.billing.services.checkout.looking import open_checkout
from app.billing.services.payments import MONEY, refund
from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Refused


def ask_checkout(invoice_id: int, *, means: str, label: str, links: Links, now: datetime, actor_id: int | None) -> str:
    """The address of a page of payment for what is left of an invoice. Asked again, it is the same page as long as it lasts.

    Raises `gateways.Unreachable` when Stripe is away: the call stays written, and the regular look closes it.
    """
    with transaction() as session:
        invoice = session.get_one(Invoice, invoice_id)
        lock(MONEY, invoice.place_id)
        left = asked_now(invoice_id)
        if left <= 0:
            raise Refused(NothingToPay())
        call, is_new = _call(
            ProviderCall.invoice_id == invoice_id,
            links=links,
            label=label,
            now=now,
            place_id=invoice.place_id,
            invoice_id=invoice_id,
            means=means,
            cents=left,
        )
        if is_new:
            journal.record(
                "checkout.asked", invoice_id, place_id=call.place_id, actor_id=actor_id, member_id=invoice.member_id, at=now, cents=left
            )
    return _page_of(call, now=now)


def ask_prepayment(*, place_id: int, ref: str, member_id: int, cents: int, until: datetime, label: str, links: Links, now: datetime) -> str:
    """The same for what no invoice asks yet: a booking that is kept until then while its card is read."""
    with transaction() as session:
        lock(MONEY, place_id)
        if session.scalar(sa.select(sa.exists().where(ProviderCall.ref == ref, ProviderCall.state == "done"))):
            raise Refused(NothingToPay())
        call, _is_new = _call(
            ProviderCall.ref == ref,
            links=links,
            label=label,
            now=now,
            place_id=place_id,
            ref=ref,
            member_id=member_id,
            means="card",
            cents=cents,
            wanted_until=until,
        )
    return _page_of(call, now=now)


def no_longer_wanted(ref: str, *, now: datetime) -> None:
    """What was kept is booked or given up without its page: nobody is to pay there any more."""
    with transaction() as session:
        session.execute(
            sa.update(ProviderCall)
            .where(ProviderCall.ref == ref, ProviderCall.state.in_(UNDER_WAY), ProviderCall.wanted_until > now)
            .values(wanted_until=now)
            .execution_options(synchronize_session=False)
        )


def write_refund(
    payment_id: int, *, cents: int, day: date, reason: str, now: datetime, actor_id: int | None, cause_id: int | None = None
) -> int:
    """A refund that Stripe is to make, in the books and among the calls; the regular look asks for it if nobody does before."""
    with transaction() as session:
        payment = session.get_one(Payment, payment_id)
        movement = refund(payment_id, cents=cents, day=day, reason=reason, now=now, actor_id=actor_id, cause_id=cause_id)
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
        return call.id


def _call(of: sa.ColumnElement[bool], *, links: Links, label: str, now: datetime, **said: Any) -> tuple[ProviderCall, bool]:
    """The call that is under way for this amount, or a new one; whether it is new."""
    under_way = db.session.scalars(
        sa.select(ProviderCall)
        .where(of, ProviderCall.kind == "checkout", ProviderCall.state.in_(UNDER_WAY))
        .order_by(ProviderCall.id.desc())
    ).all()
    if any(call.state == "processing" for call in under_way):
        raise Refused(AskedTooSoon())
    found = next((call for call in under_way if (call.means, call.cents) == (said["means"], said["cents"])), None)
    if found is not None and (found.state == "asked" or found.created_at > now - gateways.LASTS + LATER):
        return found, False
    made = ProviderCall(
        kind="checkout",
        key=secrets.token_urlsafe(24),
        state="asked",
        request={"label": label, "success_url": links.paid, "cancel_url": links.given_up},
        created_at=now,
        changed_at=now,
        **said,
    )
    db.session.add(made)
    db.session.flush()
    return made, True


def _page_of(call: ProviderCall, *, now: datetime) -> str:
    """The address of a call's page: known, or asked now, with no transaction open."""
    if call.state == "open":
        return call.url
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
