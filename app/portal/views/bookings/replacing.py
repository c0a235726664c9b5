"""What the lieu had to cancel, and what can be had instead: one click from the mail or from the week."""

import hmac

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking import views as say
from app.booking.models import Booking, Status
from app.booking.rules import Thing
from app.core import clock
from app.core.period import Period
from app.core.refusals import Alternative, Refused
from app.coworking import services as coworking
from app.portal.views.bookings.about import place_of, words_of
from app.portal.views.door import bp, seen_booking
from app.web.refusals import choice_value, chosen


@bp.route("/bookings/<int:booking_id>/instead", methods=["GET", "POST"])
def instead(booking_id: int) -> ResponseReturnValue:
    """Opened from the mail, the page sends its own form: one click, and nothing is ever written by reading an address.

    Only what we offered to this person is followed: a code says so. Without script, its one button is pressed.
    """
    found = seen_booking(booking_id)
    choice, code = request.values.get("choice", ""), request.values.get("code", "")
    if found.member_id != current_user.id or found.status != Status.CANCELLED:
        abort(404)
    offer = chosen(choice)
    thing = booking_queries.directory(place_of(found)).things.get(offer.resource_id) if offer else None
    if offer is None or not hmac.compare_digest(code.encode(), papers.code_instead(found.id, choice).encode()):
        abort(404)
    made = booking.replacement_of(found.id)
    if made is not None:
        flash(_("C’est déjà fait : voici ce que vous avez réservé à la place."))
        return redirect(url_for(".booking", booking_id=made), 303)
    if thing is None:
        return _page(found, None, None)
    if request.method == "GET":
        return _page(found, thing, offer)
    period = Period(offer.starts_at, offer.ends_at)
    wanted = coworking.request_for(
        thing,
        period,
        member_id=current_user.id,
        actor_id=current_user.id,
        now=clock.now(),
        note=found.note,
        guest_name=found.guest_name,
    )
    try:
        taken = booking.replace_taken_away(found.id, wanted)
    except Refused as refused:
        return _page(found, None, None, refused)
    flash(_("C’est réservé à la place : %(what)s.", what=words_of(taken)))
    return redirect(url_for(".booking", booking_id=taken.id), 303)


@bp.post("/bookings/<int:booking_id>/letting-go")
def let_go(booking_id: int) -> ResponseReturnValue:
    """Nothing instead."""
    found = seen_booking(booking_id)
    if found.member_id != current_user.id or found.status != Status.CANCELLED:
        abort(404)
    booking.let_go(found.id, actor_id=current_user.id, now=clock.now())
    flash(_("C’est noté : rien à la place."))
    return redirect(url_for(".week"), 303)


def offers(found: Booking) -> list[tuple[str, str]]:
    """What can be had instead: in words, and the address that books it."""
    return [(_words(found, one), _address(found, one)) for one in booking.instead_of(found, now=clock.now())]


def _words(found: Booking, one: Alternative) -> str:
    place = place_of(found)
    thing = booking_queries.directory(place).any(one.resource_id)
    half = coworking.half_of_period(thing, Period(one.starts_at, one.ends_at))
    return f"{say.title(thing)}, {papers.when(half, one.starts_at, one.ends_at, place.tz)}"


def _address(found: Booking, one: Alternative) -> str:
    choice = choice_value(one)
    return url_for("portal.instead", booking_id=found.id, choice=choice, code=papers.code_instead(found.id, choice))


def _page(found: Booking, thing: Thing | None, offer: Alternative | None, refused: Refused | None = None) -> ResponseReturnValue:
    """The one to take, which sends itself; or why it cannot be had any more, and what else there is."""
    page = render_template(
        "portal/instead.html",
        lost=words_of(found),
        offered=_words(found, offer) if offer is not None and thing is not None else "",
        action=_address(found, offer) if offer is not None else "",
        others=offers(found) if offer is None else [],
        refused=refused,
        zone=place_of(found).tz,
    )
    return page, refused.status if refused is not None else 200
