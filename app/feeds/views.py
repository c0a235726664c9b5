"""The doors of the feeds: whoever has the address reads the calendar. Addresses are long, told once, and can be renewed."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.db import db
from app.feeds import calendars
from app.members import queries as members
from app.members.models import AccessToken
from app.place import queries as places
from app.place.models import Place
from app.web import compress

bp = Blueprint("feeds", __name__, template_folder="templates")


@bp.get("/feeds/<token>.ics")
def feed(token: str) -> ResponseReturnValue:
    """A calendar to subscribe to. An address that is wrong and one that was revoked are answered alike."""
    now = clock.now()
    found = members.by_access_token(token, "feed", now=now)
    kind, _, number = found.subject.partition(":") if found else ("", "", "")
    show = CALENDARS.get(kind)
    content = show(found, int(number or 0), now) if found and show else None
    if content is None:
        abort(404)
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers.set("Content-Disposition", "inline", filename="worklab.ics")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(hashlib.sha256(content).hexdigest()[:32], weak=True)
    response.make_conditional(request)
    return response if response.status_code == 304 else compress.allow(response)


def _of_member(token: AccessToken, _number: int, now: datetime) -> bytes | None:
    return calendars.of_member(token.member, places.places(), now=now) if token.member else None


def _of_thing(_token: AccessToken, number: int, now: datetime) -> bytes | None:
    return calendars.of_thing(number, now=now)


def _of_place(_token: AccessToken, number: int, now: datetime) -> bytes | None:
    place = db.session.get(Place, number)
    return calendars.of_place(place, now=now) if place else None


def _of_cohort(_token: AccessToken, number: int, _now: datetime) -> bytes | None:
    return calendars.of_cohort(number)


# What a token's subject names: "member", "resource:12", "place:1", "cohort:3".
CALENDARS: Mapping[str, Callable[[AccessToken, int, datetime], bytes | None]] = {
    "member": _of_member,
    "resource": _of_thing,
    "place": _of_place,
    "cohort": _of_cohort,
}
