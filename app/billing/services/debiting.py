"""Direct debits by the bank's own file: chosen, written, paid, come back."""

from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import Debit, DebitBatch, DebitPart, Mandate, Payment
from app.billing.papers.debit_order import Creditor, debit_order
from app.billing.papers.debit_order import Debit as Order
from app.billing.queries import banking
from app.billing.queries.payments import Terms
from app.billing.rules import debits as rules
from app.billing.services.mandates import iban_of
from app.billing.services.payments import MONEY, move, record_payment, take_back
from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.place.models import Place


def send_debits(*, place_id: int, terms: Terms, collection: date, today: date, now: datetime, actor_id: int | None = None) -> DebitBatch:
    """One file for everything that may be debited on that day; each invoice is in one file at a time."""
    refusals = [*rules.reasons_collection(collection, today=today), *rules.reasons_lieu(terms.holder, terms.iban, terms.creditor_id)]
    if refusals:
        raise Refused(*refusals)
    with transaction() as session:
        lock(MONEY, place_id)
        wishes = [
            wish
            for wish in banking.debit_wishes(place_id, terms, collection=collection, today=today)
            if not wish.reasons and wish.cents > 0
        ]
        if not wishes:
            raise Refused(rules.NothingToDebit())
        rank = 1 + (session.scalar(sa.select(sa.func.count()).select_from(DebitBatch).where(DebitBatch.place_id == place_id)) or 0)
        batch = DebitBatch(
            place_id=place_id,
            message=f"WL{place_id}-{collection:%Y%m%d}-{rank}",
            collection_on=collection,
            created_at=now,
            actor_id=actor_id,
        )
        session.add(batch)
        session.flush()
        for number, wish in enumerate(wishes, 1):
            debit = Debit(
                batch_id=batch.id,
                mandate_id=wish.mandate.id,
                cents=wish.cents,
                sequence=rules.sequence(banking.mandate_view(wish.mandate)),
                end_to_end=f"{batch.message}-{number}",
                text=wish.text,
            )
            session.add(debit)
            session.flush()
            session.add_all(DebitPart(debit_id=debit.id, invoice_id=one.id, cents=cents) for one, cents in wish.parts)
            wish.mandate.last_used_on = collection
            journal.record(
                "debit.announced",
                debit.id,
                place_id=place_id,
                actor_id=actor_id,
                member_id=wish.mandate.member_id,
                at=now,
                cents=wish.cents,
            )
        journal.record("debits.sent", batch.id, place_id=place_id, actor_id=actor_id, at=now, count=len(wishes))
        return batch


def debits_for(*, place_id: int, terms: Terms, collection: date, today: date, now: datetime, actor_id: int | None = None) -> DebitBatch:
    """The file of that day: a new one for what may be debited, else the last one made for it, so that asking again is safe."""
    try:
        return send_debits(place_id=place_id, terms=terms, collection=collection, today=today, now=now, actor_id=actor_id)
    except Refused:
        made = banking.batch_on(place_id, collection)
        if made is None:
            raise
        return made


def bank_file(batch_id: int, *, terms: Terms) -> bytes:
    """The file for the bank, the same each time it is asked for."""
    batch = db.session.get_one(DebitBatch, batch_id)
    place = db.session.get_one(Place, batch.place_id)
    orders = [
        Order(
            name=mandate.holder,
            iban=iban_of(mandate),
            bic=mandate.bic,
            cents=debit.cents,
            sequence=debit.sequence,
            mandate=mandate.reference,
            signed_on=mandate.signed_on,
            end_to_end=debit.end_to_end,
            text=debit.text,
        )
        for debit, mandate in banking.debits_of(batch_id)
        if debit.state != "cancelled" and mandate.iban_sealed
    ]
    creditor = Creditor(terms.holder, terms.iban, terms.bic, terms.creditor_id)
    return debit_order(
        orders, creditor=creditor, collection=batch.collection_on, message=batch.message, at=batch.created_at.astimezone(place.tz)
    )


def cancel_debits(batch_id: int, *, now: datetime, actor_id: int | None = None) -> None:
    """The file was not given to the bank after all: its invoices may go in another one."""
    with transaction() as session:
        batch = session.get_one(DebitBatch, batch_id)
        lock(MONEY, batch.place_id)
        rows = banking.debits_of(batch_id)
        if any(debit.state in ("paid", "returned") for debit, _ in rows):
            raise Refused(rules.BatchUnderWay())
        for debit, mandate in rows:
            debit.state = "cancelled"
            session.flush()
            mandate.last_used_on = session.scalar(
                sa.select(sa.func.max(DebitBatch.collection_on))
                .join(Debit, Debit.batch_id == DebitBatch.id)
                .where(Debit.mandate_id == mandate.id, Debit.state != "cancelled")
            )
        journal.record("debits.cancelled", batch_id, place_id=batch.place_id, actor_id=actor_id, at=now)


def collect(debit_id: int, *, day: date, bank_line_id: int | None = None, now: datetime, actor_id: int | None = None) -> Payment | None:
    """The bank credited a debit: it pays its invoices. None when it had been said before."""
    with transaction() as session:
        debit = session.get_one(Debit, debit_id)
        batch = session.get_one(DebitBatch, debit.batch_id)
        lock(MONEY, batch.place_id)
        session.refresh(debit)
        if debit.state != "sent":
            return None
        mandate = session.get_one(Mandate, debit.mandate_id)
        payment = record_payment(
            place_id=batch.place_id,
            payer=mandate,
            means="sepa",
            cents=debit.cents,
            received_on=day,
            provider="bank",
            provider_id=f"debit:{debit.end_to_end}" + (f":{bank_line_id}" if bank_line_id else ""),
            invoice_ids=[invoice_id for invoice_id, _ in banking.parts_of(debit.id)],
            note=debit.end_to_end,
            bank_line_id=bank_line_id,
            now=now,
            actor_id=actor_id,
        )
        debit.state, debit.payment_id = "paid", payment.id
        session.flush()
        return payment


def debit_returned(
    debit_id: int,
    *,
    reason: str,
    day: date,
    fee_cents: int = 0,
    bank_line_id: int | None = None,
    now: datetime,
    actor_id: int | None = None,
) -> bool:
    """A debit came back: what it paid is due again, and a mandate that can serve no more is revoked. Whether it was news."""
    with transaction() as session:
        debit = session.get_one(Debit, debit_id)
        batch = session.get_one(DebitBatch, debit.batch_id)
        lock(MONEY, batch.place_id)
        session.refresh(debit)
        if debit.state not in ("sent", "paid"):
            return False
        mandate = session.get_one(Mandate, debit.mandate_id)
        if debit.payment_id is not None:
            take_back(debit.payment_id, day=day, reason=reason, fee_cents=fee_cents, bank_line_id=bank_line_id, now=now, actor_id=actor_id)
        else:
            journal.record(
                "debit.refused", debit.id, place_id=batch.place_id, actor_id=actor_id, member_id=mandate.member_id, at=now, reason=reason
            )
            if fee_cents:
                move(
                    "fee",
                    place_id=batch.place_id,
                    cents=fee_cents,
                    debit="fees",
                    credit="bank",
                    day=day,
                    reason=reason,
                    piece=debit.end_to_end,
                    bank_line_id=bank_line_id,
                    now=now,
                    actor_id=actor_id,
                )
        debit.state, debit.reason = "returned", reason[:4]
        if reason in rules.ENDS_MANDATE and mandate.revoked_on is None:
            mandate.revoked_on = day
        session.flush()
        return True
