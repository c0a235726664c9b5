"""How a webhook leaves: one POST to a public address, checked when it is asked, with little patience and no redirection."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from functools import cache
from urllib.parse import urlsplit

from app.api.rules import is_public, target

WORD = 5.0  # seconds for each word exchanged
WHOLE = 15.0  # and for all of it


class Unreachable(Exception):
    """Nobody answers there, or not as a web server does."""


class NotPublic(Exception):
    """The name leads to an address inside some network."""


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
    """Send, and give the status of the answer. What the answer says is not read."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    connection = _Pinned(host, port, address=public_addresses(host, port)[0])
    patience = threading.Timer(WHOLE, connection.hang_up)
    patience.daemon = True
    patience.start()
    try:
        with closing(connection):
            connection.request("POST", target(parts), body=body, headers={**headers, "User-Agent": "Worklab", "Connection": "close"})
            return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as trouble:
        raise Unreachable(type(trouble).__name__) from trouble
    finally:
        patience.cancel()


def public_addresses(host: str, port: int) -> list[str]:
    """Where a name leads, all of it public; the connection is made to one of these and not asked for again by name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as trouble:
        raise Unreachable("unknown name") from trouble
    addresses = [str(one[4][0]) for one in found]
    if not all(is_public(address) for address in addresses):
        raise NotPublic(host)
    return addresses


def leads_inside(host: str, port: int) -> bool:
    """Whether a name is known to lead to an address that is not public. One that is not known today may be tomorrow."""
    try:
        public_addresses(host, port)
    except NotPublic:
        return True
    except Unreachable:
        return False
    return False


class _Pinned(http.client.HTTPSConnection):
    """To the address that was checked, under the name that its certificate must bear."""

    def __init__(self, host: str, port: int, *, address: str) -> None:
        super().__init__(host, port, timeout=WORD, context=_context())
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = _context().wrap_socket(self.sock, server_hostname=self.host)

    def hang_up(self) -> None:
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()
