"""One request to somebody else's server: a public address, checked when it is asked, little patience, no redirection."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from app.core.urls import is_public, target

WORD = 5.0  # seconds for each word exchanged
WHOLE = 15.0  # and for all of it


class Unreachable(Exception):
    """Nobody answers there, or not as a web server does."""


class NotPublic(Exception):
    """The name leads to an address inside some network."""


class TooLong(Exception):
    """It says more than we would hear."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def ask(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    most: int = 0,
    within: float | None = None,
) -> Answer:
    """Send, and give what is answered: its status, and so many bytes at most of what it says (none unless asked for)."""
    within, parts = within or WHOLE, urlsplit(url)
    is_safe = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if is_safe else 80)
    connection = _Pinned(host, port, address=public_addresses(host, port)[0], is_safe=is_safe, patience=min(WORD, within))
    patience = threading.Timer(within, connection.hang_up)
    patience.daemon = True
    patience.start()
    try:
        with closing(connection):
            said = {**(headers or {}), "User-Agent": "Worklab", "Connection": "close"}
            connection.request(method, target(parts), body=body, headers=said)
            with connection.getresponse() as answer:
                return _heard(answer, most)
    except (OSError, http.client.HTTPException, ValueError) as trouble:
        raise Unreachable(type(trouble).__name__) from trouble
    finally:
        patience.cancel()


def _heard(answer: http.client.HTTPResponse, most: int) -> Answer:
    content = answer.read(most + 1) if most else b""
    if len(content) > most:
        raise TooLong
    if most and answer.length:
        raise http.client.IncompleteRead(content)
    return Answer(answer.status, content)


def public_addresses(host: str, port: int) -> list[str]:
    """Where a name leads, all of it public; the connection is made to one of these and not asked for again by name."""
    addresses = _known_as(host, port)
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


def _known_as(host: str, port: int) -> list[str]:
    """The system may take half a minute to say that it does not know: it is not waited for."""
    aside = ThreadPoolExecutor(1)
    try:
        found = aside.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(timeout=WORD)
    except (OSError, UnicodeError) as trouble:  # TimeoutError is one of them
        raise Unreachable("unknown name") from trouble
    finally:
        aside.shutdown(wait=False)
    return [str(one[4][0]) for one in found]


class _Pinned(http.client.HTTPConnection):
    """To the address that was checked, under the name that its certificate must bear."""

    def __init__(self, host: str, port: int, *, address: str, is_safe: bool, patience: float) -> None:
        super().__init__(host, port, timeout=patience)
        self._address, self._is_safe = address, is_safe
        self._is_over = False

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._is_safe:
            self.sock = _context().wrap_socket(self.sock, server_hostname=self.host)
        if self._is_over:
            raise TimeoutError

    def hang_up(self) -> None:
        """While it connects there is nothing to shut yet: it then stops by itself, before anything is said."""
        self._is_over = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()
