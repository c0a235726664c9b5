"""The agenda of the lieu: what is on, for everybody; one's seat, for who is signed in."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.coworking import queries, services
from app.coworking.models import SignUp
from app.place import queries as place_queries

bp = Blueprint("agenda", "app.coworking", url_prefix="/agenda", template_folder="templates")


@bp.get("/")
def index() -> ResponseReturnValue:
    """What is coming, and the lieu's words of the day."""
    place, now = place_queries.current(), clock.now()
    stranger = not current_user.is_authenticated
    return render_template(
        "coworking/agenda.html",
        place=place,
        events=queries.upcoming(place.id, now=now, member_id=current_user.id, public_only=stranger),
        announcements=queries.announcements(place.id, on=now.astimezone(place.tz).date(), public_only=stranger),
        today=now.astimezone(place.tz).date(),
    )


@bp.get("/<int:event_id>")
def event(event_id: int) -> ResponseReturnValue:
    """One event; a stranger sees it when it is public."""
    found = queries.event_told(event_id, current_user.id)
    if found is None or not (found.event.public or current_user.is_authenticated):
        abort(404)
    place, now = place_queries.by_id(found.event.place_id), clock.now()
    mine = found.mine
    left = int((mine.offered_until - now).total_seconds()) if mine is not None and mine.offered_until is not None else 0
    return render_template(
        "coworking/event.html",
        place=place,
        told=found,
        event=found.event,
        rank=queries.rank_of(mine) if mine is not None and mine.state == "waiting" else 0,
        seconds_left=max(left, 0),
        is_over=found.event.ends_at <= now or found.event.state == "cancelled",
    )


@bp.post("/<int:event_id>/signup")
def sign_up(event_id: int) -> ResponseReturnValue:
    if queries.event_told(event_id, None) is None:
        abort(404)
    try:
        row = services.sign_up(event_id, member_id=current_user.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _refused(event_id, refused)
    if row.state == "waiting":
        flash(_("C’est complet : vous êtes en liste d’attente. Quand votre tour vient, un courriel vous le dit."), "warn")
    else:
        flash(_("C’est noté : votre place est gardée."))
    return redirect(url_for(".event", event_id=event_id), 303)


@bp.post("/<int:event_id>/acceptance")
def accept(event_id: int) -> ResponseReturnValue:
    mine = _mine(event_id)
    try:
        services.accept_seat(mine.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _refused(event_id, refused)
    flash(_("C’est noté : votre place est gardée."))
    return redirect(url_for(".event", event_id=event_id), 303)


@bp.post("/<int:event_id>/departure")
def leave(event_id: int) -> ResponseReturnValue:
    services.give_up_seat(_mine(event_id).id, actor_id=current_user.id, now=clock.now())
    flash(_("C’est noté : votre place est rendue."))
    return redirect(url_for(".event", event_id=event_id), 303)


def _mine(event_id: int) -> SignUp:
    found = queries.event_told(event_id, current_user.id)
    if found is None or found.mine is None:
        abort(404)
    return found.mine


def _refused(event_id: int, refused: Refused) -> ResponseReturnValue:
    page = render_template("portal/refused.html", refused=refused, back=url_for(".event", event_id=event_id))
    return page, refused.status
