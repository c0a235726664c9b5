"""Card and debit by Stripe: each call is written before it is made, each event has its effect once, and a regular look closes
whatever was cut. Nothing here holds a transaction while it waits for Stripe."""

import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.billing import gateways
from app.billing.models import Allocation, Invoice, Movement, Payment, ProviderCall, StripeEvent
from app.billing.queries import payments as queries
from app.billing.rules.payments import AskedTooSoon, NothingToPay, PaymentDeclined
from app.billing.services.payments import MONEY, pay_again, record_payment, refund, take_back, undo
from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.place.models import Place

EVENTS = 54  # the space of locks: one event is taken by one process
SOON, LATER = timedelta(minutes=1), timedelta(minutes=10)
MOST_CALLS = 10  # looked at in one go
UNDER_WAY = ("asked", "open", "processing")


@dataclass(frozen=True, slots=True)
class Links:
    """Where Stripe sends the person back."""

    paid: str
    given_up: str


# ---------------------------------------------------------------- asking


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
        page = _open(call)
    except gateways.Declined as said:
        _close(call.id, "failed", trouble=str(said), now=now)
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
    _ask_refund(call.id, now=now)


# ---------------------------------------------------------------- being told


def take_event(event: gateways.Event, *, now: datetime) -> bool:
    """What Stripe tells: its id and its effect are written together, once. Whether it was news."""
    with transaction() as session:
        lock(EVENTS, zlib.crc32(event.id.encode()) & 0x7FFFFFFF)
        if session.get(StripeEvent, event.id) is not None:
            return False
        effect = _EFFECTS.get(event.type, _nothing)(event, now)
        session.add(
            StripeEvent(id=event.id, type=event.type[:80], effect=effect, content=_kept(event.about), told_at=event.at, received_at=now)
        )
        session.flush()
        return True


def _session_completed(event: gateways.Event, now: datetime) -> str:
    call = _call_of(event.about)
    if call is None:
        return "unknown"
    intent_id = str(event.about.get("payment_intent") or "")
    if event.about.get("payment_status") == "paid":
        return _paid(call, intent_id, event, cents=event.about.get("amount_total"), now=now)
    return _forward(call, "processing", now=now, intent_id=intent_id)


def _session_failed(event: gateways.Event, now: datetime) -> str:
    call = _call_of(event.about)
    return _forward(call, "failed", now=now) if call else "unknown"


def _session_expired(event: gateways.Event, now: datetime) -> str:
    call = _call_of(event.about)
    return _forward(call, "expired", now=now) if call else "unknown"


def _intent_succeeded(event: gateways.Event, now: datetime) -> str:
    call = _call_of(event.about)
    if call is None:
        return "unknown"
    return _paid(call, str(event.about["id"]), event, cents=event.about.get("amount_received"), now=now)


def _intent_failed(event: gateways.Event, now: datetime) -> str:
    """A refused card may be tried again on the same page; a debit that was under way has failed for good."""
    call = _call_of(event.about)
    if call is None:
        return "unknown"
    return _forward(call, "failed", now=now) if call.state == "processing" else "tried"


def _dispute(event: gateways.Event, now: datetime) -> str:
    """The bank of who paid takes the money back: a debit without funds, a card's dispute."""
    payment = _payment_of(event.about)
    if payment is None:
        return "unknown"
    reason = str(event.about.get("reason") or "dispute")[:40]
    return "returned" if take_back(payment.id, day=_day(payment.place_id, event.at), reason=reason, now=now) else "known"


def _dispute_won(event: gateways.Event, now: datetime) -> str:
    """The money came back to us: what it paid is paid again."""
    payment = _payment_of(event.about)
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
    undo(standing, day=_day(payment.place_id, event.at), now=now)
    invoices = db.session.scalars(
        sa.select(Allocation.invoice_id).where(Allocation.payment_id == payment.id).group_by(Allocation.invoice_id)
    ).all()
    pay_again(payment.id, invoices, now=now)
    return "reinstated"


def _refund_told(event: gateways.Event, now: datetime) -> str:
    """What became of a refund of ours."""
    call = _call_of(event.about)
    if call is None or call.kind != "refund":
        return "unknown"
    return _refund_is(call, str(event.about.get("status") or ""), refund_id=str(event.about["id"]), now=now)


def _charge_refunded(event: gateways.Event, now: datetime) -> str:
    """Refunded from Stripe's own pages: our books follow, and what it paid is due again unless a credit note says otherwise."""
    payment = _payment_of(event.about)
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
        refund(payment.id, cents=cents, day=_day(payment.place_id, event.at), reason="Stripe", now=now)
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


# ---------------------------------------------------------------- looking by ourselves


def close_calls(*, now: datetime) -> int:
    """Look at each call that was left open (Stripe was away, a message was lost) and bring it to its end; how many ended."""
    if not gateways.is_ready():
        return 0
    due = sa.or_(
        sa.and_(ProviderCall.state == "asked", ProviderCall.changed_at <= now - SOON),
        sa.and_(ProviderCall.state.in_(("open", "processing")), ProviderCall.changed_at <= now - LATER),
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
            _close(call_id, "failed", trouble=str(said), now=now)
            ended += 1
    return ended


def _look(call_id: int, *, now: datetime) -> bool:
    """Ask what became of one call; whether it ended."""
    call = db.session.get_one(ProviderCall, call_id, populate_existing=True)
    if call.kind == "refund":
        return _ask_refund(call_id, now=now)
    if call.state == "processing" and call.intent_id:
        found = gateways.intent(call.intent_id)
        if found.status == "succeeded":
            return _record(call_id, found, now=now)
        return found.status in ("requires_payment_method", "canceled") and _close(call_id, "failed", now=now)
    nobody_has_it = call.provider_id is None
    page = _open(call) if nobody_has_it else gateways.checkout(str(call.provider_id))
    with transaction() as session:
        session.execute(
            sa.update(ProviderCall)
            .where(ProviderCall.id == call_id, ProviderCall.state.in_(("asked", "open")))
            .values(provider_id=page.id, intent_id=page.intent_id or None, state="open", changed_at=now)
        )
    if page.payment_status == "paid":
        return _record(call_id, gateways.intent(page.intent_id), now=now)
    if page.status == "complete":
        _close(call_id, "processing", now=now)
        return False
    if page.status == "expired":
        return _close(call_id, "expired", now=now)
    if nobody_has_it or queries.left_to_pay([call.invoice_id or 0]).get(call.invoice_id or 0, 0) <= 0:
        gateways.expire_checkout(page.id)  # nobody pays on a page that nobody was given, nor twice
        return _close(call_id, "expired", now=now)
    return False


def _open(call: ProviderCall) -> gateways.Checkout:
    """The page of a call: the same words with the same key give the same page."""
    return gateways.open_checkout(key=call.key, cents=call.cents, means=call.means, now=call.created_at, **(call.request or {}))


def _ask_refund(call_id: int, *, now: datetime) -> bool:
    call = db.session.get_one(ProviderCall, call_id, populate_existing=True)
    if call.state not in UNDER_WAY:
        return False
    try:
        made = gateways.refund(key=call.key, intent_id=str(call.intent_id), cents=call.cents)
    except gateways.Declined as said:
        with transaction():
            _refund_is(call, "failed", refund_id=None, now=now, trouble=str(said))
        return True
    except gateways.Unreachable:
        return False  # written, and asked again with the same key
    with transaction():
        return _refund_is(call, made.status, refund_id=made.id, now=now) in ("done", "failed")


def _refund_is(call: ProviderCall, status: str, *, refund_id: str | None, now: datetime, trouble: str = "") -> str:
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
        undo(movement, day=_day(call.place_id, now), now=now)
        payment = session.get_one(Payment, movement.payment_id)
        journal.record(
            "payment.refund_failed", payment.id, place_id=call.place_id, member_id=payment.member_id, at=now, cents=movement.cents
        )
    return state


# ---------------------------------------------------------------- what both ways share


def _record(call_id: int, found: gateways.Intent, *, now: datetime) -> bool:
    """A look found a payment that nobody had told us."""
    with transaction() as session:
        call = session.get_one(ProviderCall, call_id, populate_existing=True)
        lock(MONEY, call.place_id)
        _pay(call, found.id, cents=found.received_cents, currency=found.currency, day=_day(call.place_id, now), now=now)
        if found.fee_cents is not None:
            call.fee_cents = found.fee_cents
            session.flush()
        return True


def _paid(call: ProviderCall, intent_id: str, event: gateways.Event, *, cents: Any, now: datetime) -> str:
    lock(MONEY, call.place_id)
    db.session.refresh(call)
    return _pay(
        call,
        intent_id,
        cents=cents,
        currency=str(event.about.get("currency") or ""),
        day=_day(call.place_id, event.at),
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
    invoice = session.get_one(Invoice, call.invoice_id)
    place = session.get_one(Place, call.place_id)
    payment = record_payment(
        place_id=call.place_id,
        payer=invoice,
        means=call.means,
        cents=cents,
        expected_cents=call.cents,
        fee_cents=queries.payment_terms(place).fees[call.means].of(cents),
        received_on=day,
        invoice_ids=[invoice.id],
        provider="stripe",
        provider_id=intent_id or call.key,
        now=now,
    )
    call.state, call.payment_id, call.intent_id, call.changed_at = "done", payment.id, intent_id or None, now
    session.flush()
    return "paid"


def _forward(call: ProviderCall, state: str, *, now: datetime, intent_id: str = "") -> str:
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
    if state == "failed":
        invoice = db.session.get_one(Invoice, call.invoice_id)
        journal.record("checkout.failed", call.invoice_id, place_id=call.place_id, member_id=invoice.member_id, at=now)
    return state


def _close(call_id: int, state: str, *, trouble: str = "", now: datetime) -> bool:
    with transaction() as session:
        call = session.get_one(ProviderCall, call_id, populate_existing=True)
        said = _forward(call, state, now=now)
        if trouble:
            call.trouble = trouble[:200]
            session.flush()
        return said == state


def _call_of(about: Mapping[str, Any]) -> ProviderCall | None:
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


def _payment_of(about: Mapping[str, Any]) -> Payment | None:
    intent_id = about.get("payment_intent")
    return db.session.scalar(sa.select(Payment).where(Payment.provider == "stripe", Payment.provider_id == str(intent_id)))


def _day(place_id: int, at: datetime) -> date:
    return at.astimezone(db.session.get_one(Place, place_id).tz).date()


_KEPT = ("id", "object", "status", "payment_status", "payment_intent", "amount", "amount_total", "amount_received", "amount_refunded")


def _kept(about: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says, without anybody's name or address."""
    said = {name: about[name] for name in (*_KEPT, "currency", "reason") if isinstance(about.get(name), str | int)}
    return {name: value[:120] if isinstance(value, str) else value for name, value in said.items()}
