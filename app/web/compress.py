"""Pages that may travel compressed: those that say so, because they hold no token.

A page that mixes a secret with what somebody else may write gives the secret away by its length, so nothing is compressed
unless its view asks.
"""

import gzip

import brotli
from flask import Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue

from app.web import caching

_SMALL = 860  # below a packet, compressing only costs


def allow(answer: ResponseReturnValue) -> Response:
    """Compress a page that holds no token; refuse loudly one that does."""
    if current_app.config["WTF_CSRF_FIELD_NAME"] in g:
        raise RuntimeError("this page holds a token: it must not be compressed")
    response = make_response(answer)
    caching.vary(response, "Accept-Encoding")
    content = response.get_data()
    if len(content) < _SMALL or "Content-Encoding" in response.headers:
        return response
    for name, squeezed in _ENCODINGS:
        if request.accept_encodings[name]:
            response.set_data(squeezed(content))
            response.headers["Content-Encoding"] = name
            break
    return response


def _brotli(content: bytes) -> bytes:
    squeezed: bytes = brotli.compress(content, mode=brotli.MODE_TEXT, quality=4)
    return squeezed


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, 5, mtime=0)


_ENCODINGS = (("br", _brotli), ("gzip", _gzip))
