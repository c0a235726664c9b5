"""What must be true of the ledger, whoever wrote it: looked at each night, without trusting any guard."""

from collections.abc import Iterator
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.billing.models import Bill, Charge, Draft, Invoice, Lot, LotEntry, Movement, Payment
from app.billing.queries import payments as money_queries
from app.billing.queries import verification
from app.core.db import table
from app.place.models import Place

NAMED = 20  # faults told of each kind: more would teach nothing more


_FROZEN = ("billing_invoice", "billing_anchor", "billing_closing")
_ADDED = ("billing_payment", "billing_allocation", "billing_movement", "billing_stripe_event")
_GUARDS = {
    "postgresql": {
        "billing_invoice_next",
        "billing_allocation_guard",
        "billing_movement_guard",
        *(f"{table}_{word}" for table in (*_FROZEN, *_ADDED) for word in ("frozen", "kept")),
    },
    "sqlite": {
        "billing_invoice_next",
        *(f"billing_allocation_guard_{rank}" for rank in range(3)),
        "billing_movement_guard_0",
        *(f"{table}_frozen_{moment}" for table in (*_FROZEN, *_ADDED) for moment in ("update", "delete")),
        *(f"{table}_frozen_insert" for table in (*_FROZEN[1:], *_ADDED)),
    },
}
_TRIGGERS = {
    "postgresql": sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"),
    "sqlite": sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
}


def guard(session: Session) -> Iterator[str]:
    """The database's own refusal to change what is issued or paid is in place."""
    engine = session.get_bind().dialect.name
    if missing := _GUARDS[engine] - set(session.scalars(_TRIGGERS[engine])):
        yield f"La base ne refuse plus de changer une facture émise ou un règlement\u00a0: son garde-fou «\u00a0{min(missing)}\u00a0» a disparu."


def ledger(session: Session) -> Iterator[str]:
    """What a lot says of itself is the sum of its entries."""
    sums = (
        sa.select(
            LotEntry.lot_id,
            _sum(grant=1).label("granted"),
            _sum(hold=1, use=-1, release=-1).label("held"),
            _sum(use=1, **{"return": -1}).label("used"),
        )
        .group_by(LotEntry.lot_id)
        .subquery()
    )
    for column, word in (("granted", "accordé"), ("held", "réservé"), ("used", "utilisé")):
        said, entered = getattr(Lot, column), sa.func.coalesce(sums.c[column], 0)
        wrong = (
            sa.select(Lot.id, said, entered).outerjoin(sums, sums.c.lot_id == Lot.id).where(said != entered).order_by(Lot.id).limit(NAMED)
        )
        for lot_id, one, other in session.execute(wrong):
            yield f"Le lot {lot_id} dit avoir {word} {one} unité(s), ses écritures en comptent {other}."


def balances(session: Session) -> Iterator[str]:
    """Nobody used more than they were given."""
    below = ~Lot.unlimited & (Lot.used + Lot.held > Lot.granted + Lot.overdraft)
    negative = (Lot.used < 0) | (Lot.held < 0)
    for lot_id in session.scalars(sa.select(Lot.id).where(below | negative).order_by(Lot.id).limit(NAMED)):
        yield f"Le lot {lot_id} est passé sous zéro."


def reversals(session: Session) -> Iterator[str]:
    """What was given back was first charged, and not more of it."""
    first = sa.orm.aliased(Charge)
    wrong = (
        sa.select(Charge.ref)
        .outerjoin(first, Charge.ref == first.ref + ":reversal")
        .where(Charge.ref.like("%:reversal"), sa.or_(first.id.is_(None), first.cents + Charge.cents < 0))
        .order_by(Charge.id)
        .limit(NAMED)
    )
    for ref in session.scalars(wrong):
        yield f"L’annulation de prestation {ref} rend plus qu’il n’avait été compté."


def bills(session: Session) -> Iterator[str]:
    """Numbers without a gap, one chain, what was anchored outside: as `billing verify` says it."""
    for place in session.scalars(sa.select(Place).order_by(Place.id)):
        yield from islice(verification.faults(place), NAMED)


def charged(session: Session) -> Iterator[str]:
    """What the month's bills took is what they ask, for the same payer; but for drafts that somebody corrected before they were issued."""
    taken = (
        sa.select(Invoice.number, sa.func.coalesce(sa.func.sum(Charge.cents), 0), Invoice.net_cents)
        .join(Bill, Bill.invoice_id == Invoice.id)
        .join(Draft, Draft.id == Bill.draft_id)
        .outerjoin(Charge, Charge.bill_id == Bill.id)
        .where(Draft.changed_at.is_(None))
        .group_by(Invoice.id, Invoice.number, Invoice.net_cents)
        .having(sa.func.coalesce(sa.func.sum(Charge.cents), 0) != Invoice.net_cents)
        .order_by(Invoice.id)
        .limit(NAMED)
    )
    for number, used, asked in session.execute(taken):
        yield f"La facture {number} demande {asked} centime(s) hors taxe, ses prestations en valent {used}."
    other = sa.or_(
        Charge.organisation_id.is_distinct_from(Bill.organisation_id),
        sa.and_(Bill.organisation_id.is_(None), Charge.member_id != Bill.member_id),
    )
    strayed = sa.select(Charge.ref).join(Bill, Bill.id == Charge.bill_id).where(other).order_by(Charge.id).limit(NAMED)
    for ref in session.scalars(strayed):
        yield f"La prestation {ref} est sur la facture de quelqu’un d’autre."


def money(session: Session) -> Iterator[str]:
    """No payment gives more than it is, no invoice takes more than it asks, and each payment is in the books."""
    payment, invoice = table(Payment), table(Invoice)
    for payment_id in session.scalars(sa.select(payment.c.id).where(money_queries.AVAILABLE < 0).order_by(payment.c.id).limit(NAMED)):
        yield f"Le règlement {payment_id} a donné plus qu’il n’était."
    paid = money_queries.ALLOCATED_TO_INVOICE
    wrong = sa.or_(paid < 0, paid > invoice.c.gross_cents - invoice.c.prepaid_cents)
    for number in session.scalars(sa.select(invoice.c.number).where(invoice.c.gross_cents > 0, wrong).order_by(invoice.c.id).limit(NAMED)):
        yield f"La facture {number} a reçu plus qu’elle ne demande."
    came = sa.select(sa.func.coalesce(sa.func.sum(Movement.cents), 0)).where(
        Movement.payment_id == payment.c.id, Movement.kind == "received"
    )
    odd = sa.select(payment.c.id).where(came.scalar_subquery() != payment.c.cents).order_by(payment.c.id).limit(NAMED)
    for payment_id in session.scalars(odd):
        yield f"Le règlement {payment_id} n’est pas dans les comptes pour ce qu’il vaut."


def _sum(**signs: int) -> sa.ColumnElement[int]:
    """The units of some kinds of entries, added or taken away."""
    return sa.func.sum(sa.case(*((LotEntry.kind == kind, sign * LotEntry.units) for kind, sign in signs.items()), else_=0))
