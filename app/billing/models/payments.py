"""Tables of money that moves: payments, what they pay, and the journal of the bank and the drawer. Rows are only ever added;
the database refuses the rest, and an allocation above its payment or its invoice (migration `money_only_adds`)."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.billing.rules.means import MEANS
from app.core.db import Model, UtcDateTime

_ONE_PAYER = "(member_id IS NULL) <> (organisation_id IS NULL)"


def one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN (" + ", ".join(f"'{word}'" for word in words) + ")"


GONE = ("refunded", "returned", "cancelled")  # movements that take a payment back, whole or in part
MOVEMENTS = ("received", *GONE, "fee", "banked")
ROLES = ("customer", "bank", "cash", "in_transit", "fees")  # what an account is for; the chart of the lieu says its number


class PaymentSettings(Model):
    """Réglages des paiements of a lieu; one row, or none as long as nothing was chosen."""

    __tablename__ = "billing_payment_settings"
    __table_args__ = (sa.CheckConstraint("notice_days BETWEEN 1 AND 14", name="notice"),)

    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(70), default="")  # of the account; empty: the lieu's name
    creditor_id: Mapped[str] = mapped_column(sa.String(35), default="")  # ICS, identifiant de créancier SEPA
    notice_days: Mapped[int] = mapped_column(default=14)  # before a debit; what the mandate agrees on when it is shorter
    means: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # offered to people
    fees: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # {means: {"bp": 150, "cents": 25}}, where they differ
    return_fee_cents: Mapped[int] = mapped_column(default=0)  # what the bank takes for a debit that comes back
    helloasso_url: Mapped[str] = mapped_column(sa.String(300), default="")
    reminder_days: Mapped[list[int]] = mapped_column(sa.JSON, default=list)  # after the due date; three steps


class Payment(Model):
    """Paiement received: frozen. What it pays is its allocations; what went back of it, its movements."""

    __tablename__ = "billing_payment"
    __table_args__ = (
        sa.CheckConstraint(one_of("means", tuple(MEANS)), name="means"),
        sa.CheckConstraint("cents > 0", name="cents"),
        sa.CheckConstraint(_ONE_PAYER, name="payer"),
        sa.UniqueConstraint("provider", "provider_id"),
        sa.Index("ix_payment_member", "member_id", "id"),
        sa.Index("ix_payment_organisation", "organisation_id", "id"),
        sa.Index("ix_payment_received_on", "place_id", "received_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    means: Mapped[str] = mapped_column(sa.String(12))
    provider: Mapped[str] = mapped_column(sa.String(12))  # stripe, bank, house (by hand)
    provider_id: Mapped[str | None] = mapped_column(sa.String(160))  # its name there: once
    cents: Mapped[int]
    expected_cents: Mapped[int | None]  # what was asked for, when something else came: a person should look
    fee_cents: Mapped[int] = mapped_column(default=0)  # what its means takes, foreseen: the payout says it again
    received_on: Mapped[date]
    note: Mapped[str] = mapped_column(sa.String(120), default="")  # number of the cheque, bank…
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]

    @property
    def is_odd(self) -> bool:
        """Another amount came than the one asked for."""
        return self.expected_cents is not None and self.expected_cents != self.cents


class Allocation(Model):
    """Affectation: so much of a payment pays an invoice; a negative one takes it back."""

    __tablename__ = "billing_allocation"
    __table_args__ = (
        sa.CheckConstraint("cents <> 0", name="cents"),
        sa.Index("ix_allocation_payment", "payment_id"),
        sa.Index("ix_allocation_invoice", "invoice_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_payment.id"))
    invoice_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_invoice.id"))
    cents: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]


class Movement(Model):
    """Mouvement of money, as the books tell it: what one account gives and another receives. Undone by its contrary."""

    __tablename__ = "billing_movement"
    __table_args__ = (
        sa.CheckConstraint(one_of("kind", MOVEMENTS), name="kind"),
        sa.CheckConstraint(one_of("journal", ("BQ", "CA")), name="journal"),
        sa.CheckConstraint(f"{one_of('debit', ROLES)} AND {one_of('credit', ROLES)} AND debit <> credit", name="accounts"),
        sa.CheckConstraint("cents > 0", name="cents"),
        sa.CheckConstraint("payment_id IS NOT NULL OR kind IN ('fee', 'banked')", name="payment"),
        sa.UniqueConstraint("undoes_id"),
        sa.Index("ix_movement_payment", "payment_id"),
        sa.Index("ix_movement_day", "place_id", "day"),
        sa.Index("ix_movement_bank_line", "bank_line_id"),
        sa.Index("ix_movement_slip", "slip_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    journal: Mapped[str] = mapped_column(sa.String(2))  # BQ the bank, CA the drawer
    day: Mapped[date]
    piece: Mapped[str] = mapped_column(sa.String(60))  # what proves it: a bank line, a slip, a payment; its lines balance
    debit: Mapped[str] = mapped_column(sa.String(10))
    credit: Mapped[str] = mapped_column(sa.String(10))
    cents: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.String(40), default="")  # AM04, a refund's…
    payment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_payment.id"))
    bank_line_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_bank_line.id"))
    slip_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_slip.id"))
    undoes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_movement.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]


class RefundTransfer(Model):
    """Virement of a refund, said to be made by who made it: for who knows before the statement shows it, or never reads one here."""

    __tablename__ = "billing_refund_transfer"
    __table_args__ = (sa.UniqueConstraint("movement_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    movement_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_movement.id"))  # the refund, in the books since it was decided
    made_on: Mapped[date]
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProviderCall(Model):
    """Appel to Stripe, written before it is made, with the key that makes it once: whatever is cut, it can be asked again."""

    __tablename__ = "billing_provider_call"
    __table_args__ = (
        sa.CheckConstraint(one_of("kind", ("checkout", "refund")), name="kind"),
        sa.CheckConstraint(one_of("state", ("asked", "open", "processing", "done", "failed", "expired")), name="state"),
        sa.CheckConstraint("cents > 0", name="cents"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("provider_id"),
        sa.Index("ix_provider_call_intent", "intent_id"),
        sa.Index("ix_provider_call_state", "state"),
        sa.Index("ix_provider_call_invoice", "invoice_id"),
        sa.Index("ix_provider_call_ref", "ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    kind: Mapped[str] = mapped_column(sa.String(8))
    key: Mapped[str] = mapped_column(sa.String(64))
    invoice_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_invoice.id"))
    ref: Mapped[str | None] = mapped_column(sa.String(60))  # what is paid before any bill: « booking:12 »
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))  # who pays it
    wanted_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # until when it is kept for them
    payment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_payment.id"))
    movement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_movement.id"))  # a refund's, undone when it fails
    means: Mapped[str] = mapped_column(sa.String(12))
    cents: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(10))
    provider_id: Mapped[str | None] = mapped_column(sa.String(120))  # cs_…, re_…
    intent_id: Mapped[str | None] = mapped_column(sa.String(120))  # pi_…
    fee_cents: Mapped[int | None]  # what Stripe says that it took
    request: Mapped[dict[str, str] | None] = mapped_column(sa.JSON(none_as_null=True))  # the words of a page: the same each time
    url: Mapped[str] = mapped_column(sa.Text, default="")
    trouble: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StripeEvent(Model):
    """Événement told by Stripe: its id comes once, in the transaction of what it did."""

    __tablename__ = "billing_stripe_event"

    id: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    type: Mapped[str] = mapped_column(sa.String(80))
    effect: Mapped[str] = mapped_column(sa.String(40))  # paid, failed, returned…; empty: nothing of ours
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)  # by Stripe's clock
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reminder(Model):
    """Relance: an invoice was asked for again, kindly; each step once."""

    __tablename__ = "billing_reminder"
    __table_args__ = (sa.UniqueConstraint("invoice_id", "step"), sa.CheckConstraint("step BETWEEN 1 AND 3", name="step"))

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_invoice.id"))
    step: Mapped[int]
    left_cents: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]
