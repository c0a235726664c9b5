"""Tables of the month's bills: a run, and one bill for each payer."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class Run(Model):
    """Facturation du mois: once for a lieu and a month; what was interrupted goes on where it stopped."""

    __tablename__ = "billing_run"
    __table_args__ = (sa.UniqueConstraint("place_id", "month"), sa.CheckConstraint("aim IN ('drafts', 'invoices')", name="aim"))

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    month: Mapped[date]  # its first day
    aim: Mapped[str] = mapped_column(sa.String(8), default="invoices")  # drafts: stop there, somebody will look at them
    payers: Mapped[int] = mapped_column(default=0)  # how many bills are expected: for the progress bar
    actor_id: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # every draft is there to look at
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # every invoice is issued


class Bill(Model):
    """Ce qu'un payeur doit: the charges that go together on one document. `origin` names it once: a second run finds it again."""

    __tablename__ = "billing_bill"
    __table_args__ = (
        sa.CheckConstraint("(member_id IS NULL) <> (organisation_id IS NULL)", name="payer"),
        sa.CheckConstraint("state IN ('drafted', 'issued', 'nothing')", name="state"),
        sa.Index("ix_bill_run", "run_id"),
        sa.Index("ix_bill_invoice", "invoice_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("billing_run.id"))
    origin: Mapped[str] = mapped_column(sa.String(120), unique=True)  # "run:1:2026-12:member:3"
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_organisation.id"))
    state: Mapped[str] = mapped_column(sa.String(8))  # nothing: what it took cancels out, no document is made
    draft_id: Mapped[int | None]
    invoice_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
