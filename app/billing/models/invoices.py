"""Tables of bills: drafts that change, invoices that never do, their numbers, their anchors and closings."""

import json
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.billing.rules.invoices import KINDS
from app.core.db import Model, UtcDateTime

_KIND = "kind IN (" + ", ".join(f"'{kind}'" for kind in KINDS) + ")"
_ONE_PAYER = "(member_id IS NULL) <> (organisation_id IS NULL)"


class BillingSettings(Model):
    """Réglages de facturation of a lieu; one row, or none as long as nothing was chosen."""

    __tablename__ = "billing_settings"
    __table_args__ = (sa.CheckConstraint("payment_days BETWEEN 0 AND 60", name="payment_days"),)

    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    payment_days: Mapped[int] = mapped_column(default=30)  # code de commerce L441-10: 60 at most
    late_rate_bp: Mapped[int] = mapped_column(default=1000)  # between professionals; at least three times the legal rate
    discount: Mapped[str] = mapped_column(sa.String(200), default="")  # escompte
    footer: Mapped[str] = mapped_column(sa.String(400), default="")  # at the bottom of each invoice
    bic: Mapped[str] = mapped_column(sa.String(11), default="")
    accounts: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)  # of the chart, where they differ from ours
    journals: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)  # code → label, the same
    facts: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)  # legal facts of one's own: {key, since, value}


class Draft(Model):
    """Brouillon: what will be an invoice once somebody (or the month's run) issues it; it has no number and may change."""

    __tablename__ = "billing_draft"
    __table_args__ = (
        sa.CheckConstraint(_KIND, name="kind"),
        sa.CheckConstraint(_ONE_PAYER, name="payer"),
        sa.CheckConstraint("invoice_id IS NULL OR discarded_at IS NULL", name="end"),
        sa.UniqueConstraint("origin"),
        sa.UniqueConstraint("invoice_id"),
        sa.Index("ix_draft_place", "place_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    origin: Mapped[str | None] = mapped_column(sa.String(120))  # what asked for it, once: "run:2026-12:member:3"
    lines: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)  # each as `rules.documents.Line.written`
    period_first: Mapped[date | None]
    period_last: Mapped[date | None]
    cites: Mapped[list[int]] = mapped_column(sa.JSON, default=list)  # invoices that this one speaks of: the advances of a final
    prepaid_cents: Mapped[int] = mapped_column(default=0)
    delivery: Mapped[dict[str, str] | None] = mapped_column(sa.JSON(none_as_null=True))  # where, if not at the buyer's address
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    discarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    invoice_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_invoice.id"))

    @property
    def is_open(self) -> bool:
        return self.invoice_id is None and self.discarded_at is None


class Invoice(Model):
    """Facture or avoir, issued: a row is only ever added, the database refuses the rest (migration `issued_is_frozen`).

    Amounts of a credit note are negative. `content` is the one text that is hashed; the columns repeat what is searched.
    """

    __tablename__ = "billing_invoice"
    __table_args__ = (
        sa.CheckConstraint(_KIND, name="kind"),
        sa.CheckConstraint(_ONE_PAYER, name="payer"),
        sa.CheckConstraint("gross_cents = net_cents + vat_cents AND gross_cents <> 0", name="sum"),
        sa.CheckConstraint("(kind = 'credit_note') = (gross_cents < 0)", name="sign"),
        sa.CheckConstraint("(kind = 'credit_note') = (credits_id IS NOT NULL)", name="credits"),
        sa.UniqueConstraint("place_id", "sequence"),
        sa.UniqueConstraint("place_id", "number"),
        sa.UniqueConstraint("place_id", "series", "year", "rank"),
        sa.Index("ix_invoice_member", "member_id", "id"),
        sa.Index("ix_invoice_organisation", "organisation_id", "id"),
        sa.Index("ix_invoice_credits", "credits_id"),
        sa.Index("ix_invoice_issued_on", "place_id", "issued_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    sequence: Mapped[int]  # its place in the chain of the lieu
    series: Mapped[str] = mapped_column(sa.String(1))  # F: invoices, A: credit notes
    year: Mapped[int]
    rank: Mapped[int]  # 1, 2, 3… in its series and year
    number: Mapped[str] = mapped_column(sa.String(35))
    kind: Mapped[str] = mapped_column(sa.String(12))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    credits_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_invoice.id"))  # a credit note's invoice
    issued_on: Mapped[date]
    due_on: Mapped[date]
    net_cents: Mapped[int]
    vat_cents: Mapped[int]
    gross_cents: Mapped[int]
    prepaid_cents: Mapped[int]  # what advance invoices have taken already
    content: Mapped[str] = mapped_column(sa.Text)
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def said(self) -> dict[str, Any]:
        """Its content, as values."""
        values: dict[str, Any] = json.loads(self.content)
        return values

    @property
    def is_credit_note(self) -> bool:
        return self.kind == "credit_note"

    @property
    def due_cents(self) -> int:
        """What it asks for, advances taken off; what was paid since is not its business."""
        return self.gross_cents - self.prepaid_cents


class Counter(Model):
    """Compteur: the last rank given in a series and a year; taken and given with the invoice, in one transaction."""

    __tablename__ = "billing_counter"

    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    series: Mapped[str] = mapped_column(sa.String(1), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Anchor(Model):
    """Ancre: the head of the chain at the end of a day, sent outside: a chain alone does not see its last row removed."""

    __tablename__ = "billing_anchor"
    __table_args__ = (sa.UniqueConstraint("place_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    day: Mapped[date]
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))
    anchored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Closing(Model):
    """Clôture of a day, a month or a year: totals of the period and since the beginning; chained like the invoices.

    BOI-TVA-DECLA-30-10-30 § 170 to 200: cumulative and perpetual totals, kept.
    """

    __tablename__ = "billing_closing"
    __table_args__ = (
        sa.CheckConstraint("span IN ('day', 'month', 'year')", name="span"),
        sa.UniqueConstraint("place_id", "span", "first_day"),
        sa.UniqueConstraint("place_id", "sequence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    sequence: Mapped[int]
    span: Mapped[str] = mapped_column(sa.String(5))
    first_day: Mapped[date]
    last_day: Mapped[date]
    content: Mapped[str] = mapped_column(sa.Text)
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def said(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self.content)
        return values
