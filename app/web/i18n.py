"""French and English: which language to speak, and the link that changes it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from babel import Locale
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale, gettext
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.web.registry import sources

LANGUAGES = ("fr", "en")
COOKIE = "lang"

_LOCALES = {language: Locale(language) for language in LANGUAGES}
_said: dict[tuple[str, bool], dict[str, str]] = {(language, escaped): {} for language in LANGUAGES for escaped in (True, False)}


class _Sentences(Domain):  # type: ignore[misc]
    """The catalogue of a language, found at once: a page asks for it two hundred times."""

    def __init__(self, domain: str) -> None:
        super().__init__(domain=domain)
        self._kept: dict[str, Any] = {}

    def get_translations(self) -> Any:
        spoken = language()
        found = self._kept.get(spoken)
        if found is None:
            found = self._kept[spoken] = super().get_translations()
        return found

    def gettext(self, sentence: str, **blanks: Any) -> str:
        """Each sentence looked up once for each language, as in templates."""
        known = _said[language(), False]
        text = known.get(sentence)
        if text is None:
            text = known[sentence] = super().gettext(sentence)
        return text % blanks if blanks else text


class _Babel(Babel):  # type: ignore[misc]
    @cached_property
    def domain_instance(self) -> _Sentences:
        return _Sentences(self.domain)


_babel = _Babel()


def install(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LANGUAGES[0])
    _babel.init_app(app, locale_selector=_chosen)
    app.jinja_env.globals.update(gettext=say, _=say)


def language() -> str:
    """The language of this page, mail or command: `fr` or `en`."""
    try:
        locale = g._flask_babel.babel_locale  # what get_locale() finds, a hundred times a page, in a quarter of the time
    except (AttributeError, RuntimeError):
        locale = None
    if locale is None:
        locale = get_locale()
    return locale.language if locale is not None and locale.language in LANGUAGES else LANGUAGES[0]


@pass_eval_context
def say(eval_context: EvalContext, sentence: str, **blanks: Any) -> str:
    """`_()` of the templates: as Jinja's own, each sentence looked up once for each language."""
    known = _said[language(), eval_context.autoescape]
    text = known.get(sentence)
    if text is None:
        translated = gettext(sentence)
        text = known[sentence] = Markup(translated) if eval_context.autoescape else translated  # noqa: S704 — ours
    return text % blanks


def other_language() -> str:
    return "en" if language() == "fr" else "fr"


def asked_language() -> str:
    """What the browser alone says: for pages that must not touch the database."""
    if not has_request_context():
        return LANGUAGES[0]
    return _from_cookie() or request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])


def _chosen() -> Locale:
    """The choice made on this device, then the person's setting, then what the browser prefers."""
    if not has_request_context():  # a command, or a mail that says its own
        return _LOCALES[LANGUAGES[0]]
    return _LOCALES[_from_cookie() or _from_person(sources().language) or asked_language()]


def _from_cookie() -> str | None:
    choice = request.cookies.get(COOKIE)
    return choice if choice in LANGUAGES else None


def _from_person(setting: Callable[[], str | None]) -> str | None:
    choice = setting()
    return choice if choice in LANGUAGES else None
