"""French and English: which language to speak, and the link that changes it."""

from collections.abc import Callable

from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale

from app.web.registry import sources

LANGUAGES = ("fr", "en")
COOKIE = "lang"

_babel = Babel()


def install(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LANGUAGES[0])
    _babel.init_app(app, locale_selector=_chosen)


def language() -> str:
    """The language of this page, mail or command: `fr` or `en`."""
    locale = get_locale()
    return locale.language if locale is not None and locale.language in LANGUAGES else LANGUAGES[0]


def other_language() -> str:
    return "en" if language() == "fr" else "fr"


def asked_language() -> str:
    """What the browser alone says: for pages that must not touch the database."""
    if not has_request_context():
        return LANGUAGES[0]
    return _from_cookie() or request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])


def _chosen() -> str:
    """The choice made on this device, then the person's setting, then what the browser prefers."""
    return _from_cookie() or _from_person(sources().language) or asked_language()


def _from_cookie() -> str | None:
    choice = request.cookies.get(COOKIE)
    return choice if choice in LANGUAGES else None


def _from_person(setting: Callable[[], str | None]) -> str | None:
    choice = setting()
    return choice if choice in LANGUAGES else None
