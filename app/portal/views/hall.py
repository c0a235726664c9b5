"""The hall's screen, at an address that is its own secret: what is on, who is where (only who agreed), and « J’arrive » for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking import views as say
from app.booking.models import Status
from app.booking.services.arriving import EARLY
from app.core import clock
from app.core.period import day_period
from app.core.refusals import Refused
from app.coworking import queries as coworking
from app.members import queries as members
from app.place import queries as place_queries
from app.place.models import Place
from app.portal import queries
from app.web import typography

bp = Blueprint("hall", "app.portal", url_prefix="/hall", template_folder="templates")

HERE = (Status.CONFIRMED, Status.CHECKED_IN)
OFTEN = 60  # seconds after which the screen is drawn again


@dataclass(frozen=True, slots=True)
class Seat:
    """A line of the screen: where, when, who (or nobody's name)."""

    booking_id: int
    where: str
    hours: str
    who: str
    is_there: bool
    can_arrive: bool


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    place, now = _place(token), clock.now()
    today = now.astimezone(place.tz).date()
    page = render_template(
        "portal/hall.html",
        place=place,
        token=token,
        now=now,
        today=today,
        seats=_seats(place, now),
        events=[told for told in coworking.upcoming(place.id, now=now) if told.event.starts_at.astimezone(place.tz).date() == today],
        announcements=coworking.announcements(place.id, on=today),
    )
    answer = make_response(page)
    answer.headers["Refresh"] = str(OFTEN)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@bp.post("/<token>/arrivals/<int:booking_id>")
def arrive(token: str, booking_id: int) -> ResponseReturnValue:
    """Somebody touches their line: the lieu's own screen notes it."""
    place = _place(token)
    found = booking_queries.booking(booking_id)
    if found is None or found.place_id != place.id:
        abort(404)
    try:
        booking.check_in(found.id, actor_id=None, now=clock.now())
    except Refused:
        flash(_("Ce n’est pas possible d’ici : voyez avec l’équipe du lieu."), "bad")
    else:
        flash(_("Bienvenue ! Votre arrivée est notée."))
    return redirect(url_for(".show", token=token), 303)


def _place(token: str) -> Place:
    """The lieu whose screen has this secret address; a wrong one and an old one are answered alike."""
    found = members.by_access_token(token, "feed", now=clock.now())
    kind, _colon, number = found.subject.partition(":") if found else ("", "", "")
    if kind != "hall":
        abort(404)
    return place_queries.by_id(int(number))


def _seats(place: Place, now: datetime) -> Sequence[Seat]:
    things, words = booking_queries.directory(place), typography.words()
    come = queries.coming(place.id, day_period(now.astimezone(place.tz).date(), place.tz), statuses=HERE)
    named = queries.shown_by_name({one.member_id for one in come})
    found = []
    for one in come:
        thing = things.any(one.resource_id)
        if one.ends_at <= now or one.kind in ("event", "session", "training"):
            continue
        limit_open = one.status == Status.CONFIRMED and thing.rules.check_in and one.starts_at - EARLY <= now
        found.append(
            Seat(
                one.id,
                say.title(thing),
                words.hours_range(one.starts_at, one.ends_at, place.tz),
                one.name if one.member_id in named and not one.guest_name else "",
                one.status == Status.CHECKED_IN,
                limit_open,
            )
        )
    return found
