"""What the shell asks of the rooms: who we are."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.db import db
from app.place import queries as place_queries
from app.place.models import Place
from app.web.registry import Identity


def identity() -> Identity:
    """The lieu at hand; a house that has none yet is called by the program's name."""
    if db.session.scalar(sa.select(Place.id).limit(1)) is None:
        return Identity(name="Worklab", zone=ZoneInfo("Europe/Paris"))
    place = place_queries.current()
    return Identity(
        name=place.name,
        zone=place.tz,
        short_name=place.short_name,
        street=place.street,
        postcode=place.postal_code,
        town=place.town,
        email=place.email,
        phone=place.phone,
        legal_form=place.legal_form,
        siret=place.siret,
        rna=place.rna,
        nda=place.training_number,
    )
