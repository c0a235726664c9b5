"""Who may pay by card before it is booked, and what is worth it."""

from flask_login import current_user

from app.billing import gateways
from app.booking import services as booking
from app.booking.policy import Request
from app.members.models import Member


def takes_cards(person: Member) -> bool:
    """Whether this person may pay now: for oneself, and what no organisation is billed for."""
    return gateways.is_ready() and person.id == current_user.id and person.organisation_id is None


def is_paid_ahead(wanted: Request) -> bool:
    """Whether there is money to pay before: not what a plan covers, nor what is counted when it is used."""
    looked = booking.preview(wanted)
    return looked.ok and looked.price_cents > 0 and not looked.is_foreseen
