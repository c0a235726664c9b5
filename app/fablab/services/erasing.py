"""When somebody is erased: their seats at trainings and their company at machines go; the machines lose a lead."""

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa

from app.booking.models import Booking
from app.core.db import db, transaction
from app.core.refusals import N_, Reason
from app.fablab import queries
from app.fablab.models import Companion, MachineLead, Training, TrainingSeat
from app.fablab.rules import BoxNotEmptied, ToolAtHome
from app.fablab.services.boxes import release_box
from app.fablab.services.company import leave_company
from app.fablab.services.projects import forget_projects
from app.fablab.services.relays import forget_badges
from app.fablab.services.trainings.seats import leave_training
from app.members.rules import Eraser


def erase_person(member_id: int, now: datetime) -> None:
    seats = (
        sa.select(TrainingSeat.id)
        .join(Training, Training.id == TrainingSeat.training_id)
        .where(TrainingSeat.member_id == member_id, TrainingSeat.state.in_(("waiting", "held", "enrolled")), Training.starts_at > now)
    )
    beside = (
        sa.select(Companion.booking_id)
        .join(Booking, Booking.id == Companion.booking_id)
        .where(
            Companion.member_id == member_id,
            Companion.left_at.is_(None),
            Booking.starts_at > now,
            Booking.status.in_(("pending", "confirmed")),
        )
    )
    with transaction():
        for seat_id in db.session.scalars(seats).all():
            leave_training(seat_id=seat_id, actor_id=member_id, by_lieu=True, now=now)
        for booking_id in db.session.scalars(beside).all():
            leave_company(booking_id=booking_id, member_id=member_id, actor_id=member_id, now=now)
        for permit in queries.boxes_with(member_id):
            release_box(permit.id, actor_id=None, now=now)
        forget_projects(member_id)
        forget_badges(member_id)
        db.session.execute(sa.delete(MachineLead).where(MachineLead.member_id == member_id))


def obstacles(member_id: int, _today: date) -> Iterator[Reason]:
    """What is the lieu's has to come back first, unless the lieu says otherwise."""
    for loan in queries.tools_with(member_id):
        yield ToolAtHome(name=loan.tool.name)
    for permit in queries.boxes_with(member_id):
        yield BoxNotEmptied(mark=permit.box.mark)


ERASER = Eraser(
    goes=(
        N_("Vos projets au mur, leurs photos, et ce que les lecteurs de badge savaient de vous."),
        N_(
            "Vos places aux initiations, votre rôle de référent·e ; vos habilitations et ce que vous avez écrit au carnet des machines restent sans nom."
        ),
    ),
    obstacles=obstacles,
    erase=erase_person,
)
