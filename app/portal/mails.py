"""Who reads the lieu's mail, and in whose name it leaves."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app

from app.core.db import db
from app.core.letters import Addressee, House
from app.members.models import Member
from app.place.models import Place


def addressee(member_id: int) -> Addressee | None:
    """Where a member reads, and in which language; nobody once the account is closed."""
    member = db.session.get(Member, member_id)
    if member is None or member.status in ("inactive", "erased"):
        return None
    return Addressee(member.email, member.name, member.locale)


def house(place_id: int | None) -> House:
    """The lieu that writes; without an e-mail address of its own, its machine's."""
    place = db.session.get(Place, place_id) if place_id else db.session.scalar(sa.select(Place).order_by(Place.id).limit(1))
    host = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
    if place is None:
        return House("Worklab", f"worklab@{host}")
    return House(place.name, place.email or f"worklab@{host}", place.address)
