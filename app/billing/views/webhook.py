"""Stripe tells us what happened. Proven by its signature on the bytes as they came; said twice, done once."""

import structlog
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.billing import gateways
from app.billing.services import checkout
from app.core import clock
from app.web import csrf

bp = Blueprint("stripe", __name__)
csrf.exempt(bp)
MOST_BYTES = 256 * 1024

_log = structlog.get_logger(__name__)


@bp.post("/stripe/webhook")
def webhook() -> ResponseReturnValue:
    """400 for what proves nothing; 200 for the rest, known or not, so that it is not sent again for ever."""
    if (request.content_length or 0) > MOST_BYTES:
        return {"error": "too large"}, 413
    try:
        event = gateways.event(
            request.get_data(cache=False), request.headers.get("Stripe-Signature", ""), now=clock.now(), real_now=clock.running()
        )
    except gateways.NotSigned as why:
        _log.warning("stripe_webhook_refused", why=str(why))
        return {"error": "not signed"}, 400
    return {"received": True, "news": checkout.take_event(event, now=clock.now())}
