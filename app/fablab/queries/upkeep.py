"""Reads of upkeep: what is reported, what is to be done, the log of a machine."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.fablab.models import Counter, LogEntry, Machine, MachineLead, Report, Task, Use
from app.fablab.rules import is_due
from app.members import queries as members
from app.members.models import Member


def reports(place_id: int, *, resource_id: int | None = None) -> list[Report]:
    """What was reported and waits for somebody, the dangerous first."""
    query = sa.select(Report).where(Report.place_id == place_id, Report.closed_at.is_(None))
    if resource_id is not None:
        query = query.where(Report.resource_id == resource_id)
    query = query.options(joinedload(Report.resource), joinedload(Report.member), joinedload(Report.photo))
    return list(db.session.scalars(query.order_by(Report.dangerous.desc(), Report.created_at)))


def log(resource_id: int, *, most: int = 100) -> list[LogEntry]:
    """What happened to a machine, the newest first."""
    query = sa.select(LogEntry).where(LogEntry.resource_id == resource_id)
    query = query.options(joinedload(LogEntry.member), joinedload(LogEntry.photo))
    return list(db.session.scalars(query.order_by(LogEntry.id.desc()).limit(most)))


def tasks(place_id: int, *, resource_id: int | None = None) -> list[Task]:
    """What is to be looked after, the oldest first."""
    query = sa.select(Task).where(Task.place_id == place_id, Task.done_at.is_(None))
    if resource_id is not None:
        query = query.where(Task.resource_id == resource_id)
    return list(db.session.scalars(query.options(joinedload(Task.resource), joinedload(Task.counter)).order_by(Task.opened_at)))


def task(task_id: int, *, place_id: int) -> Task | None:
    return db.session.scalar(sa.select(Task).where(Task.id == task_id, Task.place_id == place_id))


@dataclass(frozen=True, slots=True)
class CounterShown:
    """A counter as its page says it."""

    name: str
    minutes: int
    every_hours: int | None
    every_months: int | None
    left_minutes: int | None


def counters(machine: Machine) -> list[CounterShown]:
    known = {row.name: row for row in db.session.scalars(sa.select(Counter).where(Counter.resource_id == machine.resource_id))}
    shown = []
    for rule in machine.counters:
        row, hours = known.get(rule["nom"]), rule.get("entretien_toutes_les_h")
        minutes = row.minutes if row is not None else int(rule.get("valeur_min") or 0)
        done = row.done_minutes if row is not None else 0
        left = max(60 * hours - (minutes - done), 0) if hours else None
        shown.append(CounterShown(rule["nom"], minutes, hours, rule.get("entretien_tous_les_mois"), left))
    return shown


def has_due_counter(machine: Machine, today: date) -> bool:
    """Whether a counter of it is due, or was never looked at."""
    known = {row.name: row for row in db.session.scalars(sa.select(Counter).where(Counter.resource_id == machine.resource_id))}
    open_ids = set(db.session.scalars(sa.select(Task.counter_id).where(Task.resource_id == machine.resource_id, Task.done_at.is_(None))))
    for rule in machine.counters:
        row = known.get(rule["nom"])
        if row is None:
            return True
        if row.id not in open_ids and is_due(rule, minutes=row.minutes, done_minutes=row.done_minutes, done_on=row.done_on, today=today):
            return True
    return False


def minutes_run(resource_id: int) -> int:
    """All the minutes that a machine was used."""
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(Use.minutes), 0)).where(Use.resource_id == resource_id)) or 0)


def who_looks_after(resource_id: int) -> list[int]:
    """Its leads; without one, who runs the lieu."""
    leads = list(
        db.session.scalars(
            sa.select(MachineLead.member_id)
            .join(Member, Member.id == MachineLead.member_id)
            .where(MachineLead.resource_id == resource_id, Member.status == "active")
            .order_by(MachineLead.member_id)
        )
    )
    return leads or members.managers()


def leads_machine(member_id: int, resource_id: int) -> bool:
    """Whether this person is a lead of this machine."""
    found = sa.select(MachineLead.id).where(MachineLead.member_id == member_id, MachineLead.resource_id == resource_id)
    return db.session.scalar(found.limit(1)) is not None
