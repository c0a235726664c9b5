"""Asking again, kindly: three steps after the due date, at a decent hour; nobody is told of a debit that is under way."""

from datetime import datetime

import sqlalchemy as sa

from app.billing.models import Reminder
from app.billing.queries import banking
from app.billing.queries import payments as queries
from app.billing.queries.payments import Unpaid
from app.billing.rules.dunning import step_due
from app.billing.rules.payments import NothingToPay, ToldThreeTimes
from app.billing.services.payments import MONEY
from app.core import journal
from app.core.db import db, insert_unless_there, lock, transaction
from app.core.refusals import Refused
from app.place.models import Place

FROM, TO = 9, 19  # hours of the lieu


def remind_due(*, now: datetime) -> int:
    """The reminders whose day has come, in each lieu, by day; how many."""
    count = 0
    for place in db.session.scalars(sa.select(Place).order_by(Place.id)).all():
        local = now.astimezone(place.tz)
        if FROM <= local.hour < TO and local.minute < 5 and local.weekday() < 6:  # once an hour is enough to look
            for invoice in due_reminders(place, now=now):
                remind(invoice.id, place_id=place.id, now=now)
                count += 1
    return count


def due_reminders(place: Place, *, now: datetime) -> list[Unpaid]:
    """Invoices for which the next step has come."""
    today = now.astimezone(place.tz).date()
    steps = queries.payment_terms(place).reminder_days
    late = queries.unpaid(place.id, due_before=today)
    under_way = banking.invoices_under_debit(place.id) if late else set()
    return [
        one
        for one in late
        if one.id not in under_way
        and step_due(
            due_on=one.due_on,
            today=today,
            told=one.reminders,
            steps=steps,
            last_told_on=one.last_reminded_at.astimezone(place.tz).date() if one.last_reminded_at else None,
        )
    ]


def remind(invoice_id: int, *, place_id: int, now: datetime, actor_id: int | None = None) -> int:
    """The next step for one invoice, said by somebody or by the calendar; its number."""
    with transaction() as session:
        lock(MONEY, place_id)
        found = next(iter(queries.unpaid(place_id, among=[invoice_id])), None)
        if found is None:
            raise Refused(NothingToPay())
        step = found.reminders + 1
        if step > 3:
            raise Refused(ToldThreeTimes())
        row = {"invoice_id": invoice_id, "step": step, "left_cents": found.left_cents, "told_at": now, "actor_id": actor_id}
        session.execute(insert_unless_there(Reminder).values(row))
        journal.record("invoice.reminded", invoice_id, place_id=place_id, actor_id=actor_id, member_id=found.member_id, at=now, step=step)
        return step
