"""What must be true of the lieu's life, whoever wrote it: looked at each night."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.coworking.models import Event, SignUp

NAMED = 20


def seats(session: Session) -> Iterator[str]:
    """No event has given more seats than it has."""
    taken = sa.func.count(SignUp.id)
    oversold = (
        sa.select(Event.id, Event.seats, taken)
        .join(SignUp, sa.and_(SignUp.event_id == Event.id, SignUp.state.in_(("in", "offered"))))
        .where(Event.seats > 0)
        .group_by(Event.id)
        .having(taken > Event.seats)
        .order_by(Event.id)
        .limit(NAMED)
    )
    for event_id, seats_, count in session.execute(oversold):
        yield f"L’événement {event_id} a donné {count} places et n’en a que {seats_}."
