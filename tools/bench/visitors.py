"""A browser as light as possible, which counts what travels: it must not take the CPU of what it measures."""

import gzip
import re
import socket
import time
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote, urlencode, urljoin, urlsplit

import brotli

_HIDDEN = re.compile(r'<input type="hidden" name="(csrf_token|idempotency_key)" value="([^"]+)">')
_CHOICE = re.compile(r'name="choice" value="([^"]+)"')
_SHEETS = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_OTHERS = re.compile(r'<link rel="icon" href="([^"]+)"|<script[^>]+src="([^"]+)"|<img[^>]+src="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    received: int  # bytes, headers included
    seconds: float

    @property
    def text(self) -> str:
        encoding = self.headers.get("content-encoding")
        body = brotli.decompress(self.body) if encoding == "br" else gzip.decompress(self.body) if encoding == "gzip" else self.body
        return str(body.decode())

    @property
    def form(self) -> dict[str, str]:
        """The hidden fields of its first form."""
        return dict(reversed(_HIDDEN.findall(self.text)))

    @property
    def choice(self) -> str:
        """What its first button would book."""
        found = _CHOICE.search(self.text)
        assert found, f"nothing to book on this page ({self.status})"
        return found[1]

    @property
    def style_sheets(self) -> list[str]:
        return _SHEETS.findall(self.text)

    @property
    def parts(self) -> list[str]:
        """What a browser fetches to draw it."""
        others = [next(filter(None, found)) for found in _OTHERS.findall(self.text)]
        return [*dict.fromkeys(self.style_sheets + others)]


@dataclass(slots=True)
class Visitor:
    """One connection kept open, and its cookies."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    _socket: socket.socket | None = None

    def get(self, path: str, **headers: str) -> Answer:
        return self.send(self._written("GET", path, b"", headers))

    def post(self, path: str, form: dict[str, str]) -> Answer:
        return self.send(self.prepared(path, form))

    def prepared(self, path: str, form: dict[str, str] | None = None) -> bytes:
        """A page to ask, or a form to send, ready to leave at once."""
        if form is None:
            return self._written("GET", path, b"", {})
        return self._written("POST", path, urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, request: bytes) -> Answer:
        connection = self.connect()
        began = time.perf_counter()
        connection.sendall(request)
        answer = _read(connection, began)
        for cookie in answer.headers.get("set-cookie", "").split("\n"):
            name, _, value = cookie.partition(";")[0].partition("=")
            if name:
                self.cookies[name] = value
        return answer

    def sign_in(self, email: str, password: str) -> Self:
        """By the real door."""
        self.post("/login", {**self.get("/login").form, "email": email, "password": password})
        entered = self.get("/me")
        assert entered.status == 200, f"could not sign in ({entered.status})"
        return self

    def fetch_all(self, path: str) -> tuple[Answer, list[Answer]]:
        """A page and all its parts, as a browser with nothing kept gets them."""
        page = self.get(path, **{"Accept-Encoding": "br, gzip"})
        return page, [self.get(urlsplit(urljoin(path, part)).path, **{"Accept-Encoding": "br, gzip"}) for part in page.parts]

    def connect(self) -> socket.socket:
        if self._socket is None:
            parts = urlsplit(self.url)
            self._socket = socket.create_connection((parts.hostname, parts.port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _written(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {quote(path, safe='/?&=%:')} HTTP/1.1", f"Host: {urlsplit(self.url).netloc}", "Accept-Language: fr"]
        lines += [
            f"{name}: {value}"
            for name, value in {"Cookie": kept, "Content-Length": str(len(body)) if body else "", **headers}.items()
            if value
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body


def _read(connection: socket.socket, began: float) -> Answer:
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    head = received[:end].decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in head[1:]:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    length = int(headers.get("content-length", 0))
    while len(received) < end + 4 + length:
        received += _more(connection)
    return Answer(int(head[0].split()[1]), headers, bytes(received[end + 4 :]), len(received), time.perf_counter() - began)


def _more(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionError("the server closed the connection")
    return chunk
