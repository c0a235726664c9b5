"""Pages that the browser may keep, if it asks each time whether they changed."""

from flask import Response, current_app, g, make_response, request, session
from flask.typing import ResponseReturnValue

from app.web import i18n
from app.web.assets import release


def unchanged(stamp: str) -> Response | None:
    """304 when the browser already has this page as it is now; ask before drawing it.

    `stamp` names all that the page shows (the calendar's stamp, the person); language and look are added here.
    """
    if "_flashes" in session or not request.if_none_match.contains_weak(_tag(stamp)):
        return None
    response = current_app.response_class(status=304)
    return _kept(response, stamp)


def keep(answer: ResponseReturnValue, stamp: str) -> Response:
    """Let this person's browser keep the page and ask whether it changed. A page that shows a flash is not kept."""
    response = make_response(answer)
    return response if g.get("showed_flashes") else _kept(response, stamp)


def _kept(response: Response, stamp: str) -> Response:
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(_tag(stamp), weak=True)
    response.vary.update(("Cookie", "Accept-Language"))
    return response


def _tag(stamp: str) -> str:
    return f"{stamp}-{i18n.language()}-{release()}"
