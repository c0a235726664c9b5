"""Money that comes, what it pays, and what goes back. Nothing is ever changed: rows are added, in one transaction a gesture.

Gestures on the money of one lieu take turns (`MONEY`); the database guards the same sums besides.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.billing.models import Allocation, Invoice, Movement, Payment, SlipLine
from app.billing.queries import banking
from app.billing.queries import payments as queries
from app.billing.rules.means import FEES
from app.billing.rules.payments import (
    AlreadyBanked,
    CancelledByItsProvider,
    DrawerTooLow,
    NotDue,
    NothingLeft,
    SomeoneElse,
    WhoPays,
    account_of,
    gives_back,
    journal_of,
)
from app.core import journal
from app.core.db import db, insert_unless_there, lock, transaction
from app.core.refusals import Cents, Refused

MONEY = 53  # the space of locks: the money of one lieu is moved by one gesture at a time


def record_payment(
    *,
    place_id: int,
    payer: WhoPays,
    means: str,
    cents: int,
    received_on: date,
    now: datetime,
    invoice_ids: Sequence[int] = (),
    provider: str = "house",
    provider_id: str | None = None,
    expected_cents: int | None = None,
    fee_cents: int | None = None,
    note: str = "",
    bank_line_id: int | None = None,
    actor_id: int | None = None,
) -> Payment:
    """Money came: it pays these invoices in this order, and what is over is kept for the payer. The same `provider_id` twice
    is one payment."""
    with transaction() as session:
        lock(MONEY, place_id)
        row = {
            "place_id": place_id,
            "member_id": payer.member_id,
            "organisation_id": payer.organisation_id,
            "means": means,
            "provider": provider,
            "provider_id": provider_id,
            "cents": cents,
            "expected_cents": expected_cents,
            "fee_cents": FEES[means].of(cents) if fee_cents is None else fee_cents,
            "received_on": received_on,
            "note": note,
            "created_at": now,
            "actor_id": actor_id,
        }
        made = session.scalar(insert_unless_there(Payment).values(row).returning(Payment.id))
        if made is None:
            return session.scalars(sa.select(Payment).where(Payment.provider == provider, Payment.provider_id == provider_id)).one()
        payment = session.get_one(Payment, made)
        move(
            "received",
            payment=payment,
            cents=cents,
            debit=account_of(means),
            credit="customer",
            day=received_on,
            bank_line_id=bank_line_id,
            now=now,
            actor_id=actor_id,
        )
        journal.record(
            "payment.received", made, place_id=place_id, actor_id=actor_id, member_id=payer.member_id, at=now, cents=cents, means=means
        )
        for invoice_id in invoice_ids:
            _pay(payment, invoice_id, now=now, actor_id=actor_id)
        return payment


def allocate(payment_id: int, invoice_id: int, *, cents: int | None = None, now: datetime, actor_id: int | None = None) -> int:
    """Let what is left of a payment pay an invoice, as far as both go or for so many cents; how many it paid."""
    with transaction() as session:
        payment = session.get_one(Payment, payment_id)
        lock(MONEY, payment.place_id)
        invoice = session.get_one(Invoice, invoice_id)
        if (invoice.member_id, invoice.organisation_id) != (payment.member_id, payment.organisation_id):
            raise Refused(SomeoneElse())
        if cents is not None and cents > (left := queries.available(payment_id)):
            raise Refused(NothingLeft(left=Cents(left)))
        if cents is not None and cents > (due := max(0, queries.left_to_pay([invoice_id]).get(invoice_id, 0))):
            raise Refused(NotDue(left=Cents(due)))
        return _pay(payment, invoice_id, most=cents, now=now, actor_id=actor_id)


def pay_again(payment_id: int, invoice_ids: Sequence[int], *, now: datetime, actor_id: int | None = None) -> None:
    """What is left of a payment pays these invoices, in this order."""
    with transaction() as session:
        payment = session.get_one(Payment, payment_id)
        lock(MONEY, payment.place_id)
        for invoice_id in invoice_ids:
            _pay(payment, invoice_id, now=now, actor_id=actor_id)


def use_credit(invoice_id: int, *, now: datetime, actor_id: int | None = None) -> int:
    """What the payer has in advance pays this invoice, the oldest money first; how many cents it paid."""
    with transaction() as session:
        invoice = session.get_one(Invoice, invoice_id)
        lock(MONEY, invoice.place_id)
        used = 0
        for payment_id, _left in queries.payments_with_credit(invoice):
            payment = session.get_one(Payment, payment_id)
            if payment.place_id == invoice.place_id:
                used += _pay(payment, invoice_id, now=now, actor_id=actor_id)
        if used:
            journal.record(
                "credit.used", invoice_id, place_id=invoice.place_id, actor_id=actor_id, member_id=invoice.member_id, at=now, cents=used
            )
        return used


def release_excess(invoice_id: int, *, now: datetime, actor_id: int | None = None) -> int:
    """An invoice was credited after it was paid: what it no longer asks for is the payer's again; how many cents."""
    with transaction() as session:
        invoice = session.get_one(Invoice, invoice_id)
        lock(MONEY, invoice.place_id)
        over = freed = max(0, -queries.left_to_pay([invoice_id]).get(invoice_id, 0))
        for payment_id, cents in reversed(list(queries.payments_of_invoice(invoice_id).items())):
            back = min(over, cents)
            if back:
                session.add(Allocation(payment_id=payment_id, invoice_id=invoice_id, cents=-back, created_at=now, actor_id=actor_id))
                over -= back
        session.flush()
        return freed


def refund(
    payment_id: int,
    *,
    cents: int,
    day: date,
    reason: str,
    now: datetime,
    actor_id: int | None = None,
    bank_line_id: int | None = None,
    cause_id: int | None = None,
) -> Movement:
    """Give back what is left of a payment, by the means it came. What pays an invoice is first freed by a credit note."""
    with transaction() as session:
        payment = session.get_one(Payment, payment_id)
        lock(MONEY, payment.place_id)
        left = queries.available(payment_id)
        if not 0 < cents <= left:
            raise Refused(NothingLeft(left=Cents(left)))
        source = gives_back(payment.means)
        if source == "cash" and cents > (drawer := banking.cash_to_hand_in(payment.place_id)):
            raise Refused(DrawerTooLow(left=Cents(drawer)))
        movement = move(
            "refunded",
            payment=payment,
            cents=cents,
            debit="customer",
            credit=source,
            day=day,
            reason=reason[:40],
            bank_line_id=bank_line_id,
            now=now,
            actor_id=actor_id,
        )
        _tell("payment.refunded", payment, now=now, actor_id=actor_id, cause_id=cause_id, cents=cents)
        return movement


def take_back(
    payment_id: int,
    *,
    day: date,
    reason: str,
    fee_cents: int = 0,
    now: datetime,
    actor_id: int | None = None,
    bank_line_id: int | None = None,
) -> bool:
    """A bank returns a payment (a debit without funds, a card's dispute): what it paid is due again, the person is told once,
    and what the bank takes is ours to pay. Said twice, it is done once."""
    with transaction() as session:
        payment = session.get_one(Payment, payment_id)
        lock(MONEY, payment.place_id)
        if session.scalar(_standing(payment_id, "returned")):
            return False
        _free(payment, now=now, actor_id=actor_id)
        left = queries.available(payment_id)
        if left <= 0:
            return False
        account = account_of(payment.means)
        move(
            "returned",
            payment=payment,
            cents=left,
            debit="customer",
            credit=account,
            day=day,
            reason=reason,
            bank_line_id=bank_line_id,
            now=now,
            actor_id=actor_id,
        )
        if fee_cents:
            move(
                "fee",
                payment=payment,
                cents=fee_cents,
                debit="fees",
                credit=account,
                day=day,
                reason=reason,
                bank_line_id=bank_line_id,
                now=now,
                actor_id=actor_id,
            )
        _tell("payment.returned", payment, now=now, actor_id=actor_id, cents=left, reason=reason)
        return True


def cancel_payment(payment_id: int, *, day: date, now: datetime, actor_id: int | None = None) -> None:
    """A payment written by mistake: what it paid is due again, and the books say both."""
    with transaction() as session:
        payment = session.get_one(Payment, payment_id)
        lock(MONEY, payment.place_id)
        if payment.provider == "stripe":
            raise Refused(CancelledByItsProvider())
        if session.scalar(sa.select(sa.exists().where(SlipLine.payment_id == payment_id))) or session.scalar(
            _standing(payment_id, "banked")
        ):
            raise Refused(AlreadyBanked())
        _free(payment, now=now, actor_id=actor_id)
        left = queries.available(payment_id)
        if left <= 0:
            return
        move(
            "cancelled",
            payment=payment,
            cents=left,
            debit="customer",
            credit=account_of(payment.means),
            day=day,
            now=now,
            actor_id=actor_id,
        )
        _tell("payment.cancelled", payment, now=now, actor_id=actor_id, cents=left)


def undo(movement: Movement, *, day: date, now: datetime, actor_id: int | None = None) -> Movement:
    """Write the contrary of a movement; once."""
    with transaction() as session:
        contrary = Movement(
            place_id=movement.place_id,
            kind=movement.kind,
            journal=movement.journal,
            day=day,
            piece=movement.piece,
            debit=movement.credit,
            credit=movement.debit,
            cents=movement.cents,
            reason=movement.reason,
            payment_id=movement.payment_id,
            bank_line_id=movement.bank_line_id,
            slip_id=movement.slip_id,
            undoes_id=movement.id,
            created_at=now,
            actor_id=actor_id,
        )
        session.add(contrary)
        session.flush()
        return contrary


def move(
    kind: str,
    *,
    payment: Payment | None = None,
    place_id: int | None = None,
    cents: int,
    debit: str,
    credit: str,
    day: date,
    now: datetime,
    piece: str = "",
    reason: str = "",
    bank_line_id: int | None = None,
    slip_id: int | None = None,
    actor_id: int | None = None,
) -> Movement:
    """Write one movement. Its piece is the bank line that proves it, else the payment."""
    with transaction() as session:
        proof = f"BANQUE-{bank_line_id}" if bank_line_id else f"PAIEMENT-{payment.id}" if payment else ""
        row = Movement(
            place_id=payment.place_id if payment else place_id,
            kind=kind,
            journal=journal_of(debit, credit),
            day=day,
            piece=piece or proof,
            debit=debit,
            credit=credit,
            cents=cents,
            reason=reason,
            slip_id=slip_id,
            payment_id=payment.id if payment else None,
            bank_line_id=bank_line_id,
            created_at=now,
            actor_id=actor_id,
        )
        session.add(row)
        session.flush()
        return row


def _pay(payment: Payment, invoice_id: int, *, most: int | None = None, now: datetime, actor_id: int | None) -> int:
    """As far as the payment and the invoice both go."""
    left = queries.left_to_pay([invoice_id]).get(invoice_id, 0)
    cents = min(left, queries.available(payment.id), left if most is None else most)
    if cents <= 0:
        return 0
    db.session.add(Allocation(payment_id=payment.id, invoice_id=invoice_id, cents=cents, created_at=now, actor_id=actor_id))
    db.session.flush()
    if cents == left:
        journal.record("invoice.paid", invoice_id, place_id=payment.place_id, actor_id=actor_id, member_id=payment.member_id, at=now)
    return cents


def _free(payment: Payment, *, now: datetime, actor_id: int | None) -> None:
    """Nothing is paid by this payment any more."""
    for invoice_id, cents in queries.allocations_of(payment.id).items():
        db.session.add(Allocation(payment_id=payment.id, invoice_id=invoice_id, cents=-cents, created_at=now, actor_id=actor_id))
    db.session.flush()


def _standing(payment_id: int, kind: str) -> sa.Select[bool]:
    """Whether a movement of this kind was written for the payment, and not undone."""
    contrary = sa.orm.aliased(Movement)
    return sa.select(
        sa.exists().where(
            Movement.payment_id == payment_id,
            Movement.kind == kind,
            Movement.undoes_id.is_(None),
            ~sa.exists().where(contrary.undoes_id == Movement.id),
        )
    )


def _tell(event: str, payment: Payment, *, now: datetime, actor_id: int | None, cause_id: int | None = None, **facts: Any) -> None:
    journal.record(
        event,
        payment.id,
        place_id=payment.place_id,
        actor_id=actor_id,
        member_id=payment.member_id,
        cause_id=cause_id,
        at=now,
        means=payment.means,
        **facts,
    )
