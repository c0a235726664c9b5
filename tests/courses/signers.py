"""What `Two` processes know how to do, of the gestures of a course."""

from datetime import datetime
from typing import Any

from app.core.refusals import Refused
from app.courses.services import certificates, closing, elections, signing


def done(gesture: dict[str, Any]) -> str:
    """How it went, or the codes of the refusal."""
    now = datetime.fromisoformat(gesture.pop("now"))
    try:
        return _do(gesture.pop("do"), gesture, now)
    except Refused as refused:
        return ",".join(refused.codes)


def _do(what: str, about: dict[str, Any], now: datetime) -> str:
    if what == "sign":
        signing.sign(**about, code=signing.code_of(about["session_id"], now=now), now=now)
        return "signed"
    if what == "close":
        return f"closed {closing.close(**about, checked=True, now=now).countersigned}"
    if what == "vote":
        elections.vote(**about)
        return "voted"
    return certificates.issue(**about, now=now).number
