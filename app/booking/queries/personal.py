"""What the engine keeps of a person."""

import sqlalchemy as sa

from app.booking.models import Booking, Resource, Series, WaitlistEntry
from app.core.db import db
from app.core.refusals import N_
from app.members.rules import Kept, kept


def personal_data(member_id: int) -> list[Kept]:
    """What the engine keeps of somebody."""
    bookings = db.session.execute(
        sa.select(
            Resource.name.label("thing"),
            Booking.starts_at,
            Booking.ends_at,
            Booking.status,
            Booking.price_cents,
            Booking.covered_by,
            Booking.note,
            Booking.guest_name,
            Booking.for_lieu,
            Booking.override_reason,
            Booking.cancel_reason,
            Booking.created_at,
            Booking.checked_in_at,
        )
        .join(Resource, Resource.id == Booking.resource_id)
        .where(Booking.member_id == member_id)
        .order_by(Booking.starts_at, Booking.id)
    )
    series = db.session.execute(
        sa.select(Resource.name.label("thing"), Series.rrule, Series.first_start, Series.minutes, Series.note, Series.created_at)
        .join(Resource, Resource.id == Series.resource_id)
        .where(Series.member_id == member_id)
        .order_by(Series.id)
    )
    waits = db.session.execute(
        sa.select(
            Resource.name.label("thing"), WaitlistEntry.starts_at, WaitlistEntry.ends_at, WaitlistEntry.state, WaitlistEntry.created_at
        )
        .join(Resource, Resource.id == WaitlistEntry.resource_id)
        .where(WaitlistEntry.member_id == member_id)
        .order_by(WaitlistEntry.id)
    )
    until = N_("Tant que le compte est ouvert ; ensuite sans votre nom, pour les statistiques du lieu.")
    return [
        kept(
            "bookings",
            bookings.mappings(),
            title=N_("Mes réservations"),
            why=N_("Tenir le planning, et compter ce qui est dû."),
            until=until,
        ),
        kept(
            "series",
            series.mappings(),
            title=N_("Mes réservations répétées"),
            why=N_("Réserver chaque semaine sans y penser."),
            until=until,
        ),
        kept("waitlist", waits.mappings(), title=N_("Mes listes d’attente"), why=N_("Vous proposer la place qui se libère."), until=until),
    ]
