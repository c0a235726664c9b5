"""A booking that is paid first: kept while its card is read."""

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.billing import gateways
from app.billing.rules.payments import ProviderAway
from app.billing.services.checkout import Links
from app.booking import services as booking
from app.core import clock
from app.core.refusals import Refused
from app.portal.views.bookings.about import refused_page, words_of
from app.portal.views.door import bp, seen_booking


@bp.post("/bookings/<int:booking_id>/payment")
def pay_booking(booking_id: int) -> ResponseReturnValue:
    """To Stripe's page, for what is kept meanwhile."""
    found = seen_booking(booking_id)
    if found.member_id != current_user.id or not gateways.is_ready():
        abort(404)
    back = url_for(".booking", booking_id=found.id, _external=True)
    links = Links(paid=f"{back}?paid=1", given_up=back)
    try:
        url = booking.ask_payment(found.id, label=words_of(found), links=links, now=clock.now())
    except Refused as refused:
        return refused_page(found, refused)
    except gateways.Unreachable:
        return refused_page(found, Refused(ProviderAway()))
    return redirect(url, 303)
