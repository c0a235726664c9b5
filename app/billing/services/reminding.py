"""Asking again, kindly: three steps after the due date, at a decent hour; nobody is told of a debit that is under way, nor whom the
team said to leave alone, nor who pays in several times and keeps to it."""

from datetime import date, datetime

import sqlalchemy as sa

from app.billing.models import PaymentSchedule, Reminder, ReminderPause
from app.billing.queries import banking
from app.billing.queries import payments as queries
from app.billing.queries.owed import Unpaid, paused_payers, unpaid
from app.billing.rules.dunning import PauseOver, Schedule, reasons_schedule, shared_out, step_due
from app.billing.rules.payments import NothingToPay, Payer, ToldThreeTimes, WhoPays
from app.billing.services.payments import MONEY
from app.core import journal
from app.core.db import db, insert_unless_there, lock, transaction
from app.core.refusals import Refused
from app.place.models import Place
from app.place.queries import day_at

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
    late = unpaid(place.id, due_before=today)
    paused = paused_payers(place.id, on=today)
    under_way = banking.invoices_under_debit(place.id) if late else {}
    return [
        one
        for one in late
        if one.id not in under_way
        and Payer(one.member_id, one.organisation_id) not in paused
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
        found = next(iter(unpaid(place_id, among=[invoice_id])), None)
        if found is None:
            raise Refused(NothingToPay())
        step = found.reminders + 1
        if step > 3:
            raise Refused(ToldThreeTimes())
        row = {"invoice_id": invoice_id, "step": step, "left_cents": found.left_cents, "told_at": now, "actor_id": actor_id}
        session.execute(insert_unless_there(Reminder).values(row))
        journal.record("invoice.reminded", invoice_id, place_id=place_id, actor_id=actor_id, member_id=found.member_id, at=now, step=step)
        return step


def pause_reminders(payer: WhoPays, *, place_id: int, reason: str, until: date | None, now: datetime, actor_id: int | None = None) -> None:
    """Nobody asks this payer again, until a day (included) or until it is taken back; the reason stays with the team."""
    if until is not None and until < day_at(place_id, now):
        raise Refused(PauseOver())
    with transaction() as session:
        lock(MONEY, place_id)
        row = session.scalar(_pause_of(payer, place_id)) or ReminderPause(
            place_id=place_id, member_id=payer.member_id, organisation_id=payer.organisation_id
        )
        row.reason, row.until, row.actor_id, row.created_at = reason, until, actor_id, now
        session.add(row)
        session.flush()
        _tell("reminders.paused", row.id, payer, place_id, now, actor_id)


def resume_reminders(payer: WhoPays, *, place_id: int, now: datetime, actor_id: int | None = None) -> None:
    with transaction() as session:
        row = session.scalar(_pause_of(payer, place_id))
        if row is not None:
            row_id = row.id
            session.delete(row)
            _tell("reminders.resumed", row_id, payer, place_id, now, actor_id)


def proposed_schedule(left_cents: int, *, times: int, first_on: date, today: date) -> Schedule:
    """What would be agreed on, or why it cannot be; nothing is written."""
    if reasons := list(reasons_schedule(left_cents, times=times, first_on=first_on, today=today)):
        raise Refused(*reasons)
    return shared_out(left_cents, times=times, first_on=first_on)


def agree_on_schedule(
    invoice_id: int, *, place_id: int, times: int, first_on: date, now: datetime, actor_id: int | None = None
) -> Schedule:
    """What is left of an invoice, paid in several times; the payer gets it in writing. A later agreement replaces it."""
    with transaction() as session:
        lock(MONEY, place_id)
        found = next(iter(unpaid(place_id, among=[invoice_id])), None)
        if found is None:
            raise Refused(NothingToPay())
        made = proposed_schedule(found.left_cents, times=times, first_on=first_on, today=day_at(place_id, now))
        if made == found.schedule:
            return made  # agreed already: the dates do not leave twice
        row = session.scalar(sa.select(PaymentSchedule).where(PaymentSchedule.invoice_id == invoice_id)) or PaymentSchedule(
            place_id=place_id, invoice_id=invoice_id
        )
        row.left_cents, row.parts = made.left_cents, [[part.due_on.isoformat(), part.cents] for part in made.parts]
        row.actor_id, row.created_at = actor_id, now
        session.add(row)
        session.flush()
        _tell("invoice.scheduled", invoice_id, found, place_id, now, actor_id, times=times)
        return made


def _pause_of(payer: WhoPays, place_id: int) -> sa.Select[ReminderPause]:
    mine = ReminderPause.member_id == payer.member_id, ReminderPause.organisation_id == payer.organisation_id
    return sa.select(ReminderPause).where(ReminderPause.place_id == place_id, *mine)


def _tell(event: str, subject_id: int, payer: WhoPays, place_id: int, now: datetime, actor_id: int | None, **facts: int) -> None:
    journal.record(event, subject_id, place_id=place_id, actor_id=actor_id, member_id=payer.member_id, at=now, **facts)
