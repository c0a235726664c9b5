"""Tables of what goes to the bank and comes from it: mandates, debits, slips, statements."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.billing.models.payments import one_of
from app.core.db import Model, UtcDateTime


class Mandate(Model):
    """Mandat SEPA: someone lets the lieu debit their account. The account is sealed; only its last four signs are shown."""

    __tablename__ = "billing_mandate"
    __table_args__ = (
        sa.CheckConstraint("(member_id IS NULL) <> (organisation_id IS NULL)", name="payer"),
        sa.CheckConstraint(one_of("signature", ("app", "paper")), name="signature"),
        sa.UniqueConstraint("place_id", "reference"),
        sa.Index("ix_mandate_member", "member_id"),
        sa.Index("ix_mandate_organisation", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    reference: Mapped[str] = mapped_column(sa.String(35))  # RUM, référence unique de mandat
    holder: Mapped[str] = mapped_column(sa.String(70))
    iban_sealed: Mapped[str] = mapped_column(sa.String(200))  # empty once erased
    iban_country: Mapped[str] = mapped_column(sa.String(2))
    iban_last4: Mapped[str] = mapped_column(sa.String(4))
    bic: Mapped[str] = mapped_column(sa.String(11), default="")
    signed_on: Mapped[date]
    signature: Mapped[str] = mapped_column(sa.String(5))  # app: a simple electronic signature; paper: its scan
    signed_name: Mapped[str] = mapped_column(sa.String(120), default="")  # as the person typed it
    text_hash: Mapped[str] = mapped_column(sa.String(64), default="")  # of the words that were agreed to
    notice_days: Mapped[int]  # agreed on
    last_used_on: Mapped[date | None]
    revoked_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]


class MandateScan(Model):
    """The paper that was signed, sealed like the account that it shows."""

    __tablename__ = "billing_mandate_scan"

    mandate_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_mandate.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))  # application/pdf, image/jpeg, image/png
    sealed: Mapped[str] = mapped_column(sa.Text)


class DebitBatch(Model):
    """Remise de prélèvements: one file for the bank. The same file is made again from its rows."""

    __tablename__ = "billing_debit_batch"
    __table_args__ = (sa.UniqueConstraint("message"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    message: Mapped[str] = mapped_column(sa.String(35))
    collection_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]


class Debit(Model):
    """Prélèvement of one mandate, for one or several invoices."""

    __tablename__ = "billing_debit"
    __table_args__ = (
        sa.CheckConstraint(one_of("state", ("sent", "paid", "returned", "cancelled")), name="state"),
        sa.CheckConstraint("cents > 0", name="cents"),
        sa.UniqueConstraint("end_to_end"),
        sa.UniqueConstraint("batch_id", "mandate_id"),
        sa.Index("ix_debit_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_debit_batch.id"))
    mandate_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_mandate.id"))
    cents: Mapped[int]
    sequence: Mapped[str] = mapped_column(sa.String(4))
    end_to_end: Mapped[str] = mapped_column(sa.String(35))
    text: Mapped[str] = mapped_column(sa.String(140))
    state: Mapped[str] = mapped_column(sa.String(9), default="sent")
    reason: Mapped[str] = mapped_column(sa.String(4), default="")  # why it came back
    payment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_payment.id"))


class DebitPart(Model):
    """What a debit asks for one invoice."""

    __tablename__ = "billing_debit_part"
    __table_args__ = (sa.UniqueConstraint("debit_id", "invoice_id"), sa.Index("ix_debit_part_invoice", "invoice_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    debit_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_debit.id"))
    invoice_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_invoice.id"))
    cents: Mapped[int]


class Slip(Model):
    """Bordereau de remise: cheques, or notes of the drawer, handed in at the bank."""

    __tablename__ = "billing_slip"
    __table_args__ = (
        sa.CheckConstraint(one_of("means", ("cheque", "cash")), name="means"),
        sa.CheckConstraint("cents > 0", name="cents"),
        sa.UniqueConstraint("place_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    means: Mapped[str] = mapped_column(sa.String(6))
    number: Mapped[str] = mapped_column(sa.String(20))
    made_on: Mapped[date]
    cents: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]


class SlipLine(Model):
    """A cheque on its slip; each once."""

    __tablename__ = "billing_slip_line"

    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_payment.id"), primary_key=True)
    slip_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_slip.id"), index=True)


class BankStatement(Model):
    """Relevé that was read; the same file twice is one."""

    __tablename__ = "billing_bank_statement"
    __table_args__ = (sa.UniqueConstraint("place_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    format: Mapped[str] = mapped_column(sa.String(8))
    account_last4: Mapped[str] = mapped_column(sa.String(4), default="")
    digest: Mapped[str] = mapped_column(sa.String(64))
    first_day: Mapped[date]
    last_day: Mapped[date]
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]


class BankLine(Model):
    """Ligne de relevé: what it means is open, settled, or left aside by a person."""

    __tablename__ = "billing_bank_line"
    __table_args__ = (
        sa.CheckConstraint(one_of("state", ("open", "settled", "aside")), name="state"),
        sa.UniqueConstraint("place_id", "key"),
        sa.UniqueConstraint("refund_id"),
        sa.Index("ix_bank_line_state", "place_id", "state", "day"),
        sa.Index("ix_bank_line_statement", "statement_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("billing_bank_statement.id"))
    key: Mapped[str] = mapped_column(sa.String(80))
    day: Mapped[date]
    cents: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(300), default="")
    name: Mapped[str] = mapped_column(sa.String(140), default="")
    end_to_end: Mapped[str] = mapped_column(sa.String(35), default="")
    batch: Mapped[str] = mapped_column(sa.String(35), default="")
    reason: Mapped[str] = mapped_column(sa.String(4), default="")
    state: Mapped[str] = mapped_column(sa.String(8), default="open")
    rounds: Mapped[int] = mapped_column(default=0)  # how often it was settled: undone, it may be again
    by_itself: Mapped[bool] = mapped_column(default=False)  # settled without anybody
    refund_id: Mapped[int | None] = mapped_column(  # the refund that this transfer made; movements name their line, too
        sa.ForeignKey("billing_movement.id", name="fk_billing_bank_line_refund_id_billing_movement", use_alter=True)
    )
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
