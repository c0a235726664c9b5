"""The registers of the drawer and of deposits, as they are read line by line."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.billing.models import Invoice, Movement, Payment
from app.billing.queries.payments import left_to_pay, payer_name
from app.core.db import db

_IN_THE_DRAWER = sa.case((Movement.debit == "cash", Movement.cents), (Movement.credit == "cash", -Movement.cents), else_=0)
_NOTE = sa.orm.aliased(Invoice)
_BACK = (
    sa.select(-sa.func.coalesce(sa.func.sum(_NOTE.gross_cents), 0))
    .where(_NOTE.credits_id == Invoice.id)
    .correlate(Invoice)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class CashLine:
    """One movement of the drawer, and what is in it after."""

    day: date
    piece: str
    kind: str
    payer: str
    cents: int  # below zero: it went out
    left_cents: int


def cash_before(place_id: int, first: date) -> int:
    """What was in the drawer on the eve."""
    where = (Movement.place_id == place_id, Movement.day < first)
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(_IN_THE_DRAWER), 0)).where(*where)) or 0)


def cash_lines(place_id: int, first: date, last: date) -> list[CashLine]:
    """Everything that went in or out between two days, both included, in order."""
    rows = db.session.execute(
        sa.select(
            Movement.day,
            Movement.piece,
            Movement.kind,
            payer_name(Payment.member_id, Payment.organisation_id).label("payer"),
            _IN_THE_DRAWER.label("cents"),
        )
        .outerjoin(Payment, Payment.id == Movement.payment_id)
        .where(Movement.place_id == place_id, Movement.day.between(first, last), _IN_THE_DRAWER != 0)
        .order_by(Movement.day, Movement.id)
    )
    lines, left = [], cash_before(place_id, first)
    for row in rows:
        left += row.cents
        lines.append(CashLine(row.day, row.piece, row.kind, row.payer or "", row.cents, left))
    return lines


@dataclass(frozen=True, slots=True)
class Deposit:
    """A security deposit on its own bill: what was asked, what was paid of it, what was given back."""

    invoice_id: int
    number: str
    payer: str
    issued_on: date
    cents: int
    paid_cents: int
    back_cents: int

    @property
    def kept_cents(self) -> int:
        """What the lieu owes back (account 165)."""
        return self.cents - self.back_cents


def deposits(place_id: int) -> list[Deposit]:
    """Every deposit ever billed, the last first."""
    rows = db.session.execute(
        sa.select(
            Invoice.id,
            Invoice.number,
            payer_name(Invoice.member_id, Invoice.organisation_id),
            Invoice.issued_on,
            Invoice.gross_cents,
            _BACK,
        )
        .where(Invoice.place_id == place_id, Invoice.kind == "deposit")
        .order_by(Invoice.issued_on.desc(), Invoice.id.desc())
    ).all()
    left = left_to_pay([row[0] for row in rows])
    return [
        Deposit(invoice_id, number, payer, issued_on, cents, cents - int(back) - left.get(invoice_id, 0), int(back))
        for invoice_id, number, payer, issued_on, cents, back in rows
    ]
