"""Markdown as people write it, into HTML that can do no harm: no HTML of theirs, no picture, titles below the page's own."""

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h2", "h3", "h4", "h5", "h6", "blockquote", "code", "pre", "hr", "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
_reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def install(app: Flask) -> None:
    app.jinja_env.filters["markdown"] = render


def render(text: str) -> Markup:
    tokens = _reader.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    html = _reader.renderer.render(tokens, _reader.options, {})
    return Markup(nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}, "ol": {"start"}}, url_schemes={"http", "https", "mailto", "tel"}))  # noqa: S704 — just cleaned
