"""Give a clearance, take it back, say when it ends."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.booking import services as booking
from app.booking.models import OCCUPYING, Booking
from app.core import journal
from app.core.db import db, take_turn_to_name, transaction
from app.core.refusals import Refused
from app.fablab import queries
from app.fablab.models import Clearance, ClearanceType, GroupClearance, Machine
from app.fablab.rules import (
    WARNINGS,
    AlreadyCleared,
    AlreadyRevoked,
    TypeNameTaken,
    expiry,
    reasons_giving,
    standing,
    warning_due,
    was_warned,
)
from app.members.models import GroupMember, Member
from app.place.models import Place
from app.place.services import touch_settings


def give_clearance(*, member_id: int, clearance_type_id: int, day: date, actor: Member, now: datetime, evidence: str = "") -> Clearance:
    """This person was shown how to use these machines safely, that day. A right that still counts is renewed from that day.

    Refused when nobody lets `actor` give it, or when the right that stands ends no sooner than the new one would.
    """
    kind = db.session.get_one(ClearanceType, clearance_type_id)
    place = db.session.get_one(Place, kind.place_id)
    needed = queries.Needed(kind.id, kind.name, kind.policy, kind.months)
    giver_rights = queries.rights(actor.id, needed, zone=place.tz)
    refused = list(
        reasons_giving(
            is_staff=actor.may("manage_members"),
            is_lead=queries.is_lead(actor.id, kind.id),
            peers_may=kind.peers,
            is_cleared=bool(standing(giver_rights, now.astimezone(place.tz).date())),
            is_self=actor.id == member_id,
            clearance=kind.name,
        )
    )
    if queries.has_as_good(member_id, kind, day=day, zone=place.tz):
        refused.append(AlreadyCleared(clearance=kind.name))
    if refused:
        raise Refused(*refused)
    return write_clearance(kind, member_id=member_id, day=day, actor_id=actor.id, now=now, evidence=evidence)


def write_clearance(
    kind: ClearanceType, *, member_id: int, day: date, actor_id: int | None, now: datetime, evidence: str = ""
) -> Clearance:
    """The row itself, once it was decided that this person may have it."""
    ends = expiry(kind.policy, given_on=day, months=kind.months, until=kind.until)
    with transaction():
        clearance = Clearance(
            member_id=member_id,
            clearance_type_id=kind.id,
            given_by_id=actor_id,
            given_on=day,
            expires_on=ends if kind.policy != "unused" else None,
            evidence=evidence,
            created_at=now,
        )
        db.session.add(clearance)
        db.session.flush()
        journal.record("clearance.given", clearance.id, place_id=kind.place_id, actor_id=actor_id, member_id=member_id, at=now)
        return clearance


def revoke_clearance(*, clearance_id: int, reason: str, actor_id: int, now: datetime) -> list[Booking]:
    """Take a right back: it stays in the history, and the bookings to come that needed it are cancelled and given back.

    Only when no other right of the person stands for these machines. One mail tells all of them.
    """
    with transaction():
        clearance = db.session.get_one(Clearance, clearance_id)
        if clearance.revoked_on is not None:
            raise Refused(AlreadyRevoked())
        kind = db.session.get_one(ClearanceType, clearance.clearance_type_id)
        place = db.session.get_one(Place, kind.place_id)
        today = now.astimezone(place.tz).date()
        clearance.revoked_on, clearance.revoked_reason = today, reason
        db.session.flush()
        entry = journal.record(
            "clearance.revoked", clearance.id, place_id=place.id, actor_id=actor_id, member_id=clearance.member_id, at=now
        )
        return _cancel_without_right(clearance.member_id, kind, place, reason=reason, actor_id=actor_id, cause_id=entry.id, now=now)


def warn_of_expiry(*, now: datetime) -> int:
    """Thirty days and seven days before a right ends, and when it has: one line in the journal each, once; a mail follows."""
    told = 0
    with transaction():
        rows = db.session.execute(
            sa.select(Clearance, ClearanceType, Place)
            .join(ClearanceType, ClearanceType.id == Clearance.clearance_type_id)
            .join(Place, Place.id == ClearanceType.place_id)
            .where(
                Clearance.revoked_on.is_(None),
                Clearance.lapse_told_at.is_(None),
                sa.or_(ClearanceType.policy == "unused", Clearance.expires_on <= now.date() + timedelta(days=WARNINGS[0] + 1)),
            )
            .order_by(Clearance.id)
        ).all()
        for clearance, kind, place in rows:
            today = now.astimezone(place.tz).date()
            needed = queries.Needed(kind.id, kind.name, kind.policy, kind.months)
            ends = clearance.expires_on
            if kind.policy == "unused":
                used = queries.last_use(clearance.member_id, kind.id, zone=place.tz)
                ends = expiry("unused", given_on=clearance.given_on, months=kind.months, until=None, last_used_on=used)
            if ends is None or _is_renewed(clearance.member_id, needed, ends, place):
                continue
            due = warning_due(
                ends,
                today,
                told_30=was_warned(clearance.warned_at_30, ends),
                told_7=was_warned(clearance.warned_at_7, ends),
                told_lapse=clearance.lapse_told_at is not None,
            )
            if due is None:
                continue
            _note(clearance, due, now)
            event = "clearance.lapsed" if due == "lapsed" else "clearance.expires_soon"
            journal.record(
                event, clearance.id, place_id=place.id, member_id=clearance.member_id, at=now, expires_on=ends.isoformat(), days=due
            )
            told += 1
        db.session.flush()
    return told


def _note(clearance: Clearance, due: str, now: datetime) -> None:
    if due == "lapsed":
        clearance.lapse_told_at = now
    elif due == "7":
        clearance.warned_at_7 = now
    else:
        clearance.warned_at_30 = now


def _is_renewed(member_id: int, needed: queries.Needed, ends: date, place: Place) -> bool:
    """Whether another right of the person already goes further: then there is nothing to warn of."""
    others = queries.rights(member_id, needed, zone=place.tz)
    return any(right.revoked_on is None and (right.expires_on is None or right.expires_on > ends) for right in others)


def _bookings_to_come(member_id: int, clearance_type_id: int, *, now: datetime) -> list[Booking]:
    return list(
        db.session.scalars(
            sa.select(Booking)
            .join(Machine, Machine.resource_id == Booking.resource_id)
            .where(
                Booking.member_id == member_id,
                Booking.status.in_(OCCUPYING),
                Booking.starts_at > now,
                Machine.clearance_type_id == clearance_type_id,
            )
            .order_by(Booking.starts_at, Booking.id)
        )
    )


def save_clearance_type(
    *,
    place_id: int,
    type_id: int | None,
    name: str,
    policy: str,
    months: int | None,
    until: date | None,
    peers: bool,
    actor_id: int,
    now: datetime,
) -> ClearanceType:
    """Add a type of clearance, or change one. Rights already given keep the last day that they were given."""
    with transaction():
        take_turn_to_name(place_id)
        same = sa.select(ClearanceType.id).where(ClearanceType.place_id == place_id, ClearanceType.name == name)
        if (known := db.session.scalar(same)) is not None and known != type_id:
            raise Refused(TypeNameTaken(name=name))
        row = db.session.get_one(ClearanceType, type_id) if type_id is not None else ClearanceType(place_id=place_id)
        row.name, row.policy, row.peers = name, policy, peers
        row.months = months if policy in ("duration", "unused") else None
        row.until = until if policy == "fixed_date" else None
        db.session.add(row)
        db.session.flush()
        touch_settings(place_id)
        event = "clearance.type_added" if type_id is None else "clearance.type_changed"
        journal.record(event, row.id, place_id=place_id, actor_id=actor_id, at=now)
        return row


def clear_group(*, group_id: int, clearance_type_id: int, expires_on: date | None, actor_id: int, now: datetime) -> GroupClearance:
    """A cohort may use these machines: each of its people, for as long as they belong to it."""
    with transaction():
        kind = db.session.get_one(ClearanceType, clearance_type_id)
        today = now.astimezone(db.session.get_one(Place, kind.place_id).tz).date()
        standing_one = sa.select(GroupClearance).where(
            GroupClearance.group_id == group_id,
            GroupClearance.clearance_type_id == clearance_type_id,
            GroupClearance.revoked_on.is_(None),
            sa.or_(GroupClearance.expires_on.is_(None), GroupClearance.expires_on >= today),
        )
        if db.session.scalar(standing_one) is not None:
            raise Refused(AlreadyCleared(clearance=kind.name))
        row = GroupClearance(
            group_id=group_id,
            clearance_type_id=clearance_type_id,
            given_by_id=actor_id,
            given_on=today,
            expires_on=expires_on,
            created_at=now,
        )
        db.session.add(row)
        db.session.flush()
        journal.record("clearance.group_given", row.id, place_id=kind.place_id, actor_id=actor_id, at=now, group_id=group_id)
        return row


def revoke_group(*, group_clearance_id: int, actor_id: int, now: datetime) -> list[Booking]:
    """Take a group's right back: bookings to come that nothing else allows are cancelled and given back."""
    with transaction():
        row = db.session.get_one(GroupClearance, group_clearance_id)
        if row.revoked_on is not None:
            raise Refused(AlreadyRevoked())
        kind = db.session.get_one(ClearanceType, row.clearance_type_id)
        place = db.session.get_one(Place, kind.place_id)
        row.revoked_on = now.astimezone(place.tz).date()
        db.session.flush()
        journal.record("clearance.group_revoked", row.id, place_id=place.id, actor_id=actor_id, at=now, group_id=row.group_id)
        gone = []
        belongs = sa.select(GroupMember.member_id).where(GroupMember.group_id == row.group_id).distinct()
        for member_id in db.session.scalars(belongs).all():
            gone += _cancel_without_right(member_id, kind, place, reason=kind.name, actor_id=actor_id, cause_id=None, now=now)
        return gone


def lose_with_group(*, member_id: int, actor_id: int | None, now: datetime) -> list[Booking]:
    """Somebody left a group: what they booked on machines that no right of theirs allows on that day is cancelled and given back."""
    with transaction():
        gone = []
        held = sa.select(Machine.clearance_type_id).join(Booking, Booking.resource_id == Machine.resource_id)
        held = held.where(Booking.member_id == member_id, Booking.status.in_(OCCUPYING), Booking.starts_at > now)
        for kind in db.session.scalars(sa.select(ClearanceType).where(ClearanceType.id.in_(held)).order_by(ClearanceType.id)).all():
            place = db.session.get_one(Place, kind.place_id)
            gone += _cancel_without_right(member_id, kind, place, reason=kind.name, actor_id=actor_id, cause_id=None, now=now)
        return gone


def _cancel_without_right(
    member_id: int, kind: ClearanceType, place: Place, *, reason: str, actor_id: int | None, cause_id: int | None, now: datetime
) -> list[Booking]:
    """The bookings to come that no right of the person allows any more."""
    needed = queries.Needed(kind.id, kind.name, kind.policy, kind.months)
    gone = []
    for row in _bookings_to_come(member_id, kind.id, now=now):
        day = row.starts_at.astimezone(place.tz).date()
        if not standing(queries.rights(member_id, needed, zone=place.tz), day):
            done = booking.cancel(booking_id=row.id, actor_id=actor_id, by_lieu=True, now=now, reason=reason, cause_id=cause_id)
            gone.append(done.booking)
    return gone
