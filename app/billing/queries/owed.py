"""Reads of what is owed: which invoices wait for money, by when, what was agreed about them, and who was asked again."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import Invoice, PaymentSchedule, Reminder, ReminderPause
from app.billing.queries.payments import LEFT, left_to_pay, of
from app.billing.rules.dunning import Part, Schedule, parts_left
from app.billing.rules.payments import Payer, WhoPays
from app.core.db import db, table
from app.members.models import Member, Organisation

_INVOICE = table(Invoice)


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An invoice that waits for money, and how often it was kindly asked for."""

    id: int
    number: str
    payer: str
    member_id: int | None
    organisation_id: int | None
    issued_on: date
    due_on: date
    gross_cents: int
    left_cents: int
    reminders: int
    last_reminded_at: datetime | None
    schedule: Schedule | None = None  # what was agreed; `due_on` is then the day of its next part

    @property
    def asked_cents(self) -> int:
        """What is to be paid by `due_on`."""
        return self.parts[0].cents

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is to be paid and when: all of it, or as it was agreed."""
        return parts_left(self.left_cents, due_on=self.due_on, schedule=self.schedule)

    def asked_by(self, day: date) -> int:
        """What may be asked by a day: the whole of an invoice from the first on, only the parts that come due of a schedule."""
        return sum(part.cents for part in self.parts if part.due_on <= day) if self.schedule else self.left_cents

    def late_cents(self, today: date) -> int:
        return sum(part.cents for part in self.parts if part.due_on < today)


def unpaid(
    place_id: int, *, due_before: date | None = None, payer: WhoPays | None = None, among: Collection[int] | None = None
) -> list[Unpaid]:
    """Invoices with something left to pay, the oldest due first."""
    told, last = (
        sa.select(what).where(Reminder.invoice_id == _INVOICE.c.id).correlate(_INVOICE).scalar_subquery()
        for what in (sa.func.count(), sa.func.max(Reminder.told_at))
    )
    name = sa.func.coalesce(Organisation.name, Member.name)
    asked = (
        sa.select(
            _INVOICE.c.id,
            _INVOICE.c.number,
            name,
            _INVOICE.c.member_id,
            _INVOICE.c.organisation_id,
            _INVOICE.c.issued_on,
            _INVOICE.c.due_on,
            _INVOICE.c.gross_cents,
            LEFT.label("left"),
            told,
            last,
        )
        .outerjoin(Member, Member.id == _INVOICE.c.member_id)
        .outerjoin(Organisation, Organisation.id == _INVOICE.c.organisation_id)
        .where(_INVOICE.c.place_id == place_id, _INVOICE.c.kind != "credit_note", LEFT > 0)
    )
    if payer is not None:
        asked = asked.where(of(_INVOICE, payer))
    if among is not None:
        asked = asked.where(_INVOICE.c.id.in_(list(among)))
    rows = [Unpaid(*row) for row in db.session.execute(asked)]
    agreed = schedules_of([one.id for one in rows])
    found = [_scheduled(one, agreed[one.id]) if one.id in agreed else one for one in rows]
    return sorted((one for one in found if due_before is None or one.due_on < due_before), key=lambda one: (one.due_on, one.id))


def _scheduled(one: Unpaid, schedule: Schedule) -> Unpaid:
    return replace(one, schedule=schedule, due_on=schedule.parts_left(one.left_cents)[0].due_on)


def schedules_of(invoice_ids: Collection[int]) -> dict[int, Schedule]:
    """What was agreed for each of these invoices, if anything was."""
    if not invoice_ids:
        return {}
    rows = db.session.execute(
        sa.select(PaymentSchedule.invoice_id, PaymentSchedule.left_cents, PaymentSchedule.parts).where(
            PaymentSchedule.invoice_id.in_(list(invoice_ids))
        )
    )
    return {
        invoice_id: Schedule(cents, tuple(Part(date.fromisoformat(str(day)), int(part)) for day, part in parts))
        for invoice_id, cents, parts in rows
    }


def asked_now(invoice_id: int) -> int:
    """What a page of payment asks for: the next part of what was agreed, else all that is left."""
    left = left_to_pay([invoice_id]).get(invoice_id, 0)
    schedule = schedules_of([invoice_id]).get(invoice_id)
    return schedule.parts_left(left)[0].cents if schedule and left > 0 else max(0, left)


def paused_payers(place_id: int, *, on: date) -> dict[Payer, ReminderPause]:
    """Those whom nobody asks again that day, and why."""
    rows = db.session.scalars(
        sa.select(ReminderPause).where(ReminderPause.place_id == place_id, sa.or_(ReminderPause.until.is_(None), ReminderPause.until >= on))
    )
    return {Payer(row.member_id, row.organisation_id): row for row in rows}


def steps_told(invoice_ids: Collection[int]) -> dict[int, list[Reminder]]:
    """The reminders of each invoice, the first first."""
    found: dict[int, list[Reminder]] = {}
    for row in db.session.scalars(sa.select(Reminder).where(Reminder.invoice_id.in_(list(invoice_ids))).order_by(Reminder.step)):
        found.setdefault(row.invoice_id, []).append(row)
    return found
