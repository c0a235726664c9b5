"""What must be true of things and bookings, whoever wrote it: looked at each night, without trusting any guard."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.billing.models import Charge, LotEntry
from app.booking.models import LIVE, OCCUPYING, Booking, Occupancy, Resource, Status
from app.core.journal import JournalEntry

NAMED = 20  # faults told of each kind: more would teach nothing more


def guard(session: Session) -> Iterator[str]:
    """The database's own refusal of two holders is in place."""
    if session.get_bind().dialect.name == "postgresql":
        found = session.execute(sa.text("SELECT conname FROM pg_constraint WHERE conname = 'one_holder_at_a_time' AND convalidated")).all()
        is_there = len(found) == 1
    else:
        found = session.execute(
            sa.text(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'occupancy' AND name LIKE 'one\\_holder%' ESCAPE '\\'"
            )
        ).all()
        is_there = len(found) == 2
    if not is_there:
        yield "La base ne refuse plus deux occupations d’une même chose\u00a0: son garde-fou «\u00a0one_holder_at_a_time\u00a0» a disparu."


def overlaps(session: Session) -> Iterator[str]:
    """No thing is held twice at once."""
    until = sa.func.max(Occupancy.ends_at).over(partition_by=Occupancy.resource_id, order_by=Occupancy.starts_at, rows=(None, -1))
    held = sa.select(Occupancy.id, Occupancy.resource_id, Occupancy.starts_at, until.label("until")).where(Occupancy.active).subquery()
    clashes = (
        sa.select(Resource.name, held.c.id, held.c.starts_at)
        .join(held, held.c.resource_id == Resource.id)
        .where(held.c.starts_at < held.c.until)
        .order_by(held.c.id)
        .limit(NAMED)
    )
    for name, occupancy_id, starts_at in session.execute(clashes):
        yield f"«\u00a0{name}\u00a0» est occupé deux fois à la fois le {starts_at:%d/%m/%Y à %H:%M} UTC (occupation {occupancy_id})."


def places(session: Session) -> Iterator[str]:
    """A live booking holds something within its time; an ended one holds nothing."""
    holds = sa.exists().where(Occupancy.booking_id == Booking.id, Occupancy.active)
    strays = sa.exists().where(
        Occupancy.booking_id == Booking.id,
        Occupancy.active,
        sa.or_(Occupancy.starts_at >= Booking.ends_at, Occupancy.ends_at <= Booking.starts_at),
    )
    for sentence, wrong in (
        ("La réservation {} est en cours et n’occupe rien.", Booking.status.in_(LIVE) & ~holds),
        ("La réservation {} est finie ({}) et occupe encore sa place.", Booking.status.not_in(LIVE) & holds),
        ("La réservation {} occupe une place hors de son horaire.", strays),
    ):
        for booking_id, status in session.execute(sa.select(Booking.id, Booking.status).where(wrong).order_by(Booking.id).limit(NAMED)):
            yield sentence.format(booking_id, status)


def journal(session: Session) -> Iterator[str]:
    """The journal tells how each booking came to be what it is."""
    told = sa.exists().where(JournalEntry.subject_id == Booking.id, JournalEntry.event == sa.literal("booking.") + Booking.status)
    silent = sa.select(Booking.id, Booking.status).where(~told).order_by(Booking.id).limit(NAMED)
    for booking_id, status in session.execute(silent):
        yield f"Le journal ne dit pas comment la réservation {booking_id} est devenue «\u00a0{status}\u00a0»."


def prices(session: Session) -> Iterator[str]:
    """What a booking costs is charged once and to the cent; units stay held as long as it is to come, and no longer."""
    ref = _ref()
    taxed = Charge.cents + (Charge.cents * Charge.rate_bp + 5000) // 10_000  # VAT of one line, half-up: `documents.gross_of_net`
    charged = sa.select(sa.func.sum(taxed)).where(Charge.ref == ref).scalar_subquery()
    left = sa.func.sum(sa.case((LotEntry.kind == "hold", LotEntry.units), else_=-LotEntry.units))
    held = sa.select(left).where(LotEntry.ref == ref, LotEntry.kind.in_(("hold", "use", "release"))).scalar_subquery()
    priced = Booking.status != Status.HELD
    for sentence, wrong in (
        (
            "Le prix de la réservation {} et sa prestation ne sont pas les mêmes.",
            priced & (sa.func.coalesce(charged, 0) != Booking.price_cents),
        ),
        (
            "La réservation {} est finie et des unités restent réservées pour elle.",
            Booking.status.not_in(OCCUPYING) & (sa.func.coalesce(held, 0) != 0),
        ),
    ):
        for (booking_id,) in session.execute(sa.select(Booking.id).where(wrong).order_by(Booking.id).limit(NAMED)):
            yield sentence.format(booking_id)


def _ref() -> sa.ColumnElement[str]:
    """The name of a booking's price in the ledger, as `Booking.price_ref` says it."""
    number = sa.cast(Booking.id, sa.String)
    return sa.literal("booking:") + number + sa.case((Booking.priced == 0, ""), else_=sa.literal(":") + sa.cast(Booking.priced, sa.String))
