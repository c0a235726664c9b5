"""When somebody is erased: what they had booked is free again, what they wrote in their bookings goes, the hours stay as figures."""

from datetime import datetime

import sqlalchemy as sa

from app.booking.models import NOT_FOR_PEOPLE, OCCUPYING, Booking, Resource, Series, WaitlistEntry
from app.booking.services.cancelling import cancel
from app.booking.services.waiting import leave_waitlist
from app.core.db import db, table, transaction
from app.core.refusals import N_
from app.members.rules import Eraser
from app.place.services import touch_settings


def erase_person(member_id: int, now: datetime) -> None:
    """What they hold for the lieu itself goes on without the name."""
    coming = sa.select(Booking.id).where(
        Booking.member_id == member_id,
        Booking.starts_at > now,
        Booking.status.in_(OCCUPYING),
        Booking.kind.not_in(NOT_FOR_PEOPLE),
        Booking.for_lieu.is_(False),
    )
    waiting = sa.select(WaitlistEntry.id).where(WaitlistEntry.member_id == member_id, WaitlistEntry.state.in_(("waiting", "offered")))
    with transaction() as session:
        for entry_id in session.scalars(waiting).all():
            leave_waitlist(entry_id, member_id=member_id, actor_id=member_id, now=now)
        for booking_id in session.scalars(coming.order_by(Booking.id)).all():
            cancel(booking_id=booking_id, actor_id=None, by_lieu=True, now=now)
        words = {"note": "", "guest_name": "", "override_reason": "", "cancel_reason": "", "forgiven_why": ""}
        session.execute(sa.update(table(Booking)).where(table(Booking).c.member_id == member_id).values(**words))
        session.execute(sa.update(table(Series)).where(table(Series).c.member_id == member_id).values(note=""))
        for resource in session.scalars(sa.select(Resource).where(Resource.holder_id == member_id)).all():
            resource.holder_id = None
            session.flush()
            touch_settings(resource.place_id)
    db.session.expire_all()


ERASER = Eraser(
    goes=(
        N_("Vos réservations à venir : elles sont annulées sans frais, et la place revient aux autres."),
        N_("Votre nom, vos notes et vos invités dans les réservations passées ; il n’en reste que des heures, sans personne."),
    ),
    erase=erase_person,
)
