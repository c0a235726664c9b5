"""What a webhook tells, to whom it may speak, how it signs and how long it insists: pure rules (Standard Webhooks 1.0.0)."""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from app.core.refusals import N_, Reason

# The lines of the journal that may be told outside.
EVENTS = (
    "booking.held", "booking.pending", "booking.confirmed", "booking.moved", "booking.noted", "booking.checked_in", "booking.done",
    "booking.cancelled", "booking.late_cancelled", "booking.no_show", "booking.rejected", "booking.released", "booking.expired",
    "series.booked", "series.split", "waitlist.joined", "waitlist.left",
    "outage.declared", "outage.ended", "closure.declared", "place.closure_cancelled",
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


class NotHttps(Reason):
    code = "https_required"
    sentence = N_("Cette adresse doit commencer par https://.")
    next_step = N_("Donnez l’adresse sécurisée de votre service.")


class NotAnAddress(Reason):
    code = "bad_url"
    sentence = N_("Ce n’est pas une adresse complète, ou elle contient un mot de passe.")
    next_step = N_("Donnez une adresse comme https://exemple.fr/worklab.")


class PrivateAddress(Reason):
    code = "private_address"
    sentence = N_("Cette adresse n’est pas publique.")
    next_step = N_("Donnez l’adresse d’un service que tout Internet peut joindre.")


class TooManyWebhooks(Reason):
    code = "too_many"
    sentence = N_("Il y a déjà %(count)s webhooks, c’est le plus possible.")
    next_step = N_("Retirez-en un d’abord.")


def reasons_url(url: str) -> Iterator[Reason]:
    """What can be said without asking the network."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        yield NotAnAddress()
        return
    if not url.isascii() or not url.isprintable() or " " in url or not host or "@" in parts.netloc or parts.fragment or port == 0:
        yield NotAnAddress()
    elif parts.scheme != "https":
        yield NotHttps()
    elif is_private_name(host):
        yield PrivateAddress()


def is_private_name(host: str) -> bool:
    """Whether a name is one of a machine or a house, or an address that is not public."""
    try:
        return not is_public(host)
    except ValueError:
        name = host.rstrip(".").lower()
        return "." not in name or name.rsplit(".", 1)[1] in ("localhost", "local", "internal", "lan", "home", "arpa") or name[-1].isdigit()


def is_public(address: str) -> bool:
    """Whether an IP address is one that all of Internet reaches, and not another one in disguise."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in _TRANSLATED):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64: an IPv4 address behind


def target(url: SplitResult) -> str:
    """What a request asks for, from the address of its service."""
    return (url.path or "/") + (f"?{url.query}" if url.query else "")


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
