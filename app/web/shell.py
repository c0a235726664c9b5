"""Puts the shell around an application: one call, made once, by the factory."""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import cast
from urllib.parse import quote

from flask import Flask, current_app, g, get_flashed_messages, request
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from markupsafe import Markup

from app.web import assets, cookies, csrf, errors, forms, i18n, markdown, refusals, security, typography, views
from app.web.registry import Identity, NavItem, Sources, sources

PLAIN = "!$'()*,/:;?@"  # what an address says as it is, after its question mark


def install(
    app: Flask,
    *,
    identity: Callable[[], Identity],
    navigation: Callable[[], Sequence[NavItem]],
    open_now: Callable[[], str] = lambda: "",
    language: Callable[[], str | None] = lambda: None,
    is_staff: Callable[[], bool] = lambda: False,
    notice: Callable[[], str] = lambda: "",
) -> None:
    """Layout, components, languages, headers, tokens, error pages and static files for `app`."""
    app.extensions["web"] = Sources(
        identity=identity, navigation=navigation, open_now=open_now, language=language, is_staff=is_staff, notice=notice
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.bytecode_cache = _kept_templates(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"page": Page()})
    for part in (i18n, typography, markdown, refusals, assets, security, cookies, csrf, forms, errors, views):
        part.install(app)


def _kept_templates(app: Flask) -> FileSystemBytecodeCache | None:
    """Where templates are kept compiled: to read them costs neither the time nor the memory that their first reader would spend."""
    folder = Path(app.instance_path) / "templates"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder))


class Page:
    """What the layout reads, asked only when it is drawn."""

    @cached_property
    def language(self) -> str:
        return i18n.language()

    @cached_property
    def identity(self) -> Identity:
        return sources().identity()

    @cached_property
    def navigation(self) -> Sequence[NavItem]:
        return sources().navigation()

    @cached_property
    def open_now(self) -> str:
        return sources().open_now()

    @property
    def notice(self) -> str:
        return sources().notice()

    def header(self, here: str, open_now: str) -> Markup:
        """The brand, whether it is open, the bar: drawn once for all those who have the same."""
        return _drawn("header", self.language, self.identity, tuple(self.navigation), here, open_now)

    @property
    def footer(self) -> Markup:
        return _drawn("footer", self.language, self.identity)

    @cached_property
    def other_language(self) -> str:
        return i18n.other_language()

    @cached_property
    def other_language_url(self) -> str:
        """The same page in the other language; a posted page has no address to come back to."""
        here = quote(request.path) if request.method == "GET" else "/"
        if request.method == "GET" and request.query_string:
            here += f"?{request.query_string.decode('ascii', 'ignore')}"
        return f"/lang/{self.other_language}?next={quote(here, safe=PLAIN)}"  # on every page: `url_for` would take ten times as long

    def flashes(self) -> list[tuple[str, str]]:
        """The messages left for this page, each shown once; such a page is not one to keep (`caching`)."""
        left = cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))
        if left:
            g.showed_flashes = True
        return left


@lru_cache(maxsize=256)
def _drawn(part: str, _language: str, *shown: object) -> Markup:
    """A part of the shell (`shell.html`), kept for as long as what it shows, in its language, stays the same."""
    drawn: Markup = getattr(current_app.jinja_env.get_template("shell.html").module, part)(*shown)
    return drawn
