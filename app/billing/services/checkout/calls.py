"""What is asked of Stripe, and what both ways of knowing its answer share: a call goes forward, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from app.billing import gateways
from app.billing.models import Invoice, Movement, Payment, ProviderCall
from app.billing.queries import payments as queries
from app.billing.rules.payments import Payer
from app.billing.services.payments import MONEY, record_payment, undo
from app.core import journal
from app.core.db import db, lock, transaction
from app.place.models import Place
from app.place.queries import day_at

EVENTS = 54  # the space of locks: one event is taken by one process


SOON, LATER = timedelta(minutes=1), timedelta(minutes=10)


MOST_CALLS = 10  # looked at in one go


UNDER_WAY = ("asked", "open", "processing")


@dataclass(frozen=True, slots=True)
class Links:
    """Where Stripe sends the person back."""

    paid: str
    given_up: str


def refund_is(call: ProviderCall, status: str, *, refund_id: str | None, now: datetime, trouble: str = "") -> str:
    """Forward only: a refund that failed is undone in the books, once."""
    session = db.session()
    state = {"succeeded": "done", "failed": "failed", "canceled": "failed"}.get(status, "processing")
    before = ("asked", "open") if state == "processing" else (*UNDER_WAY, "done") if state == "failed" else UNDER_WAY
    moved = session.scalar(
        sa.update(ProviderCall)
        .where(ProviderCall.id == call.id, ProviderCall.state.in_(before))
        .values(state=state, provider_id=refund_id or ProviderCall.provider_id, trouble=trouble, changed_at=now)
        .returning(ProviderCall.id)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        return "known"
    session.refresh(call)
    if state == "failed" and call.movement_id is not None:
        movement = session.get_one(Movement, call.movement_id)
        undo(movement, day=day_at(call.place_id, now), now=now)
        payment = session.get_one(Payment, movement.payment_id)
        journal.record(
            "payment.refund_failed", payment.id, place_id=call.place_id, member_id=payment.member_id, at=now, cents=movement.cents
        )
    return state


def record_intent(call_id: int, found: gateways.Intent, *, now: datetime) -> bool:
    """A look found a payment that nobody had told us."""
    with transaction() as session:
        call = session.get_one(ProviderCall, call_id, populate_existing=True)
        lock(MONEY, call.place_id)
        _pay(call, found.id, cents=found.received_cents, currency=found.currency, day=day_at(call.place_id, now), now=now)
        if found.fee_cents is not None:
            call.fee_cents = found.fee_cents
            session.flush()
        return True


def pay_for(call: ProviderCall, intent_id: str, event: gateways.Event, *, cents: Any, now: datetime) -> str:
    lock(MONEY, call.place_id)
    db.session.refresh(call)
    return _pay(
        call,
        intent_id,
        cents=cents,
        currency=str(event.about.get("currency") or ""),
        day=day_at(call.place_id, event.at),
        now=now,
    )


def _pay(call: ProviderCall, intent_id: str, *, cents: Any, currency: str, day: date, now: datetime) -> str:
    """The payment of a call, once, for what really came; another amount than the one asked is flagged, another currency is
    never taken for euros."""
    session = db.session()
    if call.state == "done":
        return "known"
    if currency.lower() != "eur" or not isinstance(cents, int) or cents <= 0:
        journal.record("checkout.odd", call.invoice_id, place_id=call.place_id, at=now)
        return "odd"
    place = session.get_one(Place, call.place_id)
    payment = record_payment(
        place_id=call.place_id,
        payer=session.get_one(Invoice, call.invoice_id) if call.invoice_id else Payer(call.member_id),
        means=call.means,
        cents=cents,
        expected_cents=call.cents,
        fee_cents=queries.payment_terms(place).fees[call.means].of(cents),
        received_on=day,
        invoice_ids=[call.invoice_id] if call.invoice_id else [],
        provider="stripe",
        provider_id=intent_id or call.key,
        now=now,
    )
    call.state, call.payment_id, call.intent_id, call.changed_at = "done", payment.id, intent_id or None, now
    session.flush()
    if call.ref:
        _settle(call.ref, payment, now=now)
    return "paid"


# What a payment made before any bill was for, by the first word of its `ref`; given by `app/wiring.py`.
Settler = Callable[[int, Payment, datetime], object]


def install(app: Flask, settlers: Mapping[str, Settler]) -> None:
    app.extensions["paid_before"] = settlers


def _settle(ref: str, payment: Payment, *, now: datetime) -> None:
    """Tell who kept the thing that it is paid: « booking:12 »."""
    kind, _, number = ref.partition(":")
    current_app.extensions["paid_before"][kind](int(number), payment, now)


def forward(call: ProviderCall, state: str, *, now: datetime, intent_id: str = "") -> str:
    """A call only goes forward: what is done stays done, whatever is told late."""
    before = {"processing": ("asked", "open"), "expired": ("asked", "open"), "failed": UNDER_WAY}[state]
    values: dict[str, Any] = {"state": state, "changed_at": now} | ({"intent_id": intent_id} if intent_id else {})
    moved = db.session.scalar(
        sa.update(ProviderCall)
        .where(ProviderCall.id == call.id, ProviderCall.state.in_(before))
        .values(**values)
        .returning(ProviderCall.id)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        return "late"
    db.session.refresh(call)
    if state == "failed" and call.invoice_id:
        invoice = db.session.get_one(Invoice, call.invoice_id)
        journal.record("checkout.failed", call.invoice_id, place_id=call.place_id, member_id=invoice.member_id, at=now)
    return state


def close_call(call_id: int, state: str, *, trouble: str = "", now: datetime) -> bool:
    with transaction() as session:
        call = session.get_one(ProviderCall, call_id, populate_existing=True)
        said = forward(call, state, now=now)
        if trouble:
            call.trouble = trouble[:200]
            session.flush()
        return said == state


def call_of(about: Mapping[str, Any]) -> ProviderCall | None:
    """Which of our calls an object of Stripe's answers: by its id, its intent, or the key that we wrote in it."""
    metadata = about.get("metadata")
    key = metadata.get("call") if isinstance(metadata, dict) else None
    ways = [ProviderCall.provider_id == str(about.get("id")), ProviderCall.intent_id == str(about.get("id"))]
    if about.get("payment_intent") and about.get("object") == "checkout.session":
        ways.append(ProviderCall.intent_id == str(about["payment_intent"]))
    if isinstance(key, str):
        ways.append(ProviderCall.key == key)
    if isinstance(about.get("client_reference_id"), str):
        ways.append(ProviderCall.key == about["client_reference_id"])
    kind = "refund" if about.get("object") == "refund" else "checkout"
    return db.session.scalar(sa.select(ProviderCall).where(ProviderCall.kind == kind, sa.or_(*ways)).order_by(ProviderCall.id).limit(1))


def payment_of(about: Mapping[str, Any]) -> Payment | None:
    intent_id = about.get("payment_intent")
    return db.session.scalar(sa.select(Payment).where(Payment.provider == "stripe", Payment.provider_id == str(intent_id)))


_KEPT = ("id", "object", "status", "payment_status", "payment_intent", "amount", "amount_total", "amount_received", "amount_refunded")


def worth_keeping(about: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says, without anybody's name or address."""
    said = {name: about[name] for name in (*_KEPT, "currency", "reason") if isinstance(about.get(name), str | int)}
    return {name: value[:120] if isinstance(value, str) else value for name, value in said.items()}
