"""The blueprint of the portal's pages, and who may see which booking."""

from flask import Blueprint, abort
from flask_login import current_user

from app.booking import queries as booking_queries
from app.booking.models import Booking, Kind

bp = Blueprint("portal", "app.portal", template_folder="templates")


def seen_booking(booking_id: int) -> Booking:
    """A booking of one's own, or any for staff; somebody else's is no different from none."""
    booking = booking_queries.booking(booking_id)
    if booking is None or (booking.member_id != current_user.id and not current_user.may("see_all_bookings")):
        abort(404)
    return booking


def changed_booking(booking_id: int) -> Booking:
    """One that this person may also change."""
    booking = seen_booking(booking_id)
    if booking.kind in (Kind.SESSION, Kind.TRAINING):
        abort(404)  # they follow from a course session or an initiation, and change with it
    if booking.member_id != current_user.id and not current_user.may("book_for_others"):
        abort(404)
    return booking


def by_lieu(booking: Booking) -> bool:
    """Whether the lieu itself makes the gesture: staff, on somebody else's booking."""
    return bool(booking.member_id != current_user.id and current_user.may("book_for_others"))
