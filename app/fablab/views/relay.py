"""The door for a badge reader beside a machine: signed requests, signed answers. docs/lecteur-de-badge.md says how to speak to it."""

import json
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.pace import Pace
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.models import Relay
from app.fablab.rules import Malformed, is_fresh, is_nonce, is_relay_signed, relay_signature, relay_wish
from app.web import csrf, words

bp = Blueprint("relay", __name__)
csrf.exempt(bp)

MOST_BYTES = 1024
SPEAKS = Pace(burst=30, per_second=1)  # of one reader
TRIES = Pace(burst=60, per_second=0.5)  # of one address, whatever it signs with


@bp.post("/fablab/relay")
def ask() -> ResponseReturnValue:
    """Who signs is looked for first; nothing is written for who cannot prove it."""
    if (request.content_length or 0) > MOST_BYTES:
        return _unsigned("too_large", 413)
    if wait := _wait(TRIES, request.remote_addr):
        return _too_often(wait)
    relay = queries.relay_keyed(request.headers.get("Worklab-Key", "")[:40])
    if relay is None:
        return _unsigned("unknown_key", 401)
    timestamp, nonce = request.headers.get("Worklab-Timestamp", ""), request.headers.get("Worklab-Nonce", "")
    secret, body = services.secret_of(relay), request.get_data(cache=False)
    if not is_nonce(nonce) or not is_relay_signed(secret, request.headers.get("Worklab-Signature", ""), timestamp, nonce, body):
        return _unsigned("bad_signature", 401)
    if not is_fresh(timestamp, clock.running()):
        return _signed(secret, nonce, {"ok": False, "code": "stale"}, 401)
    if wait := _wait(SPEAKS, relay.id):
        return _too_often(wait)
    if not services.hear_relay(relay, nonce, now=clock.now()):
        return _signed(secret, nonce, {"ok": False, "code": "replayed"}, 409)
    return _signed(secret, nonce, *_answer(relay, body))


def _answer(relay: Relay, body: bytes) -> tuple[dict[str, Any], int]:
    try:
        wish = relay_wish(json.loads(body))
    except (Malformed, ValueError, RecursionError):
        return {"ok": False, "code": "malformed"}, 422
    try:
        given = services.answer_relay(relay, wish, now=clock.now())
    except Refused as refused:
        reasons = [{"code": reason.code, "message": words.said(reason)} for reason in refused.reasons]
        return {"ok": False, "code": refused.codes[0], "reasons": reasons}, 200
    said: dict[str, Any] = {"ok": True, "code": given.code}
    if given.until is not None:
        said["until"] = int(given.until.timestamp())
        said["seconds"] = max(0, int((given.until - clock.now()).total_seconds()))
    if given.member is not None and wish.badge:
        said["message"] = _("Bonjour %(name)s", name=given.member.name)
    return said, 200


def _signed(secret: str, nonce: str, said: dict[str, Any], status: int) -> Response:
    """With the hour of the house, so that a board without a clock may set itself by it."""
    body = json.dumps(said | {"now": int(clock.running().timestamp())}, ensure_ascii=True, separators=(",", ":"))
    answer = Response(body, status, mimetype="application/json")
    answer.headers["Worklab-Signature"] = relay_signature(secret, nonce, body)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _unsigned(code: str, status: int) -> Response:
    return Response(json.dumps({"ok": False, "code": code}), status, mimetype="application/json")


def _too_often(wait: float) -> Response:
    answer = _unsigned("too_many_requests", 429)
    answer.headers["Retry-After"] = str(max(1, round(wait + 0.5)))
    return answer


def _wait(pace: Pace, caller: object) -> float:
    return pace.wait(caller, at=clock.elapsed()) if current_app.config["RATE_LIMITS"] else 0.0
