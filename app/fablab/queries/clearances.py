"""Reads of clearances: what a machine asks for, who has it, until when."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.booking.models import Booking, Status
from app.booking.rules import Thing
from app.core.cache import asked_once
from app.core.db import db, table
from app.fablab.models import Clearance, ClearanceType, Machine, MachineLead
from app.fablab.rules import Right, expiry, standing
from app.members.models import Member


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
_RIGHTS = (
    sa.select(_CLEARANCE.c.given_on, _CLEARANCE.c.expires_on, _CLEARANCE.c.revoked_on)
    .where(_CLEARANCE.c.member_id == sa.bindparam("member"), _CLEARANCE.c.clearance_type_id == sa.bindparam("type"))
    .order_by(_CLEARANCE.c.given_on)
)


def clearance_needed(thing: Thing) -> Needed | None:
    return _needs(thing.place_id).get(thing.id)


@asked_once
def _needs(place_id: int) -> dict[int, Needed]:
    return {resource_id: Needed(*needed) for resource_id, *needed in db.session.execute(_NEEDS, {"place": place_id})}


@asked_once
def rights(member_id: int, needed: Needed, *, zone: ZoneInfo) -> list[Right]:
    """The clearances of a person for a type; one that lapses when unused is counted from the last use."""
    rows = db.session.execute(_RIGHTS, {"member": member_id, "type": needed.type_id}).all()
    if needed.policy != "unused" or not rows:
        return [Right(*row) for row in rows]
    used = last_use(member_id, needed.type_id, zone=zone)
    return [
        Right(given, expiry("unused", given_on=given, months=needed.months, until=None, last_used_on=used), revoked)
        for given, _, revoked in rows
    ]


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
        last = _last_day(row, kind, zone)
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
        last = _last_day(row, kind, zone)
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


def _last_day(row: Clearance, kind: ClearanceType, zone: ZoneInfo) -> date | None:
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
