"""What a webhook tells, how it signs and how long it insists: pure rules (Standard Webhooks 1.0.0)."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from app.core.refusals import N_, Reason

# The lines of the journal that may be told outside.
EVENTS = (
    "booking.held", "booking.pending", "booking.confirmed", "booking.moved", "booking.noted", "booking.checked_in", "booking.done",
    "booking.cancelled", "booking.late_cancelled", "booking.no_show", "booking.rejected", "booking.released", "booking.expired",
    "series.booked", "series.split", "waitlist.joined", "waitlist.left",
    "outage.declared", "outage.prolonged", "outage.ended", "closure.declared", "place.closure_cancelled",
)  # fmt: skip

# From one try to the next: 20 hours in all, soon at first for a passing trouble, then patiently.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=12, minutes=25),
)


class TooManyWebhooks(Reason):
    code = "too_many"
    sentence = N_("Il y a déjà %(count)s webhooks, c’est le plus possible.")
    next_step = N_("Retirez-en un d’abord.")


def signature(secret: bytes, *, message_id: str, at: datetime, body: bytes) -> str:
    signed = b".".join((message_id.encode(), str(int(at.timestamp())).encode(), body))
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def secret_from(key: str, salt: bytes) -> bytes:
    """A webhook's secret follows from the lieu's key and a salt: a stolen copy of the database signs nothing."""
    return hmac.new(key.encode(), b"worklab webhook " + salt, hashlib.sha256).digest()


def secret_shown(secret: bytes) -> str:
    return "whsec_" + base64.b64encode(secret).decode()


def next_try(attempts: int, *, now: datetime) -> datetime | None:
    """When to try again after so many failures; None: enough."""
    return now + WAITS[attempts - 1] if attempts <= len(WAITS) else None
