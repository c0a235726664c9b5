"""Asking another lieu whether a clearance that it gave still stands."""

import json
from urllib.parse import quote, urlencode

from app.core.elsewhere import NotPublic, TooLong, Unreachable, ask

MOST_BYTES = 2000
STATES = ("valid", "revoked", "expired")


def ask_home(url: str, *, number: str, code: str) -> str | None:
    """`valid`, `revoked`, `expired`, `unknown`; none when nobody answers as a lieu does."""
    asked = f"{url.rstrip('/')}/fablab/rights/{quote(number, safe='')}.json?{urlencode({'code': code})}"
    try:
        answer = ask("GET", asked, headers={"Accept": "application/json"}, most=MOST_BYTES)
        state = json.loads(answer.body).get("state") if answer.status in (200, 404) else None
    except (Unreachable, NotPublic, TooLong, ValueError, AttributeError):
        return None
    if answer.status == 404:
        return "unknown" if state == "unknown" else None
    return state if state in STATES else None
