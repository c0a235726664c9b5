"""The token of each form, and the page that comes when it is stale: nothing typed is lost."""

import uuid
from typing import Any

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup

from app.web import security

FIELD = "csrf_token"
KEY_FIELD = "idempotency_key"

_LONG = 60  # a text longer than this is shown again, to be read before it is sent

_protect = CSRFProtect()


def install(app: Flask) -> None:
    # The token lives as long as the session: a page left open overnight still works. The session's renewal ends it.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    # Careful browsers send no referrer; the signed token, tied to the session, is the guard.
    app.config.setdefault("WTF_CSRF_SSL_STRICT", False)
    _protect.init_app(app)
    app.jinja_env.globals["form_tokens"] = form_tokens


def exempt(door: Any) -> Any:
    """A blueprint or view that signed-in browsers never post to: it has its own proof (bearer token, signature)."""
    return _protect.exempt(door)


def form_tokens() -> Markup:
    """The two hidden fields of every form that posts: who asks, and which sending of it this is."""
    return Markup(  # noqa: S704 - a signed token and a uuid
        f'<input type="hidden" name="{FIELD}" value="{generate_csrf()}"><input type="hidden" name="{KEY_FIELD}" value="{uuid.uuid4()}">'
    )


def kept_values() -> dict[str, Any]:
    """What the stale page had, to be sent again: hidden, shown when long, asked again when secret."""
    hidden, texts, secrets = [], [], []
    for name, value in request.form.items(multi=True):
        if name.endswith(FIELD):
            continue
        if "password" in name:
            secrets.append(name)
        elif len(value) > _LONG or "\n" in value:
            texts.append((name, value))
        else:
            hidden.append((name, value))
    return {"hidden": hidden, "texts": texts, "secrets": secrets, "files": list(request.files)}


def came_from_us() -> bool:
    """Whether the browser vouches that one of our own pages sent this form.

    Without it the values are somebody else's, and offering to send them again would be doing their work.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return security.address_of(origin)[:2] == (request.scheme, request.host)


__all__ = ["CSRFError", "came_from_us", "exempt", "form_tokens", "install", "kept_values"]
