"""Reads of what goes to the bank and comes from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from app.billing.models import (
    BankLine,
    Debit,
    DebitBatch,
    DebitPart,
    Invoice,
    Mandate,
    Movement,
    Payment,
    ProviderCall,
    Slip,
    SlipLine,
)
from app.billing.papers.debit_order import group_of
from app.billing.queries.owed import Unpaid, unpaid
from app.billing.queries.payments import Terms, drawer_cents, payer_name
from app.billing.queries.refunds import open_refunds
from app.billing.rules import debits as rules
from app.billing.rules.banking import next_bank_day
from app.billing.rules.payments import WhoPays
from app.billing.rules.reconciliation import HeldPayment, OpenDebit, OpenInvoice, OpenSlip, Proposal, Waiting
from app.billing.rules.statements import BankLine as Line
from app.core.db import db
from app.core.refusals import Reason

CLAIMABLE = timedelta(days=400)  # an unauthorised debit comes back within 13 months


def mandates_of(payer: WhoPays) -> list[Mandate]:
    """Every mandate of a payer, the last first."""
    mine = Mandate.member_id == payer.member_id if payer.member_id is not None else Mandate.organisation_id == payer.organisation_id
    return list(db.session.scalars(sa.select(Mandate).where(mine).order_by(Mandate.id.desc())))


def mandates(place_id: int) -> list[Mandate]:
    """The mandates that may serve, by holder."""
    serving = (Mandate.place_id == place_id, Mandate.revoked_on.is_(None), Mandate.iban_sealed != "")
    return list(db.session.scalars(sa.select(Mandate).where(*serving).order_by(Mandate.holder, Mandate.id)))


def mandate_view(mandate: Mandate) -> rules.MandateView:
    return rules.MandateView(mandate.reference, mandate.signed_on, mandate.last_used_on, mandate.revoked_on)


@dataclass(frozen=True, slots=True)
class DebitWish:
    """What could be debited by one mandate, and all the reasons why not."""

    mandate: Mandate
    invoices: tuple[Unpaid, ...]
    collection: date
    reasons: tuple[Reason, ...] = ()

    @property
    def cents(self) -> int:
        return sum(cents for _invoice, cents in self.parts)

    @property
    def parts(self) -> tuple[tuple[Unpaid, int], ...]:
        """Of each invoice, what may be asked by that day: a part only, when several payments were agreed on."""
        return tuple((invoice, invoice.asked_by(self.collection)) for invoice in self.invoices)

    @property
    def text(self) -> str:
        """What the payer's bank shows: the invoices by number."""
        return " ".join(invoice.number for invoice in self.invoices)[:140]


def debit_wishes(place_id: int, terms: Terms, *, collection: date, today: date) -> list[DebitWish]:
    """For each mandate, the invoices that wait and are in no debit yet: what may go, and what may not go yet, apart."""
    waiting: dict[tuple[int | None, int | None], list[Unpaid]] = {}
    under_way = invoices_under_debit(place_id)
    for invoice in unpaid(place_id):
        if invoice.id not in under_way and invoice.asked_by(collection):
            waiting.setdefault((invoice.member_id, invoice.organisation_id), []).append(invoice)
    wishes = []
    for mandate in mandates(place_id):
        mine = waiting.pop((mandate.member_id, mandate.organisation_id), [])
        unusable = tuple(rules.reasons_mandate(mandate_view(mandate), collection=collection, today=today))
        ready, early = [], []
        for invoice in mine:
            notice = tuple(
                rules.reasons_notice(
                    told_on=invoice.issued_on, collection=collection, notice_days=min(mandate.notice_days, terms.notice_days)
                )
            )
            if notice:
                early.append(DebitWish(mandate, (invoice,), collection, (*unusable, *notice)))
            else:
                ready.append(invoice)
        if ready:
            wishes.append(DebitWish(mandate, tuple(ready), collection, unusable))
        wishes.extend(early)
    return wishes


def invoices_under_debit(place_id: int) -> dict[int, date]:
    """Invoices whose debit was sent to the bank and has not said anything yet, and its day."""
    rows = db.session.execute(
        sa.select(DebitPart.invoice_id, DebitBatch.collection_on)
        .join(Debit, Debit.id == DebitPart.debit_id)
        .join(DebitBatch, DebitBatch.id == Debit.batch_id)
        .where(DebitBatch.place_id == place_id, Debit.state == "sent")
    )
    return {row.invoice_id: row.collection_on for row in rows}


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A file of debits, and what became of it."""

    batch: DebitBatch
    debits: int
    cents: int
    paid: int
    returned: int
    cancelled: int


def batches(place_id: int) -> list[BatchRow]:
    def count(state: str) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((Debit.state == state, 1), else_=0))

    rows = db.session.execute(
        sa.select(
            DebitBatch,
            sa.func.count(Debit.id),
            sa.func.coalesce(sa.func.sum(Debit.cents), 0),
            count("paid"),
            count("returned"),
            count("cancelled"),
        )
        .join(Debit, Debit.batch_id == DebitBatch.id)
        .where(DebitBatch.place_id == place_id)
        .group_by(DebitBatch.id)
        .order_by(DebitBatch.id.desc())
    )
    return [BatchRow(*row) for row in rows]


def batch_on(place_id: int, collection: date) -> DebitBatch | None:
    """The last file made for a day and not given up."""
    return db.session.scalar(
        sa.select(DebitBatch)
        .where(
            DebitBatch.place_id == place_id,
            DebitBatch.collection_on == collection,
            sa.exists().where(Debit.batch_id == DebitBatch.id, Debit.state != "cancelled"),
        )
        .order_by(DebitBatch.id.desc())
        .limit(1)
    )


def debits_of(batch_id: int) -> list[tuple[Debit, Mandate]]:
    rows = db.session.execute(
        sa.select(Debit, Mandate).join(Mandate, Mandate.id == Debit.mandate_id).where(Debit.batch_id == batch_id).order_by(Debit.id)
    )
    return [(debit, mandate) for debit, mandate in rows]


def debit_of(payment_id: int) -> Debit | None:
    """The debit of our own file that brought a payment."""
    return db.session.scalar(sa.select(Debit).where(Debit.payment_id == payment_id, Debit.state == "paid"))


def first_collection(today: date, terms: Terms) -> date:
    """The first day on which an invoice of today could be debited."""
    return next_bank_day(today + timedelta(days=terms.notice_days))


def parts_of(debit_id: int) -> list[tuple[int, int]]:
    """(invoice, cents), in the order they were asked."""
    rows = db.session.execute(sa.select(DebitPart.invoice_id, DebitPart.cents).where(DebitPart.debit_id == debit_id).order_by(DebitPart.id))
    return [(invoice_id, cents) for invoice_id, cents in rows]


# ---------------------------------------------------------------- cheques and the drawer


def standing(kind: str, payment: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a movement of this kind was written for a payment and not undone."""
    contrary = sa.orm.aliased(Movement)
    return sa.exists().where(
        Movement.payment_id == payment,
        Movement.kind == kind,
        Movement.undoes_id.is_(None),
        ~sa.exists().where(contrary.undoes_id == Movement.id),
    )


def cheques_to_hand_in(place_id: int) -> list[tuple[Payment, str]]:
    """Cheques that are on no slip yet, with who gave them."""
    from_whom = payer_name(Payment.member_id, Payment.organisation_id)
    rows = db.session.execute(
        sa.select(Payment, from_whom)
        .where(
            Payment.place_id == place_id,
            Payment.means == "cheque",
            ~sa.exists().where(SlipLine.payment_id == Payment.id),
            ~standing("cancelled", Payment.__table__.c.id),
            ~standing("returned", Payment.__table__.c.id),
        )
        .order_by(Payment.received_on, Payment.id)
    )
    return [(payment, name) for payment, name in rows]


def slips(place_id: int) -> list[tuple[Slip, bool]]:
    """Every slip, the last first, and whether the bank has it."""
    rows = db.session.execute(sa.select(Slip, _is_banked()).where(Slip.place_id == place_id).order_by(Slip.id.desc()))
    return [(slip, bool(banked)) for slip, banked in rows]


def cheques_of(slip_id: int) -> list[tuple[Payment, str]]:
    rows = db.session.execute(
        sa.select(Payment, payer_name(Payment.member_id, Payment.organisation_id))
        .join(SlipLine, SlipLine.payment_id == Payment.id)
        .where(SlipLine.slip_id == slip_id)
        .order_by(Payment.id)
    )
    return [(payment, name) for payment, name in rows]


def cash_to_hand_in(place_id: int) -> int:
    """What is in the drawer and on no slip."""
    on_slips = sa.select(sa.func.coalesce(sa.func.sum(Slip.cents), 0)).where(Slip.place_id == place_id, Slip.means == "cash", ~_is_banked())
    return drawer_cents(place_id) - int(db.session.scalar(on_slips) or 0)


def _is_banked() -> sa.ColumnElement[bool]:
    contrary = sa.orm.aliased(Movement)
    return sa.exists().where(
        Movement.slip_id == Slip.id, Movement.undoes_id.is_(None), ~sa.exists().where(contrary.undoes_id == Movement.id)
    )


# ---------------------------------------------------------------- the statement


def bank_lines(place_id: int, *, state: str, limit: int = 200, newest: bool = False) -> list[BankLine]:
    order = (BankLine.day.desc(), BankLine.id.desc()) if newest else (BankLine.day, BankLine.id)
    lines = sa.select(BankLine).where(BankLine.place_id == place_id, BankLine.state == state).order_by(*order).limit(limit)
    return list(db.session.scalars(lines))


def as_line(row: BankLine) -> Line:
    return Line(
        on=row.day,
        cents=row.cents,
        text=row.text,
        name=row.name,
        end_to_end=row.end_to_end,
        batch=row.batch,
        reason=row.reason,
        key=row.key,
    )


def waiting(place_id: int, *, on: date) -> Waiting:
    """All that a bank line may answer."""
    under_way = invoices_under_debit(place_id)
    return Waiting(
        invoices=[
            OpenInvoice(one.id, one.number, one.left_cents, one.payer, one.asked_cents if one.schedule else 0, one.id in under_way)
            for one in unpaid(place_id)
        ],
        debits=list(_open_debits(place_id, on)),
        held=_held(place_id),
        slips=[OpenSlip(slip.id, slip.number, slip.cents) for slip, banked in slips(place_id) if not banked],
        refunds=open_refunds(place_id),
    )


def names_of(proposals: Iterable[Proposal]) -> dict[tuple[str, int], str]:
    """What a proposal speaks of, for people: (kind, id) → an invoice's number and its payer, a debit's reference, a slip's number."""
    ids: dict[str, set[int]] = {}
    for proposal in proposals:
        ids.setdefault(proposal.kind, set()).update(one for one, _ in proposal.parts)
    debits = ids.get("debits", set()) | ids.get("return", set())
    asked = (
        ("invoices", sa.select(Invoice.id, Invoice.number, payer_name(Invoice.member_id, Invoice.organisation_id)), Invoice.id),
        ("debits", sa.select(Debit.id, Debit.end_to_end, Mandate.holder).join(Mandate, Mandate.id == Debit.mandate_id), Debit.id),
        ("payout", sa.select(Payment.id, Payment.note, payer_name(Payment.member_id, Payment.organisation_id)), Payment.id),
        ("slip", sa.select(Slip.id, Slip.number, sa.literal("")), Slip.id),
        (
            "refund",
            sa.select(Movement.id, Movement.reason, payer_name(Payment.member_id, Payment.organisation_id)).join(
                Payment, Payment.id == Movement.payment_id
            ),
            Movement.id,
        ),
    )
    names = {}
    for kind, select, column in asked:
        wanted = debits if kind == "debits" else ids.get(kind, set())
        if wanted:
            for one, number, who in db.session.execute(select.where(column.in_(wanted))):
                names[kind, one] = ", ".join(filter(None, (who, number)))
    return names | {("return", one): name for (kind, one), name in names.items() if kind == "debits"}


def _open_debits(place_id: int, on: date) -> Iterator[OpenDebit]:
    rows = db.session.execute(
        sa.select(Debit, DebitBatch.message)
        .join(DebitBatch, DebitBatch.id == Debit.batch_id)
        .where(DebitBatch.place_id == place_id, Debit.state.in_(("sent", "paid")), DebitBatch.collection_on >= on - CLAIMABLE)
        .order_by(Debit.id)
    )
    for debit, message in rows:
        yield OpenDebit(debit.id, debit.end_to_end, group_of(message, debit.sequence), debit.cents, is_paid=debit.state == "paid")


def _held(place_id: int) -> dict[str, list[HeldPayment]]:
    """What Stripe and HelloAsso hold of each payment: what came, less what they gave us or gave back; and the fee they will
    take, if they have not yet. A refund after the payout is held below zero: the next one is less by so much."""
    movement = Movement.__table__
    signed = sa.case((movement.c.debit == "in_transit", movement.c.cents), (movement.c.credit == "in_transit", -movement.c.cents), else_=0)
    balance = sa.select(sa.func.coalesce(sa.func.sum(signed), 0)).where(movement.c.payment_id == Payment.id).scalar_subquery()
    said_fee = (
        sa.select(sa.func.max(ProviderCall.fee_cents))
        .where(ProviderCall.payment_id == Payment.id, ProviderCall.kind == "checkout")
        .scalar_subquery()
    )
    fee = sa.case((standing("fee", Payment.__table__.c.id), 0), else_=sa.func.coalesce(said_fee, Payment.fee_cents))
    rows = db.session.execute(
        sa.select(Payment.id, Payment.means, balance, fee, Payment.received_on)
        .where(Payment.place_id == place_id, Payment.means.in_(("card", "sepa_stripe", "helloasso")), balance != 0)
        .order_by(Payment.received_on, Payment.id)
    )
    held: dict[str, list[HeldPayment]] = {}
    for payment_id, means, cents, fee_cents, on in rows:
        held.setdefault("helloasso" if means == "helloasso" else "stripe", []).append(HeldPayment(payment_id, cents, fee_cents, on))
    return held
