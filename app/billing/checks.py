"""What must be true of the ledger, whoever wrote it: looked at each night, without trusting any guard."""

from collections.abc import Iterator
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.billing.models import Charge, Lot, LotEntry
from app.billing.queries import verification
from app.place.models import Place

NAMED = 20  # faults told of each kind: more would teach nothing more


_FROZEN = ("billing_invoice", "billing_anchor", "billing_closing")
_GUARDS = {
    "postgresql": {"billing_invoice_next", *(f"{table}_{word}" for table in _FROZEN for word in ("frozen", "kept"))},
    "sqlite": {
        "billing_invoice_next",
        *(f"{table}_frozen_{moment}" for table in _FROZEN for moment in ("update", "delete")),
        *(f"{table}_frozen_insert" for table in _FROZEN[1:]),
    },
}
_TRIGGERS = {
    "postgresql": sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"),
    "sqlite": sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
}


def guard(session: Session) -> Iterator[str]:
    """The database's own refusal to change what is issued is in place."""
    engine = session.get_bind().dialect.name
    if missing := _GUARDS[engine] - set(session.scalars(_TRIGGERS[engine])):
        yield f"La base ne refuse plus de changer une facture émise\u00a0: son garde-fou «\u00a0{min(missing)}\u00a0» a disparu."


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


def _sum(**signs: int) -> sa.ColumnElement[int]:
    """The units of some kinds of entries, added or taken away."""
    return sa.func.sum(sa.case(*((LotEntry.kind == kind, sign * LotEntry.units) for kind, sign in signs.items()), else_=0))
