"""Arrived, accepted; waiting no longer."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import services as booking
from app.core import clock
from app.core.refusals import Refused
from app.portal import queries
from app.portal.views.bookings.about import back, refused_page, words_of
from app.portal.views.door import bp, by_lieu, changed_booking, seen_booking


@bp.post("/bookings/<int:booking_id>/check-in")
def check_in(booking_id: int) -> ResponseReturnValue:
    found = changed_booking(booking_id)
    try:
        booking.check_in(found.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return refused_page(found, refused)
    flash(
        _("Bienvenue ! Votre arrivée est notée.") if not by_lieu(found) else _("L’arrivée de %(name)s est notée.", name=found.member.name)
    )
    return back(found)


@bp.post("/bookings/<int:booking_id>/acceptance")
def accept(booking_id: int) -> ResponseReturnValue:
    """The place that was kept becomes a booking."""
    found = seen_booking(booking_id)
    if found.member_id != current_user.id:
        abort(404)
    try:
        booking.accept_hold(found.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return refused_page(found, refused)
    flash(_("C’est réservé : %(what)s.", what=words_of(found)))
    return redirect(url_for(".booking", booking_id=found.id), 303)


@bp.post("/bookings/<int:booking_id>/refusal")
def decline(booking_id: int) -> ResponseReturnValue:
    """The place that was kept goes to the next in line."""
    found = seen_booking(booking_id)
    entry_id = queries.offer_entry(found.id)
    if found.member_id != current_user.id:
        abort(404)
    if entry_id is not None:
        booking.leave_waitlist(entry_id, member_id=current_user.id, actor_id=current_user.id, now=clock.now())
        flash(_("C’est noté : la place est proposée à la personne suivante."))
    else:
        booking.give_up_hold(found.id, actor_id=current_user.id, now=clock.now())
        flash(_("C’est noté : la place est rendue, rien n’est dû."))
    return redirect(url_for(".week"), 303)


@bp.post("/waitlist/<int:entry_id>/departure")
def leave_waitlist(entry_id: int) -> ResponseReturnValue:
    """Wait no longer; an offer that was open goes to the next."""
    booking.leave_waitlist(entry_id, member_id=current_user.id, actor_id=current_user.id, now=clock.now())
    flash(_("Vous n’êtes plus sur cette liste d’attente."))
    return redirect(url_for(".week"), 303)
