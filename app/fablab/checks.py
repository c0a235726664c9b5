"""What must be true of the fablab, whoever wrote it: looked at each night, without trusting any guard."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.booking.models import LIVE, Booking
from app.fablab.models import SEATED, Training, TrainingSeat

NAMED = 20  # faults told of each kind: more would teach nothing more


def trainings(session: Session) -> Iterator[str]:
    """No session has more people than seats; one that is planned holds its machines."""
    seated = sa.func.count(TrainingSeat.id)
    crowded = (
        sa.select(Training.id, Training.title, seated)
        .join(TrainingSeat, TrainingSeat.training_id == Training.id)
        .where(TrainingSeat.state.in_(SEATED))
        .group_by(Training.id, Training.title, Training.seats)
        .having(seated > Training.seats)
        .order_by(Training.id)
        .limit(NAMED)
    )
    for training_id, title, count in session.execute(crowded):
        yield f"L’initiation {training_id} («\u00a0{title}\u00a0») a {count} personnes, plus que de places."
    adrift = (
        sa.select(Training.id, Training.title)
        .join(Booking, Booking.id == Training.booking_id)
        .where(Training.state == "planned", Booking.status.in_(LIVE))
        .where(sa.or_(Booking.starts_at != Training.starts_at, Booking.ends_at != Training.ends_at))
        .order_by(Training.id)
        .limit(NAMED)
    )
    for training_id, title in session.execute(adrift):
        yield f"L’initiation {training_id} («\u00a0{title}\u00a0») ne tient pas ses machines aux heures où elle a lieu."
