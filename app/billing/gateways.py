"""Stripe, and nothing else speaks to it. Its package weighs 29 MB: it is imported when there is something to ask or to verify.

Every call bears a key written in the database before it leaves, so that asking again is never asking twice.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import current_app

TOLERANCE = timedelta(seconds=300)  # between Stripe's clock and ours, in both directions
PATIENCE = (3, 12)  # seconds to connect, then to answer
LASTS = timedelta(hours=1)  # a page of payment; Stripe takes no less than half an hour
_METHODS = {"card": "card", "sepa_stripe": "sepa_debit"}


class Unreachable(Exception):
    """Stripe does not answer, or not as it should: what was asked may have been done."""


class Declined(Exception):
    """Stripe understood and said no: asking again would change nothing."""


class NotSigned(Exception):
    """A message that does not prove it comes from Stripe, now."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A page of payment at Stripe."""

    id: str
    status: str  # open, complete, expired
    payment_status: str  # paid, unpaid, no_payment_required
    intent_id: str
    cents: int
    currency: str
    url: str


@dataclass(frozen=True, slots=True)
class Intent:
    """What became of a payment, and what Stripe took."""

    id: str
    status: str  # succeeded, processing, requires_payment_method, canceled…
    received_cents: int
    currency: str
    fee_cents: int | None


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    status: str  # pending, succeeded, failed, canceled, requires_action


@dataclass(frozen=True, slots=True)
class Event:
    """Something that Stripe tells."""

    id: str
    type: str
    at: datetime
    about: Mapping[str, Any]  # the object concerned


def is_ready() -> bool:
    """Whether this lieu has an account at Stripe. Without one everything else works."""
    return bool(current_app.config["STRIPE_SECRET_KEY"])


def open_checkout(*, key: str, cents: int, means: str, label: str, success_url: str, cancel_url: str, now: datetime) -> Checkout:
    said: dict[str, Any] = {
        "mode": "payment",
        "payment_method_types": [_METHODS[means]],
        "line_items": [
            {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": cents, "product_data": {"name": label}}},
        ],
        "client_reference_id": key,
        "metadata": {"call": key},
        "payment_intent_data": {"metadata": {"call": key}, "description": label},
        "success_url": success_url,
        "cancel_url": cancel_url,
        "expires_at": int((now + LASTS).timestamp()),
    }
    return _checkout(_ask("POST", "/v1/checkout/sessions", said, key=key))


def checkout(session_id: str) -> Checkout:
    return _checkout(_ask("GET", f"/v1/checkout/sessions/{_name(session_id)}", {}))


def expire_checkout(session_id: str) -> Checkout:
    return _checkout(_ask("POST", f"/v1/checkout/sessions/{_name(session_id)}/expire", {}))


def intent(intent_id: str) -> Intent:
    found = _ask("GET", f"/v1/payment_intents/{_name(intent_id)}", {"expand": ["latest_charge.balance_transaction"]})
    charge = found.get("latest_charge")
    balance = charge.get("balance_transaction") if isinstance(charge, dict) else None
    fee = balance.get("fee") if isinstance(balance, dict) else None
    return Intent(str(found["id"]), str(found["status"]), int(found.get("amount_received") or 0), str(found["currency"]), fee)


def refund(*, key: str, intent_id: str, cents: int) -> Refund:
    made = _ask("POST", "/v1/refunds", {"payment_intent": intent_id, "amount": cents, "metadata": {"call": key}}, key=key)
    return Refund(str(made["id"]), str(made["status"]))


def event(payload: bytes, signature: str, *, now: datetime, real_now: datetime) -> Event:
    """What these bytes say, once their signature is verified and their hour is ours: neither old nor to come.

    `real_now` differs from `now` only where the clock is stopped (tests, demonstrations): Stripe does not stop its own.
    """
    import stripe

    secret = current_app.config["STRIPE_WEBHOOK_SECRET"]
    if not secret:
        raise NotSigned("no secret")
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret)
        signed_at = datetime.fromtimestamp(_signed_at(signature), UTC)
        told = json.loads(payload)
        if min(abs(now - signed_at), abs(real_now - signed_at)) > TOLERANCE:
            raise NotSigned("another hour")
        return Event(str(told["id"]), str(told["type"]), datetime.fromtimestamp(int(told["created"]), UTC), dict(told["data"]["object"]))
    except (stripe.SignatureVerificationError, ValueError, TypeError, KeyError, OverflowError, OSError) as trouble:
        raise NotSigned(type(trouble).__name__) from trouble


def _signed_at(signature: str) -> int:
    """The hour that was signed; a second one beside it proves nothing, so there must be one only."""
    (hour,) = re.findall(r"(?:^|,)t=(\d{1,12})(?=,|$)", signature)
    return int(hour)


def _checkout(found: Mapping[str, Any]) -> Checkout:
    return Checkout(
        id=str(found["id"]),
        status=str(found.get("status") or ""),
        payment_status=str(found.get("payment_status") or ""),
        intent_id=str(found.get("payment_intent") or ""),
        cents=int(found.get("amount_total") or 0),
        currency=str(found.get("currency") or ""),
        url=str(found.get("url") or ""),
    )


def _ask(method: str, path: str, said: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
    import stripe

    config = current_app.config
    client = _client(config["STRIPE_SECRET_KEY"], config["STRIPE_API_BASE"])
    try:
        answer = client.raw_request(method.lower(), path, **said, **({"idempotency_key": key} if key else {}))
        return dict(answer.data)
    except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as trouble:
        raise Declined(str(trouble.user_message or trouble.code or type(trouble).__name__)[:200]) from trouble
    except (stripe.StripeError, ValueError) as trouble:
        raise Unreachable(type(trouble).__name__) from trouble


@lru_cache(maxsize=2)
def _client(secret: str, base: str) -> Any:
    import stripe

    return stripe.StripeClient(
        secret,
        base_addresses={"api": base.rstrip("/")} if base else None,
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=PATIENCE),
    )


def _name(text: str) -> str:
    """An id of Stripe's, and nothing that could lead elsewhere."""
    if not re.fullmatch(r"[A-Za-z0-9_]{1,120}", text):
        raise Declined("not an id")
    return text
