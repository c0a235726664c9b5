"""Which payments paid what: an invoice, or something before any bill asked for it."""

from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from app.billing.models import Allocation, Payment, ProviderCall
from app.billing.queries.payments import gone
from app.core.db import db


def ways_paid(invoice_id: int) -> list[tuple[Payment, int]]:
    """The payments that paid an invoice, and how much of it each pays still: nothing, of one freed by a credit note."""
    pays = sa.func.sum(Allocation.cents)
    rows = sa.select(Payment, pays).join(Allocation, Allocation.payment_id == Payment.id).where(Allocation.invoice_id == invoice_id)
    return [(payment, int(cents)) for payment, cents in db.session.execute(rows.group_by(Payment.id).order_by(Payment.id))]


class Prepayment(NamedTuple):
    """What was paid by card before any bill asked for it."""

    payment_id: int
    cents: int
    received_on: date
    refunded_cents: int


def prepayment_of(ref: str) -> Prepayment | None:
    """What paid this (« booking:12 ») on a page of payment, and what went back of it."""
    row = db.session.execute(
        sa.select(Payment.id, Payment.cents, Payment.received_on)
        .join(ProviderCall, ProviderCall.payment_id == Payment.id)
        .where(ProviderCall.ref == ref, ProviderCall.state == "done")
    ).first()
    return Prepayment(row.id, row.cents, row.received_on, gone(row.id)) if row else None
