"""What the pages of a booking share: its words, what may still be done to it, where one goes back to."""

from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import views as say
from app.booking.models import Booking, Status
from app.booking.rules import Thing
from app.core.db import db
from app.core.refusals import Refused
from app.place.models import Place
from app.web.security import safe_next


def place_of(found: Booking) -> Place:
    return db.session.get_one(Place, found.place_id)


def thing_of(found: Booking) -> Thing:
    return booking_queries.directory(place_of(found)).any(found.resource_id)


def words_of(found: Booking) -> str:
    """« Poste A3, mardi 8 décembre, le matin »."""
    return f"{say.title(thing_of(found))}, {papers.when(found.half, found.starts_at, found.ends_at, place_of(found).tz)}"


def can_cancel(found: Booking, now: datetime) -> bool:
    return found.status in (Status.PENDING, Status.CONFIRMED) and found.ends_at > now


def seconds_left(until: datetime | None, now: datetime) -> int:
    """How long an offer still lasts."""
    return max(0, int((until - now).total_seconds())) if until is not None else 0


def can_move(found: Booking, now: datetime) -> bool:
    return found.status in (Status.PENDING, Status.CONFIRMED) and found.starts_at > now


def back(found: Booking) -> ResponseReturnValue:
    """To the page that the gesture was made from, else to the booking."""
    return redirect(safe_next(request.form.get("next"), url_for(".booking", booking_id=found.id)), 303)


def refused_page(found: Booking, refused: Refused) -> ResponseReturnValue:
    page = render_template("portal/refused.html", refused=refused, back=url_for(".booking", booking_id=found.id))
    return page, refused.status
