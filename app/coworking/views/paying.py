"""Who may pay by card before it is booked."""

from flask_login import current_user

from app.billing import gateways
from app.members.models import Member


def takes_cards(person: Member) -> bool:
    """Whether this person may pay now: for oneself, and what no organisation is billed for."""
    return gateways.is_ready() and person.id == current_user.id and person.organisation_id is None
