"""Organisations that pay for people, and groups that people belong to for a while."""

import re
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.core.text import searchable
from app.members import rules
from app.members.models import Group, GroupMember, Organisation
from app.members.services.account import change_fields

TURNS = 7212  # whose turn it is to name a group or an organisation, or to put somebody in a group


def add_organisation(*, name: str, actor_id: int, now: datetime, **fields: Any) -> Organisation:
    with transaction():
        _refuse_taken(Organisation, name, but=None)
        organisation = Organisation(name=name, created_at=now, **fields)
        db.session.add(organisation)
        db.session.flush()
        journal.record("organisation.added", organisation.id, actor_id=actor_id, at=now)
        return organisation


def change_organisation(*, organisation_id: int, name: str, actor_id: int, now: datetime, **fields: Any) -> Organisation:
    with transaction():
        organisation = db.session.get_one(Organisation, organisation_id)
        _refuse_taken(Organisation, name, but=organisation_id)
        if changed := change_fields(organisation, {"name": name, **fields}):
            journal.record("organisation.changed", organisation_id, actor_id=actor_id, at=now, fields=changed)
        return organisation


def add_group(*, name: str, tariff_group: str | None, actor_id: int, now: datetime) -> Group:
    with transaction():
        _refuse_taken(Group, name, but=None)
        group = Group(code=_free_code(name), name=name, tariff_group=tariff_group, created_at=now)
        db.session.add(group)
        db.session.flush()
        journal.record("group.added", group.id, actor_id=actor_id, at=now)
        return group


def change_group(*, group_id: int, name: str, tariff_group: str | None, actor_id: int, now: datetime) -> Group:
    with transaction():
        group = db.session.get_one(Group, group_id)
        _refuse_taken(Group, name, but=group_id)
        if changed := change_fields(group, {"name": name, "tariff_group": tariff_group}):
            journal.record("group.changed", group_id, actor_id=actor_id, at=now, fields=changed)
        return group


def join_group(*, group_id: int, member_id: int, since: date, until: date | None, actor_id: int | None, now: datetime) -> GroupMember:
    """Put somebody in a group, from a day to a day; twice at once is refused."""
    with transaction():
        lock(TURNS, group_id)
        already = sa.select(sa.exists().where(
            GroupMember.group_id == group_id,
            GroupMember.member_id == member_id,
            sa.or_(GroupMember.until.is_(None), GroupMember.until >= since),
            GroupMember.since <= until if until else sa.true(),
        ))  # fmt: skip
        if db.session.scalar(already):
            raise Refused(rules.AlreadyInGroup())
        row = GroupMember(group_id=group_id, member_id=member_id, since=since, until=until)
        db.session.add(row)
        db.session.flush()
        journal.record("group.joined", group_id, actor_id=actor_id, member_id=member_id, at=now)
        return row


def leave_group(*, belonging_id: int, last_day: date, actor_id: int, now: datetime) -> None:
    """Somebody is no longer in a group after this day; who had not begun never was."""
    with transaction():
        row = db.session.get_one(GroupMember, belonging_id)
        if row.since > last_day:
            db.session.delete(row)
        else:
            row.until = last_day
        db.session.flush()
        journal.record("group.left", row.group_id, actor_id=actor_id, member_id=row.member_id, at=now)


def prolong_group(*, group_id: int, before: date, until: date, actor_id: int, now: datetime) -> None:
    """Whoever was to stay to the end of a group stays to its new one; nobody stays longer than it lasts."""
    with transaction():
        lock(TURNS, group_id)
        stays = GroupMember.until == before if until > before else GroupMember.until > until
        for row in db.session.scalars(sa.select(GroupMember).where(GroupMember.group_id == group_id, stays)).all():
            row.until = max(until, row.since)
            if until < before:
                journal.record("group.ends_sooner", group_id, actor_id=actor_id, member_id=row.member_id, at=now)
        db.session.flush()


def _refuse_taken(kind: type[Organisation] | type[Group], name: str, *, but: int | None) -> None:
    lock(TURNS, 0)
    if db.session.scalar(sa.select(sa.exists().where(kind.name == name, kind.id != (but or 0)))):
        raise Refused(rules.NameTaken())


def _free_code(name: str) -> str:
    """« Promotion 2027 » is `promotion-2027`, or `promotion-2027-2` when there is one."""
    base = re.sub(r"[^a-z0-9]+", "-", searchable(name)).strip("-")[:34] or "groupe"
    taken = set(db.session.scalars(sa.select(Group.code).where(Group.code.startswith(base, autoescape=True))))
    return next(code for number in range(1, len(taken) + 2) if (code := base if number == 1 else f"{base}-{number}") not in taken)
