"""The bank's statement read, and each of its lines settled: by itself when amount and reference agree, else by one click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from app.billing.models import BankLine, BankStatement, Debit, Invoice, Movement, Payment
from app.billing.queries import banking
from app.billing.queries.owed import unpaid
from app.billing.rules import reconciliation as rules
from app.billing.rules.banking import compact_iban
from app.billing.rules.payments import AlreadyRead, AlreadySettled, LineMoved, NotThisAccount, Payer
from app.billing.rules.reconciliation import Proposal
from app.billing.rules.statements import MOST_LINES, read_statement
from app.billing.services.debiting import collect, debit_returned
from app.billing.services.payments import MONEY, cancel_payment, move, pay_again, record_payment, undo
from app.billing.services.slips import bank_has
from app.core import journal
from app.core.db import db, insert_unless_there, lock, transaction
from app.core.refusals import Refused


@dataclass(frozen=True, slots=True)
class Reading:
    """What a statement brought."""

    statement: BankStatement
    new: int
    known: int
    settled: int


def take_statement(data: bytes, *, place_id: int, iban: str, now: datetime, actor_id: int | None = None) -> Reading:
    """Read a statement: lines known already are left alone, and what is sure is settled."""
    said = read_statement(data)
    account = compact_iban(said.account)
    if iban and account and not (account == iban or account in iban):
        raise Refused(NotThisAccount(last4=account[-4:]))
    digest = sha256(data).hexdigest()
    with transaction() as session:
        if session.scalar(sa.select(sa.exists().where(BankStatement.place_id == place_id, BankStatement.digest == digest))):
            raise Refused(AlreadyRead())
        statement = BankStatement(
            place_id=place_id,
            format=said.format,
            account_last4=account[-4:],
            digest=digest,
            first_day=said.lines[0].on,
            last_day=said.lines[-1].on,
            read_at=now,
            actor_id=actor_id,
        )
        session.add(statement)
        session.flush()
        new = []
        for line in said.lines:
            row = {
                "place_id": place_id,
                "statement_id": statement.id,
                "key": line.key[:80],
                "day": line.on,
                "cents": line.cents,
                "text": line.text,
                "name": line.name,
                "end_to_end": line.end_to_end,
                "batch": line.batch,
                "reason": line.reason,
            }
            made = session.scalar(insert_unless_there(BankLine).values(row).returning(BankLine.id))
            if made is not None:
                new.append(made)
        journal.record("statement.read", statement.id, place_id=place_id, actor_id=actor_id, at=now, count=len(new))
    settled = settle_what_is_sure(place_id=place_id, now=now, actor_id=actor_id)
    return Reading(statement, len(new), len(said.lines) - len(new), settled)


def settle_what_is_sure(*, place_id: int, now: datetime, actor_id: int | None = None) -> int:
    """Each open line whose amount and reference agree, in its own transaction; how many were settled."""
    count = 0
    for row in banking.bank_lines(place_id, state="open", limit=MOST_LINES):
        found = rules.proposals(banking.as_line(row), banking.waiting(place_id, on=row.day))
        if found and found[0].automatic:
            try:
                settle(row.id, found[0].code, now=now, actor_id=actor_id, by_itself=True)
            except Refused:
                continue  # somebody was quicker: the line is theirs
            count += 1
    return count


def proposals_of(row: BankLine) -> list[Proposal]:
    """What an open line may be."""
    return rules.proposals(banking.as_line(row), banking.waiting(row.place_id, on=row.day))


def meanings(place_id: int, rows: Sequence[BankLine]) -> dict[int, list[Proposal]]:
    """What each open line may be; what waits is read once for all of them."""
    if not rows:
        return {}
    waiting = banking.waiting(place_id, on=min(row.day for row in rows))
    return {row.id: rules.proposals(banking.as_line(row), waiting) for row in rows}


def settle(line_id: int, code: str, *, now: datetime, actor_id: int | None = None, by_itself: bool = False) -> None:
    """Do what was proposed for a line, as it was shown: something else meanwhile, and it is refused."""
    with transaction() as session:
        row = session.get_one(BankLine, line_id)
        lock(MONEY, row.place_id)
        proposal = next((one for one in proposals_of(row) if one.code == code), None)
        if proposal is None:
            raise Refused(LineMoved())
        _settle(row, proposal, by_itself=by_itself, now=now, actor_id=actor_id)


def settle_by_hand(line_id: int, *, invoice_ids: Sequence[int], now: datetime, actor_id: int | None = None) -> None:
    """Somebody knows what a line pays: these invoices, in this order."""
    with transaction() as session:
        row = session.get_one(BankLine, line_id)
        lock(MONEY, row.place_id)
        left, parts = row.cents, []
        for invoice in unpaid(row.place_id, among=invoice_ids):
            part = min(left, invoice.left_cents)
            if part > 0:
                parts.append((invoice.id, part))
                left -= part
        if not parts:
            raise Refused(LineMoved())
        _settle(row, Proposal("invoices", tuple(parts), credit_cents=left), by_itself=False, now=now, actor_id=actor_id)


def leave_aside(line_id: int, *, now: datetime, actor_id: int | None = None) -> None:
    """A line that is none of these books' business: rent, salaries, a transfer between accounts."""
    with transaction() as session:
        row = session.get_one(BankLine, line_id)
        _claim(row, "open", "aside", now=now)
        journal.record("bank_line.left_aside", row.id, place_id=row.place_id, actor_id=actor_id, at=now)


def undo_line(line_id: int, *, day: date, now: datetime, actor_id: int | None = None) -> None:
    """Take back what was said of a line: what it paid is due again, and the line is open again."""
    with transaction() as session:
        row = session.get_one(BankLine, line_id)
        lock(MONEY, row.place_id)
        _claim(row, row.state if row.state != "open" else "settled", "open", now=now)
        row.refund_id = None
        contrary = sa.orm.aliased(Movement)
        standing = session.scalars(
            sa.select(Movement)
            .where(Movement.bank_line_id == line_id, Movement.undoes_id.is_(None), ~sa.exists().where(contrary.undoes_id == Movement.id))
            .order_by(Movement.id.desc())
        ).all()
        for movement in standing:
            if movement.kind == "received" and movement.payment_id is not None:
                _undo_payment(movement.payment_id, day=day, now=now, actor_id=actor_id)
            elif movement.kind != "cancelled":
                undo(movement, day=day, now=now, actor_id=actor_id)
                if movement.kind == "returned" and movement.payment_id is not None:
                    _paid_after_all(movement.payment_id, now=now, actor_id=actor_id)
        journal.record("bank_line.undone", row.id, place_id=row.place_id, actor_id=actor_id, at=now)


def _settle(row: BankLine, proposal: Proposal, *, by_itself: bool, now: datetime, actor_id: int | None) -> None:
    _claim(row, "open", "settled", now=now, by_itself=by_itself)
    if proposal.kind == "invoices":
        _pay_invoices(row, proposal, now=now, actor_id=actor_id)
    elif proposal.kind == "debits":
        for debit_id, _ in proposal.parts:
            collect(debit_id, day=row.day, bank_line_id=row.id, now=now, actor_id=actor_id)
    elif proposal.kind == "return":
        ((debit_id, _),) = proposal.parts
        debit_returned(
            debit_id,
            reason=row.reason or "MS03",
            day=row.day,
            fee_cents=proposal.fee_cents,
            bank_line_id=row.id,
            now=now,
            actor_id=actor_id,
        )
    elif proposal.kind == "refund":
        row.refund_id = proposal.parts[0][0]  # written in the books when it was decided
        db.session.flush()
    elif proposal.kind == "payout":
        _take_payout(row, proposal, now=now, actor_id=actor_id)
    elif proposal.kind == "slip":
        bank_has(proposal.parts[0][0], day=row.day, bank_line_id=row.id, now=now, actor_id=actor_id)
    else:
        move(
            "fee",
            place_id=row.place_id,
            cents=-row.cents,
            debit="fees",
            credit="bank",
            day=row.day,
            bank_line_id=row.id,
            now=now,
            actor_id=actor_id,
        )
    journal.record("bank_line.settled", row.id, place_id=row.place_id, actor_id=actor_id, at=now, kind=proposal.kind, by_itself=by_itself)


def _pay_invoices(row: BankLine, proposal: Proposal, *, now: datetime, actor_id: int | None) -> None:
    """One payment for each payer named; what is over goes to the last one."""
    by_payer: dict[Payer, list[tuple[int, int]]] = {}
    for invoice_id, cents in proposal.parts:
        invoice = db.session.get_one(Invoice, invoice_id)
        by_payer.setdefault(Payer(invoice.member_id, invoice.organisation_id), []).append((invoice_id, cents))
    over = row.cents - sum(cents for _, cents in proposal.parts)
    for rank, (payer, parts) in enumerate(by_payer.items(), 1):
        asked = sum(cents for _, cents in parts)
        record_payment(
            place_id=row.place_id,
            payer=payer,
            means="transfer",
            cents=asked + (over if rank == len(by_payer) else 0),
            received_on=row.day,
            invoice_ids=[invoice_id for invoice_id, _ in parts],
            provider="bank",
            provider_id=f"line:{row.id}:{row.rounds}:{rank}",
            note=row.name[:120],
            bank_line_id=row.id,
            now=now,
            actor_id=actor_id,
        )


def _take_payout(row: BankLine, proposal: Proposal, *, now: datetime, actor_id: int | None) -> None:
    """What a provider held reaches the bank, less its fees: three accounts, balanced."""
    held = {one.payment_id: one for one in banking.waiting(row.place_id, on=row.day).held[proposal.provider]}
    for payment_id, _ in proposal.parts:
        one, payment = held[payment_id], db.session.get_one(Payment, payment_id)
        facts: dict[str, Any] = {"payment": payment, "day": row.day, "bank_line_id": row.id, "now": now, "actor_id": actor_id}
        if one.net_cents > 0:
            move("banked", cents=one.net_cents, debit="bank", credit="in_transit", **facts)
        elif one.net_cents < 0:
            move("banked", cents=-one.net_cents, debit="in_transit", credit="bank", **facts)
        if one.fee_cents:
            move("fee", cents=one.fee_cents, debit="fees", credit="in_transit", **facts)


def _claim(row: BankLine, before: str, after: str, *, now: datetime, by_itself: bool = False) -> None:
    """The line passes from one state to another for one gesture only: a second one is refused."""
    claimed = db.session.scalar(
        sa.update(BankLine)
        .where(BankLine.id == row.id, BankLine.state == before)
        .values(
            state=after, by_itself=by_itself, settled_at=None if after == "open" else now, rounds=BankLine.rounds + int(after == "settled")
        )
        .returning(BankLine.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        raise Refused(AlreadySettled())
    db.session.refresh(row)


def _undo_payment(payment_id: int, *, day: date, now: datetime, actor_id: int | None) -> None:
    """The money did not come after all; a debit that it collected waits again."""
    cancel_payment(payment_id, day=day, now=now, actor_id=actor_id)
    debit = db.session.scalar(sa.select(Debit).where(Debit.payment_id == payment_id))
    if debit is not None and debit.state == "paid":
        debit.state, debit.payment_id = "sent", None
        db.session.flush()


def _paid_after_all(payment_id: int, *, now: datetime, actor_id: int | None) -> None:
    """A return that was none: the payment pays again what its debit had asked."""
    debit = db.session.scalar(sa.select(Debit).where(Debit.payment_id == payment_id))
    if debit is not None:
        debit.state, debit.reason = "paid", ""
        pay_again(payment_id, [invoice_id for invoice_id, _ in banking.parts_of(debit.id)], now=now, actor_id=actor_id)
