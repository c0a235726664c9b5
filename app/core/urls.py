"""An address that somebody typed and that we would ask something of: whether it may be, before any network is asked."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from app.core.refusals import N_, Reason


class NotHttps(Reason):
    code = "https_required"
    sentence = N_("Cette adresse doit commencer par https://.")
    next_step = N_("Donnez l’adresse sécurisée de votre service.")


class NotAUrl(Reason):
    code = "bad_url"
    sentence = N_("Ce n’est pas une adresse complète, ou elle contient un mot de passe.")
    next_step = N_("Donnez une adresse comme https://exemple.fr/worklab.")


class PrivateAddress(Reason):
    code = "private_address"
    sentence = N_("Cette adresse n’est pas publique.")
    next_step = N_("Donnez l’adresse d’un service que tout Internet peut joindre.")


def reasons_url(url: str) -> Iterator[Reason]:
    """What can be said without asking the network."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        yield NotAUrl()
        return
    if not url.isascii() or not url.isprintable() or " " in url or not host or "@" in parts.netloc or parts.fragment or port == 0:
        yield NotAUrl()
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
