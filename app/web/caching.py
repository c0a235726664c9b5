"""Pages that the browser may keep, if it asks each time whether they changed."""

from flask import Response, current_app, g, make_response, request, session
from flask.typing import ResponseReturnValue

from app.web import i18n
from app.web.assets import release


def unchanged(stamp: str) -> Response | None:
    """304 when the browser already has this page as it is now; ask before drawing it.

    `stamp` names all that the page shows (the calendar's stamp, the person); language and look are added here.
    """
    tag = _tag(stamp)
    if "_flashes" in session or not request.if_none_match.contains_weak(tag):
        return None
    return _kept(current_app.response_class(status=304), tag)


def keep(answer: ResponseReturnValue, stamp: str) -> Response:
    """Let this person's browser keep the page and ask whether it changed. A page that shows a flash is not kept."""
    response = make_response(answer)
    return response if g.get("showed_flashes") else _kept(response, _tag(stamp))


def vary(response: Response, *headers: str) -> None:
    """Say that an answer depends on these headers. (`response.vary` reads and writes the whole list again at each word.)"""
    said = response.headers.get("Vary")
    response.headers["Vary"] = ", ".join(dict.fromkeys([*(said.split(", ") if said else ()), *headers]))


def _kept(response: Response, tag: str) -> Response:
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(tag, weak=True)
    vary(response, "Cookie", "Accept-Language")
    return response


def _tag(stamp: str) -> str:
    return f"{stamp}-{i18n.language()}-{release()}"
