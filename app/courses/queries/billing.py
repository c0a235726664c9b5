"""What was billed to who pays a course, line by line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import Allocation, Draft, Invoice, Payment
from app.core.db import db
from app.courses.models import Cohort, Enrolment, FundingLine
from app.courses.queries import presence
from app.courses.queries.presence import Followed
from app.courses.queries.trainees import trainees
from app.courses.rules import funding
from app.members.models import Organisation

HOURS, ADVANCE = "hours", "advance"


@dataclass(frozen=True, slots=True)
class Billed:
    """What was asked of one line: its hours, and its advances with what is left of them to take off."""

    minutes: int = 0
    cents: int = 0
    advanced: int = 0
    taken_off: int = 0
    drafts: int = 0  # written, not issued yet
    count: int = 0  # every bill there ever was, given up or not: the next one's rank
    invoices: tuple[Invoice, ...] = ()
    advances: tuple[int, ...] = ()  # issued ones, by their id

    @property
    def advance_left(self) -> int:
        return max(self.advanced - self.taken_off, 0)


@dataclass(frozen=True, slots=True)
class Due:
    """A line of one trainee's funding: what was agreed, followed, billed, and what is to bill now."""

    line: FundingLine
    enrolment_id: int
    name: str
    payer: str  # empty: the trainee
    agreed_cents: int
    minutes: int
    cents: int
    billed: Billed = field(default_factory=Billed)

    @property
    def minutes_to_bill(self) -> int:
        return max(self.minutes - self.billed.minutes, 0)

    @property
    def cents_to_bill(self) -> int:
        return max(self.cents - self.billed.cents, 0)


def origin_of(line_id: int, what: str, rank: int) -> str:
    return f"funding:{line_id}:{what}:{rank}"


def due(cohort: Cohort, *, until: date, now: datetime) -> list[Due]:
    """Every funding line of a cohort, with the hours really followed up to a day, included."""
    followed = presence.followed_in(cohort.id, now=now)
    names = {row.id: row.name for row in db.session.scalars(sa.select(Organisation))}
    lines: dict[int, list[FundingLine]] = {}
    of_cohort = sa.select(FundingLine).join(Enrolment, Enrolment.id == FundingLine.enrolment_id).where(Enrolment.cohort_id == cohort.id)
    for row in db.session.scalars(of_cohort.order_by(FundingLine.rank, FundingLine.id)):
        lines.setdefault(row.enrolment_id, []).append(row)
    found = []
    for one in trainees(cohort.id):
        rows = lines.get(one.id, [])
        values = [funding.Line(row.minutes, row.hour_cents) for row in rows]
        theirs = followed.get(one.id, Followed(one.id, ()))
        agreed, _over = funding.shares(values, theirs.planned)
        really, _unfunded = funding.shares(values, presence.total(slot for slot in theirs.slots if slot.day <= until).done)
        found += [
            Due(row, one.id, one.name, names.get(row.organisation_id or 0, ""), sure.cents, share.minutes, share.cents)
            for row, sure, share in zip(rows, agreed, really, strict=True)
        ]
    known = billed([one.line.id for one in found])
    return [replace(one, billed=known.get(one.line.id, Billed())) for one in found]


def billed(line_ids: Collection[int]) -> Mapping[int, Billed]:
    """What was asked of each line. A bill given back whole counts no more."""
    if not line_ids:
        return {}
    asked = sa.or_(*(Draft.origin.startswith(f"funding:{line_id}:") for line_id in line_ids))
    rows = db.session.scalars(sa.select(Draft).where(asked).order_by(Draft.id)).all()
    invoices = {row.id: row for row in db.session.scalars(sa.select(Invoice).where(Invoice.id.in_([row.invoice_id for row in rows])))}
    given_back = {
        int(cited or 0): int(cents)
        for cited, cents in db.session.execute(
            sa.select(Invoice.credits_id, sa.func.sum(Invoice.gross_cents))
            .where(Invoice.credits_id.in_(invoices))
            .group_by(Invoice.credits_id)
        )
    }
    found: dict[int, list[Draft]] = {}
    for row in rows:
        found.setdefault(int(str(row.origin).split(":")[1]), []).append(row)
    return {line_id: _told(own, invoices, given_back) for line_id, own in found.items()}


def last_paid_on(enrolment_id: int) -> date | None:
    """When somebody's course was last paid for, by whoever pays."""
    lines = db.session.scalars(sa.select(FundingLine.id).where(FundingLine.enrolment_id == enrolment_id)).all()
    if not lines:
        return None
    of_lines = sa.or_(*(Draft.origin.startswith(f"funding:{line_id}:") for line_id in lines))
    paid = sa.select(sa.func.max(Payment.received_on)).join(Allocation, Allocation.payment_id == Payment.id)
    return db.session.scalar(paid.join(Draft, Draft.invoice_id == Allocation.invoice_id).where(of_lines))


def _told(rows: list[Draft], invoices: Mapping[int, Invoice], given_back: Mapping[int, int]) -> Billed:
    minutes = cents = advanced = taken_off = drafts = 0
    issued, advances = [], []
    for row in rows:
        invoice = invoices.get(row.invoice_id or 0)
        drafts += invoice is None
        if invoice is not None:
            issued.append(invoice)
            if invoice.gross_cents + given_back.get(invoice.id, 0) <= 0:
                continue
        if str(row.origin).split(":")[2] == ADVANCE:
            advanced += invoice.gross_cents if invoice else 0
            advances += [invoice.id] if invoice else []
        else:
            minutes += sum(round(line["quantity_milli"] * 60 / 1000) for line in row.lines)
            cents += sum(line["net_cents"] for line in row.lines)
            taken_off += row.prepaid_cents
    return Billed(minutes, cents, advanced, taken_off, drafts, len(rows), tuple(issued), tuple(advances))
