"""Refunds by transfer: written in the books, made by hand at the bank, then seen on the statement."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.billing.models import BankLine, Mandate, Movement, Payment, RefundTransfer
from app.billing.queries.payments import payer_name
from app.billing.rules.reconciliation import OpenRefund
from app.billing.rules.transfer import refund_reference
from app.core.db import db


@dataclass(frozen=True, slots=True)
class RefundToMake:
    """A transfer to make: to whom, how much, what to write in it, and the account of theirs that we know."""

    movement_id: int
    payment_id: int
    payer: str
    cents: int
    day: date
    reason: str
    last4: str

    @property
    def reference(self) -> str:
        return refund_reference(self.movement_id)


def refunds_to_make(place_id: int) -> list[RefundToMake]:
    """Those that nobody has said to be made and that no statement has shown yet, the oldest first."""
    mandate = sa.orm.aliased(Mandate)
    same_payer = sa.or_(mandate.member_id == Payment.member_id, mandate.organisation_id == Payment.organisation_id)
    last4 = sa.select(sa.func.max(mandate.iban_last4)).where(same_payer, mandate.revoked_on.is_(None)).scalar_subquery()
    rows = db.session.execute(
        sa.select(Movement, payer_name(Payment.member_id, Payment.organisation_id), sa.func.coalesce(last4, ""))
        .join(Payment, Payment.id == Movement.payment_id)
        .where(Movement.place_id == place_id, *_is_unseen(), ~_is_said_made())
        .order_by(Movement.day, Movement.id)
    )
    return [RefundToMake(row.id, row.payment_id or 0, who, row.cents, row.day, row.reason, last4) for row, who, last4 in rows]


def open_refunds(place_id: int) -> list[OpenRefund]:
    """Those that a line of the bank may still answer, said to be made or not."""
    rows = db.session.execute(sa.select(Movement.id, Movement.cents).where(Movement.place_id == place_id, *_is_unseen()))
    return [OpenRefund(movement_id, refund_reference(movement_id), cents) for movement_id, cents in rows]


def transfers_made(payment_id: int) -> dict[int, date]:
    """The refunds of a payment whose transfer was said to be made, before any statement shows it; and the day."""
    made = sa.select(RefundTransfer.movement_id, RefundTransfer.made_on).join(Movement, Movement.id == RefundTransfer.movement_id)
    rows = db.session.execute(made.where(Movement.payment_id == payment_id, *_is_unseen()))
    return {row.movement_id: row.made_on for row in rows}


def _is_said_made() -> sa.ColumnElement[bool]:
    return sa.exists().where(RefundTransfer.movement_id == Movement.id)


def _is_unseen() -> tuple[sa.ColumnElement[bool], ...]:
    contrary = sa.orm.aliased(Movement)
    return (
        Movement.kind == "refunded",
        Movement.credit == "bank",
        Movement.undoes_id.is_(None),
        Movement.bank_line_id.is_(None),
        ~sa.exists().where(contrary.undoes_id == Movement.id),
        ~sa.exists().where(BankLine.refund_id == Movement.id),
    )
