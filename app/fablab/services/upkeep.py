"""Upkeep: what is reported, dangerous things stopped at once, counters and the tasks they open, the log of each machine."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking.models import Resource
from app.booking.rules import Thing
from app.booking.services.blocking import Blocked
from app.core import journal, uploads
from app.core.db import db, insert_unless_there, transaction
from app.core.period import Period
from app.core.refusals import Refused
from app.core.uploads import Upload
from app.fablab import queries
from app.fablab.models import Counter, LogEntry, Machine, Report, Task
from app.fablab.rules import AlreadyClosed, first_done_minutes, is_due
from app.place.models import Place
from app.place.queries import day_at

AT_RISK = timedelta(hours=24)  # who has a dangerous machine so soon is warned before they drive


def report_problem(*, thing: Thing, member_id: int, text: str, dangerous: bool, now: datetime, photo: FileStorage | None = None) -> Report:
    """Anybody says what is wrong. « Dangerous » puts it out of service at once, and warns who has it within a day."""
    with transaction():
        booking.take_turn(thing.place_id)
        kept = _photo(photo, place_id=thing.place_id, owner_id=member_id, now=now)
        report = Report(
            place_id=thing.place_id,
            resource_id=thing.id,
            member_id=member_id,
            text=text,
            dangerous=dangerous,
            photo_id=kept.id if kept else None,
            created_at=now,
        )
        db.session.add(report)
        db.session.flush()
        write_log(resource_id=thing.id, kind="dangerous" if dangerous else "report", text=text, member_id=member_id, photo=kept, now=now)
        journal.record(
            "machine.reported", report.id, place_id=thing.place_id, actor_id=member_id, at=now, resource_id=thing.id, dangerous=dangerous
        )
        if dangerous:
            booking.change_thing(resource_id=thing.id, state="out_of_service", actor_id=member_id, now=now)
            _warn_who_has_it(thing, report, actor_id=member_id, now=now)
        elif thing.state == "in_service":
            booking.change_thing(resource_id=thing.id, state="needs_attention", actor_id=member_id, now=now)
        return report


def keep_dangerous_stopped(*, now: datetime) -> int:
    """As long as nobody has decided about a dangerous machine, who has it within a day is warned before they drive."""
    told = 0
    waiting = sa.select(Report).join(Resource, Resource.id == Report.resource_id)
    waiting = waiting.where(Report.closed_at.is_(None), Report.dangerous, Resource.state == "out_of_service")
    for report in db.session.scalars(waiting.order_by(Report.id)).all():
        place = db.session.get_one(Place, report.place_id)
        thing = booking_queries.directory(place).things.get(report.resource_id)
        if thing is None:
            continue
        if booking.outage_would_cancel(thing, starts_at=now, ends_at=now + AT_RISK):
            told += len(_warn_who_has_it(thing, report, actor_id=None, now=now).cancelled)
    return told


def decide_outage(*, thing: Thing, starts_at: datetime, ends_at: datetime | None, reason: str, actor_id: int, now: datetime) -> Blocked:
    """A lead or the manager says until when: bookings of that time are cancelled, given back, and each person told once."""
    with transaction():
        period = Period(starts_at, ends_at) if ends_at is not None else None
        blocked = booking.declare_outage(thing=thing, period=period, starts_at=starts_at, reason=reason, actor_id=actor_id, now=now)
        if starts_at <= now:  # what was stopped or reported waited for somebody to decide; what is planned for later decides nothing yet
            if thing.state == "out_of_service":
                booking.change_thing(resource_id=thing.id, state="needs_attention", actor_id=actor_id, now=now)
            _close_reports(thing.id, answer=reason, actor_id=actor_id, now=now)
        write_log(resource_id=thing.id, kind="outage", text=reason, member_id=actor_id, now=now)
        return blocked


def back_in_service(*, thing: Thing, note: str, actor_id: int, now: datetime, photo: FileStorage | None = None) -> None:
    """It works again: what kept it stopped ends, what was reported is closed, and the log says what was done."""
    with transaction():
        booking.take_turn(thing.place_id)
        for outage in booking_queries.outages(thing.id, now=now):
            if outage.starts_at <= now:
                booking.end_outage(outage_id=outage.id, actor_id=actor_id, now=now)
        if thing.state != "in_service":
            booking.change_thing(resource_id=thing.id, state="in_service", actor_id=actor_id, now=now)
        _close_reports(thing.id, answer=note, actor_id=actor_id, now=now)
        kept = _photo(photo, place_id=thing.place_id, owner_id=actor_id, now=now)
        write_log(resource_id=thing.id, kind="repair", text=note, member_id=actor_id, photo=kept, now=now)
        journal.record("machine.repaired", thing.id, place_id=thing.place_id, actor_id=actor_id, at=now)


def note_intervention(*, thing: Thing, text: str, actor_id: int, now: datetime, photo: FileStorage | None = None) -> LogEntry:
    """A line in the machine's log."""
    with transaction():
        kept = _photo(photo, place_id=thing.place_id, owner_id=actor_id, now=now)
        return write_log(resource_id=thing.id, kind="note", text=text, member_id=actor_id, photo=kept, now=now)


def write_log(*, resource_id: int, kind: str, text: str, member_id: int | None, now: datetime, photo: Upload | None = None) -> LogEntry:
    row = LogEntry(
        resource_id=resource_id,
        kind=kind,
        text=text,
        member_id=member_id,
        photo_id=photo.id if photo else None,
        counter_minutes=queries.minutes_run(resource_id),
        at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


# ---------------------------------------------------------------- counters and tasks


def count_minutes(resource_id: int, minutes: int, *, place_id: int, now: datetime) -> None:
    """A use ended, inside its transaction: every counter of the machine moves on, and opens its task when it is due."""
    today = day_at(place_id, now)
    for rule, counter in _counters(resource_id, today):
        counter.minutes += minutes
        db.session.flush()
        _open_if_due(rule, counter, place_id=place_id, today=today, now=now)


def open_due_tasks(*, now: datetime) -> int:
    """What months alone make due; each is opened once."""
    opened = 0
    for machine in db.session.scalars(sa.select(Machine).where(sa.func.length(sa.cast(Machine.counters, sa.Text)) > 2)).all():
        if not any(rule.get("entretien_tous_les_mois") for rule in machine.counters):
            continue
        place_id = db.session.get_one(Resource, machine.resource_id).place_id
        today = day_at(place_id, now)
        if not queries.has_due_counter(machine, today):
            continue
        with transaction():
            booking.take_turn(place_id)
            for rule, counter in _counters(machine.resource_id, today):
                opened += _open_if_due(rule, counter, place_id=place_id, today=today, now=now)
    return opened


def finish_task(*, task_id: int, note: str, actor_id: int, now: datetime, photo: FileStorage | None = None) -> Task:
    """It was looked after: the counter begins again from where it stands."""
    with transaction():
        task = db.session.get_one(Task, task_id)
        booking.take_turn(task.place_id)
        db.session.refresh(task)
        if task.done_at is not None:
            raise Refused(AlreadyClosed())
        task.done_at, task.done_by_id, task.note = now, actor_id, note
        counter = db.session.get_one(Counter, task.counter_id, populate_existing=True)
        counter.done_minutes, counter.done_on = counter.minutes, day_at(task.place_id, now)
        kept = _photo(photo, place_id=task.place_id, owner_id=actor_id, now=now)
        text = f"{counter.name}. {note}".strip().removesuffix(".").strip()
        write_log(resource_id=task.resource_id, kind="upkeep", text=text, member_id=actor_id, photo=kept, now=now)
        journal.record("machine.looked_after", task.id, place_id=task.place_id, actor_id=actor_id, at=now, resource_id=task.resource_id)
        return task


# ---------------------------------------------------------------- small things, inside a transaction


def _counters(resource_id: int, today: date) -> list[tuple[dict[str, object], Counter]]:
    machine = db.session.get(Machine, resource_id)
    found = []
    for rule in machine.counters if machine is not None else []:
        begins = int(rule.get("valeur_min") or 0)
        values = {
            "resource_id": resource_id,
            "name": rule["nom"],
            "minutes": begins,
            "done_minutes": first_done_minutes(rule),
            "done_on": today,
        }
        db.session.execute(insert_unless_there(Counter).values(values))
        counter = db.session.scalars(
            sa.select(Counter)
            .where(Counter.resource_id == resource_id, Counter.name == rule["nom"])
            .execution_options(populate_existing=True)
        ).one()
        found.append((rule, counter))
    return found


def _open_if_due(rule: dict[str, object], counter: Counter, *, place_id: int, today: date, now: datetime) -> int:
    if not is_due(rule, minutes=counter.minutes, done_minutes=counter.done_minutes, done_on=counter.done_on, today=today):
        return 0
    values = {"place_id": place_id, "resource_id": counter.resource_id, "counter_id": counter.id, "opened_at": now, "note": ""}
    made: int | None = db.session.execute(insert_unless_there(Task).values(values).returning(Task.id)).scalar()
    if made is None:
        return 0
    journal.record("machine.upkeep_due", made, place_id=place_id, at=now, resource_id=counter.resource_id)
    return 1


def _warn_who_has_it(thing: Thing, report: Report, *, actor_id: int | None, now: datetime) -> Blocked:
    """The state stops it for good; an outage gives back what is booked within a day, with what else there is. One, that grows."""
    until = now + AT_RISK
    with transaction():
        booking.take_turn(thing.place_id)
        known = booking_queries.outage_since(thing.id, report.created_at, now=now)
        if known is not None:
            return booking.prolong_outage(outage_id=known.id, thing=thing, ends_at=until, actor_id=actor_id, now=now)
        period, reason = Period(now, until), report.text[:500]
        return booking.declare_outage(thing=thing, period=period, starts_at=now, reason=reason, actor_id=actor_id, now=now)


def _close_reports(resource_id: int, *, answer: str, actor_id: int, now: datetime) -> None:
    for report in db.session.scalars(sa.select(Report).where(Report.resource_id == resource_id, Report.closed_at.is_(None))).all():
        report.closed_at, report.closed_by_id, report.answer = now, actor_id, answer
        journal.record("machine.answered", report.id, place_id=report.place_id, actor_id=actor_id, member_id=report.member_id, at=now)
    db.session.flush()


def _photo(photo: FileStorage | None, *, place_id: int, owner_id: int, now: datetime) -> Upload | None:
    if photo is None or not photo.filename:
        return None
    return uploads.keep_photo(photo.stream, place_id=place_id, owner_id=owner_id, now=now)  # type: ignore[arg-type]
