"""Reads of clearances: what a machine asks for, who has it, until when."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.booking.models import Booking, Status
from app.booking.rules import Thing
from app.core.cache import asked_once
from app.core.db import db, table
from app.fablab.models import Clearance, ClearanceType, GroupClearance, Machine, MachineLead
from app.fablab.rules import Right, expiry, standing
from app.members.models import Group, GroupMember, Member
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class Needed:
    """The clearance that a machine asks for."""

    type_id: int
    name: str
    policy: str
    months: int | None


_MACHINE, _TYPE, _CLEARANCE = table(Machine), table(ClearanceType), table(Clearance)
_NEEDS = (
    sa.select(_MACHINE.c.resource_id, _TYPE.c.id, _TYPE.c.name, _TYPE.c.policy, _TYPE.c.months)
    .join(_MACHINE, _MACHINE.c.clearance_type_id == _TYPE.c.id)
    .where(_TYPE.c.place_id == sa.bindparam("place"))
)
_GROUP, _BELONGS = table(GroupClearance), table(GroupMember)
_RIGHTS = (
    sa.select(_CLEARANCE.c.given_on, _CLEARANCE.c.expires_on, _CLEARANCE.c.revoked_on)
    .where(_CLEARANCE.c.member_id == sa.bindparam("member"), _CLEARANCE.c.clearance_type_id == sa.bindparam("type"))
    .order_by(_CLEARANCE.c.given_on)
)
# What comes with a group: from the later of the two beginnings to the sooner of the two ends.
_GROUP_RIGHTS = (
    sa.select(_GROUP.c.given_on, _GROUP.c.expires_on, _GROUP.c.revoked_on, _BELONGS.c.since, _BELONGS.c.until)
    .join(_BELONGS, _BELONGS.c.group_id == _GROUP.c.group_id)
    .where(_BELONGS.c.member_id == sa.bindparam("member"), _GROUP.c.clearance_type_id == sa.bindparam("type"))
    .order_by(_GROUP.c.given_on)
)


def clearance_needed(thing: Thing) -> Needed | None:
    return _needs(thing.place_id).get(thing.id)


@asked_once
def _needs(place_id: int) -> dict[int, Needed]:
    return {resource_id: Needed(*needed) for resource_id, *needed in db.session.execute(_NEEDS, {"place": place_id})}


@asked_once
def rights(member_id: int, needed: Needed, *, zone: ZoneInfo) -> list[Right]:
    """The clearances of a person for a type; one that lapses when unused is counted from the last use."""
    asked = {"member": member_id, "type": needed.type_id}
    rows = db.session.execute(_RIGHTS, asked).all()
    with_groups = [
        Right(max(given, since), min((day for day in (expires, until) if day is not None), default=None), revoked)
        for given, expires, revoked, since, until in db.session.execute(_GROUP_RIGHTS, asked)
    ]
    if needed.policy != "unused" or not rows:
        return [*(Right(*row) for row in rows), *with_groups]
    used = last_use(member_id, needed.type_id, zone=zone)
    own = [
        Right(given, expiry("unused", given_on=given, months=needed.months, until=None, last_used_on=used), revoked)
        for given, _, revoked in rows
    ]
    return own + with_groups


def last_use(member_id: int, clearance_type_id: int, *, zone: ZoneInfo) -> date | None:
    """The day of the last use of a machine of that clearance."""
    last = db.session.scalar(
        sa.select(sa.func.max(Booking.starts_at))
        .join(Machine, Machine.resource_id == Booking.resource_id)
        .where(
            Booking.member_id == member_id,
            Machine.clearance_type_id == clearance_type_id,
            Booking.status.in_((Status.DONE, Status.CHECKED_IN)),
        )
    )
    return last.astimezone(zone).date() if last is not None else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands with one type of clearance today."""

    type_id: int
    name: str
    clearance_id: int | None
    given_on: date | None
    given_by: str | None
    expires_on: date | None
    is_good: bool


def standings(member_id: int, place_id: int, *, day: date, zone: ZoneInfo) -> list[Standing]:
    """Each type of clearance of the lieu, and what this person holds of it: their latest right that still counts, if any."""
    kinds = db.session.scalars(sa.select(ClearanceType).where(ClearanceType.place_id == place_id).order_by(ClearanceType.name)).all()
    given = db.session.execute(
        sa.select(Clearance, Member.name)
        .outerjoin(Member, Member.id == Clearance.given_by_id)
        .where(Clearance.member_id == member_id, Clearance.revoked_on.is_(None))
        .order_by(Clearance.given_on.desc(), Clearance.id.desc())
    ).all()
    found = []
    for kind in kinds:
        mine = next(((row, giver) for row, giver in given if row.clearance_type_id == kind.id), None)
        if mine is None:
            found.append(Standing(kind.id, kind.name, None, None, None, None, False))
            continue
        row, giver = mine
        last = last_day(row, kind, zone)
        found.append(Standing(kind.id, kind.name, row.id, row.given_on, giver, last, last is None or day <= last))
    return found


def holders(clearance_type_id: int, *, day: date, zone: ZoneInfo) -> list[tuple[Member, date | None]]:
    """Who may use the machines of this type today, with the last day of their right."""
    kind = db.session.get_one(ClearanceType, clearance_type_id)
    rows = db.session.execute(
        sa.select(Clearance, Member)
        .join(Member, Member.id == Clearance.member_id)
        .where(Clearance.clearance_type_id == clearance_type_id, Clearance.revoked_on.is_(None), Member.status == "active")
        .order_by(Member.name, Clearance.given_on.desc())
    ).all()
    found: dict[int, tuple[Member, date | None]] = {}
    for row, member in rows:
        last = last_day(row, kind, zone)
        if member.id not in found and (last is None or day <= last):
            found[member.id] = (member, last)
    return list(found.values())


def is_lead(member_id: int, clearance_type_id: int) -> bool:
    """Whether this person is a lead of one of the machines that ask for this clearance."""
    return (
        db.session.scalar(
            sa.select(MachineLead.id)
            .join(Machine, Machine.resource_id == MachineLead.resource_id)
            .where(MachineLead.member_id == member_id, Machine.clearance_type_id == clearance_type_id)
            .limit(1)
        )
        is not None
    )


def history(member_id: int) -> list[Clearance]:
    """Every clearance a person ever had: nothing of it is deleted."""
    return list(
        db.session.scalars(
            sa.select(Clearance).where(Clearance.member_id == member_id).order_by(Clearance.given_on.desc(), Clearance.id.desc())
        )
    )


def last_day(row: Clearance, kind: ClearanceType, zone: ZoneInfo) -> date | None:
    """The last day of a clearance, included; one that lapses when unused is counted from the last use."""
    if kind.policy != "unused":
        return row.expires_on
    used = last_use(row.member_id, kind.id, zone=zone)
    return expiry("unused", given_on=row.given_on, months=kind.months, until=None, last_used_on=used)


def clearance_types(place_id: int) -> list[ClearanceType]:
    return list(db.session.scalars(sa.select(ClearanceType).where(ClearanceType.place_id == place_id).order_by(ClearanceType.name)))


def has_as_good(member_id: int, kind: ClearanceType, *, day: date, zone: ZoneInfo) -> bool:
    """Whether a right that stands that day already goes as far as one given that day would."""
    ends = expiry(kind.policy, given_on=day, months=kind.months, until=kind.until)
    mine = standing(rights(member_id, Needed(kind.id, kind.name, kind.policy, kind.months), zone=zone), day)
    return any(right.expires_on is None or (ends is not None and right.expires_on >= ends) for right in mine)


def clearance_type(type_id: int, *, place_id: int) -> ClearanceType | None:
    return db.session.scalar(sa.select(ClearanceType).where(ClearanceType.id == type_id, ClearanceType.place_id == place_id))


def clearance(clearance_id: int, *, place_id: int) -> Clearance | None:
    """A clearance given in this lieu."""
    return db.session.scalar(
        sa.select(Clearance).join(ClearanceType).where(Clearance.id == clearance_id, ClearanceType.place_id == place_id)
    )


@dataclass(frozen=True, slots=True)
class Held:
    """One clearance of somebody, as lists show it."""

    clearance: Clearance
    name: str
    member: str
    member_id: int
    giver: str
    last_day: date | None
    is_good: bool


def held_clearances(
    place_id: int, *, day: date, zone: ZoneInfo, member_id: int | None = None, clearance_type_id: int | None = None
) -> list[Held]:
    """Every clearance ever given of one person or of one type, the newest first."""
    giver = aliased(Member)
    query = (
        sa.select(Clearance, ClearanceType, Member, giver.name)
        .join(ClearanceType, ClearanceType.id == Clearance.clearance_type_id)
        .join(Member, Member.id == Clearance.member_id)
        .outerjoin(giver, giver.id == Clearance.given_by_id)
        .where(ClearanceType.place_id == place_id)
    )
    if member_id is not None:
        query = query.where(Clearance.member_id == member_id)
    if clearance_type_id is not None:
        query = query.where(Clearance.clearance_type_id == clearance_type_id)
    found = []
    for row, kind, member, by in db.session.execute(query.order_by(Clearance.given_on.desc(), Clearance.id.desc())):
        last = last_day(row, kind, zone)
        is_good = row.revoked_on is None and row.given_on <= day and (last is None or day <= last)
        found.append(Held(row, kind.name, member.name, member.id, by or "", last, is_good))
    return found


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """One person, and the types that they may use today."""

    member_id: int
    name: str
    types: dict[int, date | None]


def matrix(place_id: int, *, day: date, zone: ZoneInfo, seen_by: int | None) -> list[MatrixLine]:
    """Who may use what. `seen_by`: a member sees themselves and who agreed to be in the directory; none: everybody."""
    lines: dict[int, MatrixLine] = {}
    open_names = set(db.session.scalars(sa.select(Member.id).where(Member.in_directory, Member.status == "active")))
    for kind in db.session.scalars(sa.select(ClearanceType).where(ClearanceType.place_id == place_id)):
        for member, last in holders(kind.id, day=day, zone=zone):
            if seen_by is None or member.id == seen_by or member.id in open_names:
                lines.setdefault(member.id, MatrixLine(member.id, member.name, {})).types[kind.id] = last
    return sorted(lines.values(), key=lambda line: line.name)


def group_clearances(place_id: int) -> list[tuple[GroupClearance, str, str]]:
    """What groups may use: (row, group, clearance)."""
    rows = db.session.execute(
        sa.select(GroupClearance, Group.name, ClearanceType.name)
        .join(Group, Group.id == GroupClearance.group_id)
        .join(ClearanceType, ClearanceType.id == GroupClearance.clearance_type_id)
        .where(ClearanceType.place_id == place_id, GroupClearance.revoked_on.is_(None))
        .order_by(Group.name, ClearanceType.name)
    )
    return [(row, group, kind) for row, group, kind in rows]


def machines_of(clearance_type_id: int) -> list[int]:
    """The machines that ask for this clearance."""
    return list(db.session.scalars(sa.select(Machine.resource_id).where(Machine.clearance_type_id == clearance_type_id)))


def public_check(clearance_id: int) -> tuple[Clearance, ClearanceType, Place] | None:
    """A clearance with its lieu, for the public check: never whose it is."""
    row = db.session.execute(
        sa.select(Clearance, ClearanceType, Place)
        .join(ClearanceType, ClearanceType.id == Clearance.clearance_type_id)
        .join(Place, Place.id == ClearanceType.place_id)
        .where(Clearance.id == clearance_id)
    ).first()
    return (row[0], row[1], row[2]) if row is not None else None
