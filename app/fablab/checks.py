"""What must be true of the fablab, whoever wrote it: looked at each night, without trusting any guard."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.booking.models import LIVE, Booking
from app.fablab.models import SEATED, Box, BoxPermit, Tool, ToolLoan, Training, TrainingSeat

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


def lending(session: Session) -> Iterator[str]:
    """What is out of the list, lost or broken is in nobody's hands; a loan that is over says how it ended."""
    gone = sa.select(Tool.mark).join(ToolLoan, ToolLoan.tool_id == Tool.id).where(Tool.state != "good", ToolLoan.returned_at.is_(None))
    for mark in session.scalars(gone.order_by(Tool.id).limit(NAMED)):
        yield f"L’outil {mark} est prêté alors qu’il n’est plus à prêter."
    unsaid = sa.select(ToolLoan.id).where(ToolLoan.returned_at.is_not(None) != (ToolLoan.outcome != ""))
    for loan_id in session.scalars(unsaid.order_by(ToolLoan.id).limit(NAMED)):
        yield f"Le prêt d’outil {loan_id} ne dit pas comment il s’est fini."
    shut = sa.select(Box.mark).join(BoxPermit, BoxPermit.box_id == Box.id).where(Box.state != "good", BoxPermit.released_on.is_(None))
    for mark in session.scalars(shut.order_by(Box.id).limit(NAMED)):
        yield f"Le casier {mark} est à quelqu’un alors qu’il est retiré."
