"""What `Two` processes know how to do with money: pay, give back, be told by Stripe, settle a bank line, sell with a code."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from app.billing import gateways, services
from app.billing.models import Payment
from app.billing.rules.payments import Payer
from app.billing.services import checkout, invoicing, refunding, selling
from app.core.db import db
from app.core.refusals import Refused

DAY = date(2026, 12, 1)


def done(gesture: dict[str, Any]) -> str:
    """What it said, or the first code of the refusal."""
    try:
        return str(DOES[gesture["do"]](gesture, datetime.fromisoformat(gesture["now"])))
    except Refused as refused:
        return refused.codes[0]


def _pay(said: dict[str, Any], now: datetime) -> str:
    services.record_payment(
        place_id=said["place"], payer=Payer(said["who"]), means="cash", cents=300, received_on=DAY, invoice_ids=[said["invoice"]], now=now
    )
    return "paid"


def _give_back(said: dict[str, Any], now: datetime) -> str:
    payment = db.session.get_one(Payment, said["payment"])
    refunding.give_back(payment, cents=100, day=DAY, reason="x", key=said.get("key"), now=now, actor_id=said["who"])
    return "given"


def _hear(said: dict[str, Any], now: datetime) -> bool:
    event = gateways.Event(said["event"], "payment_intent.succeeded", datetime(2026, 12, 1, tzinfo=UTC), said["about"])
    return checkout.take_event(event, now=now)


def _sell(said: dict[str, Any], now: datetime) -> str:
    lot = selling.sell_pass(pass_type_id=said["kind"], member_id=said["who"], coupon=said["code"], on_tab=True, now=now, actor_id=None)
    return str(lot.granted)


DOES: dict[str, Callable[[dict[str, Any], datetime], object]] = {
    "pay": _pay,
    "give_back": _give_back,
    "hear": _hear,
    "settle": lambda said, now: services.settle(said["line"], said["code"], now=now),
    "return_carnet": lambda said, now: selling.refund_pass(lot_id=said["lot"], reason="Départ", now=now, actor_id=None),
    "credit": lambda said, now: invoicing.credit(said["invoice"], reason="Erreur", now=now).gross_cents,
    "sell": _sell,
}
