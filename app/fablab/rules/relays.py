"""What a badge reader signs, how long it counts, and what it may be answered."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.refusals import N_, Reason

WINDOW = timedelta(minutes=2)  # between the reader's clock and ours
USUAL_MINUTES = 60  # taken on the spot, when the reader does not say how long
MOST_MINUTES = 1440
ACTIONS = ("state", "check", "start", "stop")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_BADGE = re.compile(r"[0-9A-F]{8,20}")


class UnknownBadge(Reason):
    code = "unknown_badge"
    sentence = N_("Ce badge n’est à personne ici.")
    next_step = N_("Demandez à l’équipe du lieu de vous le donner.")
    hard = True


class NotYours(Reason):
    code = "not_yours"
    sentence = N_("Quelqu’un d’autre se sert de la machine.")
    next_step = N_("Attendez la fin.")
    taken = True


class BadgeTaken(Reason):
    code = "already_taken"
    sentence = N_("Ce badge est déjà à quelqu’un.")
    next_step = N_("Retirez-le-lui d’abord.")
    taken = True


class OtherBadgeShown(Reason):
    code = "other_badge"
    sentence = N_("Un badge a été présenté au lecteur depuis que cette page est ouverte.")
    next_step = N_("Assurez-vous que le dernier présenté est le bon, puis recommencez.")
    taken = True


class NotABadge(Reason):
    code = "bad_badge"
    sentence = N_("Ce n’est pas un numéro de badge : de quatre à dix octets, en hexadécimal.")
    next_step = N_("Présentez le badge au lecteur : son numéro sera là.")
    hard = True


@dataclass(frozen=True, slots=True)
class RelayWish:
    """What a reader asks: of a badge or of the machine alone."""

    action: str
    badge: str = ""
    minutes: int = USUAL_MINUTES


class Malformed(Exception):
    """Not something that a reader may ask."""


def relay_wish(said: object) -> RelayWish:
    """The body of a request as a wish, or `Malformed`."""
    if not isinstance(said, dict) or said.get("action") not in ACTIONS:
        raise Malformed
    action, badge, minutes = said["action"], said.get("badge", ""), said.get("minutes", USUAL_MINUTES)
    if not isinstance(badge, str) or type(minutes) is not int or not 0 < minutes <= MOST_MINUTES:
        raise Malformed
    number = badge_number(badge)
    if (badge and not number) or (action in ("check", "start") and not number):
        raise Malformed
    return RelayWish(action, number, minutes)


def badge_number(text: str) -> str:
    """« 04:a2-19 f3 » as « 04A219F3 »; nothing when it is no number of a badge."""
    number = re.sub(r"[\s:-]", "", text).upper()
    return number if _BADGE.fullmatch(number) and len(number) % 2 == 0 else ""


def badge_mark(secret: str, place_id: int, number: str) -> str:
    """What is kept of a badge: nobody reads its number back."""
    return hmac.new(secret.encode(), f"badge:{place_id}:{number}".encode(), hashlib.sha256).hexdigest()


def relay_signature(secret: str, *parts: str | bytes) -> str:
    """HMAC-SHA256 of the parts, one a line: timestamp, nonce and body of a request; nonce and body of its answer."""
    lines = [part if isinstance(part, bytes) else part.encode() for part in parts]
    return hmac.new(secret.encode(), b"\n".join(lines), hashlib.sha256).hexdigest()


def is_relay_signed(secret: str, given: str, *parts: str | bytes) -> bool:
    return hmac.compare_digest(given.strip().lower().encode(), relay_signature(secret, *parts).encode())


def is_nonce(text: str) -> bool:
    return _NONCE.fullmatch(text) is not None


def is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= WINDOW.total_seconds()
