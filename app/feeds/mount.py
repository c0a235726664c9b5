"""CalDAV, at /dav/: the door. What answers behind it is Radicale, over our own bookings (`dav.py`), for reading only.

Radicale takes half a second to load: it comes in when somebody first knocks, not at each start of the house.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from importlib import import_module
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/dav"
READS = ("GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT")
MOST_BYTES = 100_000  # of a question
HEADERS = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


def install(app: Flask) -> None:
    app.wsgi_app = Mount(app, app.wsgi_app)  # type: ignore[method-assign]


class Mount:
    """Under /dav/, the CalDAV application, with ours around it; everywhere else, the house."""

    def __init__(self, app: Flask, house: "WSGIApplication") -> None:
        self._app, self._house, self._loading = app, house, Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in (PREFIX, "/.well-known/caldav"):
            return _answer(start_response, "301 Moved Permanently", [("Location", f"{PREFIX}/")])
        if not path.startswith(f"{PREFIX}/"):
            return self._house(environ, start_response)
        if environ["REQUEST_METHOD"].upper() not in READS:
            return _answer(start_response, "405 Method Not Allowed", [("Allow", ", ".join(READS))])
        if not 0 <= _length(environ) <= MOST_BYTES:
            return _answer(start_response, "413 Content Too Large", [])
        body = environ["wsgi.input"].read(_length(environ))
        if b"<!DOCTYPE" in body.upper() or b"<!ENTITY" in body.upper():
            return _answer(start_response, "400 Bad Request", [])
        with self._loading:
            answer = self._dav
        inside = {
            **environ,
            "wsgi.input": BytesIO(body),
            "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + PREFIX,
            "PATH_INFO": path.removeprefix(PREFIX),
        }
        with self._app.app_context():
            return list(answer(inside, _with_headers(start_response)))

    @cached_property
    def _dav(self) -> "WSGIApplication":
        made: WSGIApplication = import_module("app.feeds.dav").application()
        return made


def _with_headers(start_response: "StartResponse") -> Any:
    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
        return start_response(status, [*headers, *HEADERS], *more)

    return start


def _answer(start_response: "StartResponse", status: str, headers: list[tuple[str, str]]) -> Iterable[bytes]:
    start_response(status, [*headers, ("Content-Length", "0"), *HEADERS])
    return []


def _length(environ: "WSGIEnvironment") -> int:
    said = environ.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdecimal() and len(said) < 10 else -1
