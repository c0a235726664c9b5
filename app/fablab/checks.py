"""What must be true of the fablab, whoever wrote it: looked at each night, without trusting any guard."""

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.billing.models import Article, Charge
from app.booking.models import LIVE, Booking, Resource, Status
from app.fablab import queries
from app.fablab.models import SEATED, Box, BoxPermit, ClearanceType, Machine, Tool, ToolLoan, Training, TrainingSeat, Use
from app.place.models import Place

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


def uses(session: Session) -> Iterator[str]:
    """A machine is on for one person at a time, in a booking that is going on, who may use it; what is metered is charged to the cent."""
    running = sa.select(Resource.name).join(Use, Use.resource_id == Resource.id).where(Use.ended_at.is_(None))
    for name in session.scalars(running.group_by(Resource.id, Resource.name).having(sa.func.count(Use.id) > 1).limit(NAMED)):
        yield f"«\u00a0{name}\u00a0» est en marche pour deux personnes à la fois."
    held = sa.select(Use.id, Booking.status).join(Booking, Booking.id == Use.booking_id)
    for use_id, status in session.execute(held.where(Use.ended_at.is_(None), Booking.status != Status.CHECKED_IN).limit(NAMED)):
        yield f"L’utilisation {use_id} est en cours dans une réservation qui ne l’est pas ({status})."
    ref = sa.literal("use:") + sa.cast(Use.id, sa.String)
    taxed = Charge.cents + (Charge.cents * Charge.rate_bp + 5000) // 10_000  # VAT of one line, half-up: `documents.gross_of_net`
    charged = sa.select(sa.func.sum(taxed)).where(Charge.ref == ref).scalar_subquery()
    wrong = sa.select(Use.id).where(sa.func.coalesce(charged, 0) != Use.cents)
    for use_id in session.scalars(wrong.order_by(Use.id).limit(NAMED)):
        yield f"Le prix de l’utilisation {use_id} et sa prestation ne sont pas les mêmes."
    yield from _without_right(session)


def _without_right(session: Session) -> Iterator[str]:
    """Who has a machine on without the clearance that it asks for, unless staff passed over it in writing."""
    rows = session.execute(
        sa.select(Use, ClearanceType, Place, Resource.name)
        .join(Booking, sa.and_(Booking.id == Use.booking_id, Booking.override_reason == ""))
        .join(Machine, Machine.resource_id == Use.resource_id)
        .join(ClearanceType, ClearanceType.id == Machine.clearance_type_id)
        .join(Place, Place.id == Use.place_id)
        .join(Resource, Resource.id == Use.resource_id)
        .where(Use.ended_at.is_(None))
        .order_by(Use.id)
    ).all()
    for use, kind, place, name in rows:
        day = use.started_at.astimezone(place.tz).date()
        rights = queries.rights(use.member_id, queries.Needed(kind.id, kind.name, kind.policy, kind.months), zone=place.tz)
        ends = [min((last for last in (right.expires_on, right.revoked_on) if last is not None), default=date.max) for right in rights]
        if not any(right.given_on <= day <= last for right, last in zip(rights, ends, strict=True)):
            yield f"«\u00a0{name}\u00a0» est en marche pour une personne qui n’y est pas habilitée (utilisation {use.id})."


def stock(session: Session) -> Iterator[str]:
    """Nobody took what is not there."""
    for name in session.scalars(sa.select(Article.name).where(Article.stock_milli < 0).order_by(Article.id).limit(NAMED)):
        yield f"Le stock de «\u00a0{name}\u00a0» est négatif."
