"""Reads of money: what is left to pay, what is kept for a payer, what the books tell."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.billing.models import (
    Allocation,
    BillingSettings,
    Invoice,
    Movement,
    Payment,
    PaymentSettings,
)
from app.billing.models.payments import GONE
from app.billing.rules.dunning import STEPS
from app.billing.rules.means import FEES, Fee, Way, cheapest_first
from app.billing.rules.payments import WhoPays
from app.core.db import db, table
from app.members.models import Member, Organisation
from app.place.models import Place

_ALLOCATION, _INVOICE, _MOVEMENT, _PAYMENT = table(Allocation), table(Invoice), table(Movement), table(Payment)
_NOTE = _INVOICE.alias("credit_note")

_ALLOCATED = sa.select(sa.func.coalesce(sa.func.sum(_ALLOCATION.c.cents), 0))
_SIGN = sa.case((_MOVEMENT.c.undoes_id.is_(None), 1), else_=-1)

ALLOCATED_TO_INVOICE = _ALLOCATED.where(_ALLOCATION.c.invoice_id == _INVOICE.c.id).correlate(_INVOICE).scalar_subquery()
CREDITED = (
    sa.select(sa.func.coalesce(sa.func.sum(_NOTE.c.gross_cents - _NOTE.c.prepaid_cents), 0))
    .where(_NOTE.c.credits_id == _INVOICE.c.id)
    .correlate(_INVOICE)
    .scalar_subquery()
)
LEFT = _INVOICE.c.gross_cents - _INVOICE.c.prepaid_cents + CREDITED - ALLOCATED_TO_INVOICE

ALLOCATED_OF_PAYMENT = _ALLOCATED.where(_ALLOCATION.c.payment_id == _PAYMENT.c.id).correlate(_PAYMENT).scalar_subquery()
GONE_OF_PAYMENT = (
    sa.select(sa.func.coalesce(sa.func.sum(_MOVEMENT.c.cents * _SIGN), 0))
    .where(_MOVEMENT.c.payment_id == _PAYMENT.c.id, _MOVEMENT.c.kind.in_(GONE))
    .correlate(_PAYMENT)
    .scalar_subquery()
)
AVAILABLE = _PAYMENT.c.cents - ALLOCATED_OF_PAYMENT - GONE_OF_PAYMENT


def left_to_pay(invoice_ids: Collection[int]) -> dict[int, int]:
    """What each invoice still asks for: its total, less advances, credit notes and payments. Below zero: paid, then credited."""
    if not invoice_ids:
        return {}
    rows = db.session.execute(sa.select(_INVOICE.c.id, LEFT).where(_INVOICE.c.id.in_(list(invoice_ids)), _INVOICE.c.kind != "credit_note"))
    return {invoice_id: int(left) for invoice_id, left in rows}


def credit_of(payer: WhoPays) -> int:
    """What was paid and pays nothing yet: kept, and used first."""
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(AVAILABLE), 0)).where(of(_PAYMENT, payer))) or 0)


def available(payment_id: int) -> int:
    """What is left of a payment, neither given to an invoice nor gone back."""
    return int(db.session.scalar(sa.select(AVAILABLE).where(_PAYMENT.c.id == payment_id)) or 0)


def gone(payment_id: int) -> int:
    """What went back of a payment."""
    return int(db.session.scalar(sa.select(GONE_OF_PAYMENT).where(_PAYMENT.c.id == payment_id)) or 0)


def payments_with_credit(payer: WhoPays) -> list[tuple[int, int]]:
    """(payment, what is left of it), the oldest first."""
    left = sa.select(_PAYMENT.c.id, AVAILABLE.label("left")).where(of(_PAYMENT, payer)).order_by(_PAYMENT.c.received_on, _PAYMENT.c.id)
    return [(payment_id, int(cents)) for payment_id, cents in db.session.execute(left) if cents > 0]


def allocations_of(payment_id: int) -> dict[int, int]:
    """What a payment pays: cents by invoice."""
    return _by(Allocation.invoice_id, Allocation.payment_id == payment_id)


def payments_of_invoice(invoice_id: int) -> dict[int, int]:
    """What pays an invoice: cents by payment, the oldest first."""
    return _by(Allocation.payment_id, Allocation.invoice_id == invoice_id)


def is_recorded(provider: str, provider_id: str) -> bool:
    """Whether a payment of this name is known already."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Payment.provider == provider, Payment.provider_id == provider_id))))


def payments_of(payer: WhoPays) -> list[Payment]:
    """What a payer paid, the last first."""
    mine = Payment.member_id == payer.member_id if payer.member_id is not None else Payment.organisation_id == payer.organisation_id
    return list(db.session.scalars(sa.select(Payment).where(mine).order_by(Payment.received_on.desc(), Payment.id.desc()).limit(100)))


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment in a list: who, how, and what is left of it."""

    payment: Payment
    payer: str
    left_cents: int
    gone_cents: int


def recent_payments(place_id: int, *, limit: int = 100) -> list[PaymentRow]:
    """The last payments of a lieu."""
    rows = db.session.execute(
        sa.select(Payment, sa.func.coalesce(Organisation.name, Member.name), AVAILABLE, GONE_OF_PAYMENT)
        .outerjoin(Member, Member.id == Payment.member_id)
        .outerjoin(Organisation, Organisation.id == Payment.organisation_id)
        .where(Payment.place_id == place_id)
        .order_by(Payment.received_on.desc(), Payment.id.desc())
        .limit(limit)
    )
    return [PaymentRow(payment, payer, int(left), int(back)) for payment, payer, left, back in rows]


def payer_of(payer: WhoPays) -> str:
    """The name of who pays."""
    if payer.organisation_id is not None:
        return db.session.get_one(Organisation, payer.organisation_id).name
    return db.session.get_one(Member, payer.member_id).name


def movements_of(payment_id: int) -> list[Movement]:
    """What the books tell of a payment, in order."""
    return list(db.session.scalars(sa.select(Movement).where(Movement.payment_id == payment_id).order_by(Movement.id)))


def drawer_cents(place_id: int) -> int:
    """What should be in the drawer."""
    return _balance(place_id, "cash")


def _balance(place_id: int, account: str) -> int:
    signed = sa.case((Movement.debit == account, Movement.cents), else_=-Movement.cents)
    where = (Movement.place_id == place_id, sa.or_(Movement.debit == account, Movement.credit == account))
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(signed), 0)).where(*where)) or 0)


# ---------------------------------------------------------------- settings


@dataclass(frozen=True, slots=True)
class Terms:
    """What the lieu decided about payments; what we propose where it decided nothing."""

    holder: str
    iban: str
    bic: str
    creditor_id: str
    notice_days: int
    means: tuple[str, ...]
    fees: Mapping[str, Fee]
    return_fee_cents: int
    helloasso_url: str
    reminder_days: tuple[int, ...]

    def ways(self, cents: int, *, among: Collection[str] | None = None) -> list[Way]:
        """The ways to pay this amount, the cheapest for the lieu first."""
        return cheapest_first([one for one in self.means if among is None or one in among], cents=cents, fees=self.fees)


def payment_settings(place_id: int) -> PaymentSettings | None:
    return db.session.get(PaymentSettings, place_id)


def payment_terms(place: Place) -> Terms:
    """How this lieu is paid. Without a row: transfer, cash and cheque, the fees of `rules.means`."""
    row, invoicing = payment_settings(place.id), db.session.get(BillingSettings, place.id)
    fees = {means: Fee(fee["bp"], fee["cents"]) for means, fee in (row.fees if row else {}).items()}
    return Terms(
        holder=(row.holder if row else "") or place.name[:70],
        iban=place.iban,
        bic=invoicing.bic if invoicing else "",
        creditor_id=row.creditor_id if row else "",
        notice_days=row.notice_days if row else 14,
        means=tuple(row.means) if row and row.means else ("transfer", "cash", "cheque"),
        fees={**FEES, **fees},
        return_fee_cents=row.return_fee_cents if row else 0,
        helloasso_url=row.helloasso_url if row else "",
        reminder_days=tuple(row.reminder_days) if row and row.reminder_days else STEPS,
    )


# ---------------------------------------------------------------- the books


class Entry(NamedTuple):
    """One line of the journal of the bank or of the drawer. `account` says what it is for: the chart gives its number."""

    journal: str
    day: date
    piece: str
    label: str
    account: str  # customer, bank, cash, in_transit, fees
    member_id: int | None
    organisation_id: int | None
    debit: int
    credit: int
    at: datetime  # when it was written, for good
    means: str


def entries_between(first: date, last: date, *, place_id: int) -> list[Entry]:
    """What the bank and the drawer tell of these days, both included: the lines of one piece balance, in the order written.

    A payout is three lines: the bank receives, the fees take, what the provider held is given whole.
    """
    rows = db.session.execute(
        sa.select(
            Movement.id,
            Movement.journal,
            Movement.day,
            Movement.piece,
            Movement.kind,
            Movement.debit,
            Movement.credit,
            Movement.cents,
            Movement.undoes_id,
            Movement.created_at,
            Payment.means,
            Payment.member_id,
            Payment.organisation_id,
        )
        .outerjoin(Payment, Payment.id == Movement.payment_id)
        .where(Movement.place_id == place_id, Movement.day.between(first, last))
        .order_by(Movement.day, Movement.id)
    )
    lines: dict[tuple[object, ...], Entry] = {}
    for row in rows:
        label = _label(row.kind, row.means, undone=row.undoes_id is not None)
        for side, account in ((0, row.debit), (1, row.credit)):
            mine = account == "customer"
            key = (row.day, row.piece, account, side, row.member_id if mine else None, row.organisation_id if mine else None)
            debit, credit = (row.cents, 0) if side == 0 else (0, row.cents)
            known = lines.get(key)
            lines[key] = (
                known._replace(debit=known.debit + debit, credit=known.credit + credit)
                if known
                else Entry(
                    row.journal,
                    row.day,
                    row.piece,
                    label,
                    account,
                    row.member_id if mine else None,
                    row.organisation_id if mine else None,
                    debit,
                    credit,
                    row.created_at,
                    row.means or "",
                )
            )
    return list(lines.values())


# The words of the accounts: French, whoever reads.
_SAID = {
    "received": "Encaissement",
    "refunded": "Remboursement",
    "returned": "Rejet",
    "cancelled": "Annulation d’encaissement",
    "fee": "Frais bancaires",
    "banked": "Remise en banque",
}
_MEANS_SAID = {
    "transfer": "virement",
    "sepa": "prélèvement",
    "sepa_stripe": "prélèvement",
    "card": "carte",
    "cash": "espèces",
    "cheque": "chèque",
    "helloasso": "HelloAsso",
}


def _label(kind: str, means: str | None, *, undone: bool) -> str:
    said = f"{_SAID[kind]} {_MEANS_SAID.get(means or '', '')}".strip()
    return f"Annulation : {said}" if undone else said


def of(source: sa.Table, payer: WhoPays) -> sa.ColumnElement[bool]:
    """Whether a row of this table is a payer's."""
    column, value = ("member_id", payer.member_id) if payer.member_id is not None else ("organisation_id", payer.organisation_id)
    return source.c[column] == value


def _by(what: sa.orm.InstrumentedAttribute[int], where: sa.ColumnElement[bool]) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(what, sa.func.sum(Allocation.cents)).where(where).group_by(what).order_by(sa.func.min(Allocation.id))
    )
    return {one: int(cents) for one, cents in rows if cents}


def payer_name(
    member_id: sa.orm.InstrumentedAttribute[int | None], organisation_id: sa.orm.InstrumentedAttribute[int | None]
) -> sa.ColumnElement[str]:
    """The name of a payer, beside a row that has both columns."""
    from_organisation = sa.select(Organisation.name).where(Organisation.id == organisation_id).scalar_subquery()
    from_member = sa.select(Member.name).where(Member.id == member_id).scalar_subquery()
    return sa.func.coalesce(from_organisation, from_member)
