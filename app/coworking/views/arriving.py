"""« J’arrive »: from the code at the door, for whatever one has now."""

from dataclasses import dataclass

import segno
from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking import views as say
from app.booking.models import Status
from app.booking.services.arriving import EARLY
from app.core import clock
from app.core.period import day_period
from app.coworking.views.door import bp
from app.place import queries as place_queries


@dataclass(frozen=True, slots=True)
class Here:
    """A booking of now: what, when, and whether one may say that one is there."""

    id: int
    title: str
    when: str
    is_there: bool
    can_arrive: bool


@bp.get("/arrive")
def arrive() -> ResponseReturnValue:
    """Everything of one's own that runs or begins soon, each with its one gesture."""
    place, now = place_queries.current(), clock.now()
    things = booking_queries.directory(place)
    rows = booking_queries.bookings_of(
        current_user.id, day_period(now.astimezone(place.tz).date(), place.tz), statuses=(Status.CONFIRMED, Status.CHECKED_IN)
    )
    here = []
    for row in rows:
        thing = things.any(row.resource_id)
        if row.ends_at <= now or row.place_id != place.id:
            continue
        limit = booking.no_show_at(row, thing)
        can = row.status == Status.CONFIRMED and limit is not None and row.starts_at - EARLY <= now < min(limit, row.ends_at)
        when = papers.when(row.half, row.starts_at, row.ends_at, place.tz)
        here.append(Here(row.id, say.title(thing), when, row.status == Status.CHECKED_IN, can))
    return render_template("coworking/arrive.html", mine=here, place=place)


@bp.get("/arrive/qr")
def arrive_qr() -> ResponseReturnValue:
    """To print and hang at the door."""
    url = current_app.config["PUBLIC_URL"] + url_for(".arrive")
    drawn = Markup(segno.make(url, micro=False).svg_inline(border=0, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704
    return render_template("coworking/arrive_qr.html", url=url, drawn=drawn)
