"""Organisations and groups."""

from datetime import date

import sqlalchemy as sa

from app.core.db import db
from app.members.models import Group, GroupMember, Member, Organisation
from app.members.queries.people import OPEN


def organisations() -> list[tuple[Organisation, int]]:
    """Each organisation with how many people it pays for."""
    count = sa.func.count(Member.id)
    rows = db.session.execute(
        sa.select(Organisation, count)
        .outerjoin(Member, sa.and_(Member.organisation_id == Organisation.id, Member.status.in_(OPEN)))
        .group_by(Organisation.id)
        .order_by(Organisation.name)
    )
    return [(row[0], row[1]) for row in rows]


def contacts() -> list[tuple[Organisation, Member]]:
    """Each organisation that has a contact here, with the first of them, by name."""
    rows = db.session.execute(
        sa.select(Organisation, Member)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.is_organisation_contact, Member.status == "active")
        .order_by(Organisation.name, Member.id)
    )
    found: dict[int, tuple[Organisation, Member]] = {}
    for organisation, member in rows:
        found.setdefault(organisation.id, (organisation, member))
    return list(found.values())


def organisation(organisation_id: int) -> Organisation | None:
    return db.session.get(Organisation, organisation_id)


def address_of(company: Organisation) -> str:
    """Where one writes to an organisation: its own address, else the one of its first contact here; empty when nobody can be written to."""
    if company.email:
        return company.email
    first = (
        sa.select(Member.email)
        .where(Member.organisation_id == company.id, Member.is_organisation_contact, Member.status == "active")
        .order_by(Member.id)
        .limit(1)
    )
    return db.session.scalar(first) or ""


def groups(*, on: date) -> list[tuple[Group, int]]:
    """Each group with how many people are in it that day."""
    rows = db.session.execute(
        sa.select(Group, sa.func.count(GroupMember.id))
        .outerjoin(GroupMember, sa.and_(GroupMember.group_id == Group.id, *_belongs(on)))
        .group_by(Group.id)
        .order_by(Group.name)
    )
    return [(row[0], row[1]) for row in rows]


def group(group_id: int) -> Group | None:
    return db.session.get(Group, group_id)


def belongings(group_id: int) -> list[tuple[GroupMember, Member]]:
    """Who is, was or will be in a group: those who still are first."""
    rows = db.session.execute(
        sa.select(GroupMember, Member)
        .join(Member, Member.id == GroupMember.member_id)
        .where(GroupMember.group_id == group_id)
        .order_by(GroupMember.until.is_not(None), Member.search_text, GroupMember.since)
    )
    return [(row[0], row[1]) for row in rows]


def belonging(group_id: int, belonging_id: int) -> GroupMember | None:
    return db.session.scalar(sa.select(GroupMember).where(GroupMember.id == belonging_id, GroupMember.group_id == group_id))


def groups_of(member_id: int, *, on: date) -> list[Group]:
    """The groups that somebody is in that day."""
    return list(
        db.session.scalars(
            sa.select(Group)
            .join(GroupMember, GroupMember.group_id == Group.id)
            .where(GroupMember.member_id == member_id, *_belongs(on))
            .order_by(Group.name)
        )
    )


def _belongs(on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return GroupMember.since <= on, sa.or_(GroupMember.until.is_(None), GroupMember.until >= on)
