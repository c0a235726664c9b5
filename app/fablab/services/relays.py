"""Badge readers: their keys, the badges, and what is answered to each request."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from app.booking import queries as booking
from app.booking.rules import Thing
from app.core import journal
from app.core.db import db, insert_unless_there, transaction
from app.core.period import Period
from app.core.refusals import Refused
from app.core.sealing import seal, unseal
from app.fablab import queries
from app.fablab.models import Badge, Relay, RelayNonce, Use
from app.fablab.rules import (
    WINDOW,
    BadgeTaken,
    NotABadge,
    NothingRunning,
    NotYours,
    OtherBadgeShown,
    OutOfServiceNow,
    RelayWish,
    UnknownBadge,
    badge_mark,
    badge_number,
)
from app.fablab.services.uses import begin_use, end_use
from app.members.models import Member
from app.members.rules import reasons_member
from app.place.models import Place

SEALED_FOR = "relay"
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes: until when. What a machine is is answered so, too."""

    code: str  # allowed, running, stopped, free, busy
    until: datetime | None = None
    member: Member | None = None


def make_relay(*, thing: Thing, name: str, actor_id: int, now: datetime) -> tuple[Relay, str]:
    """A key for a reader, and its secret, which is shown this once."""
    key, secret = f"lec_{secrets.token_hex(8)}", secrets.token_hex(32)
    with transaction():
        row = Relay(
            place_id=thing.place_id,
            resource_id=thing.id,
            name=name,
            key=key,
            sealed_secret=seal(secret, use=SEALED_FOR, where=key),
            created_at=now,
            created_by_id=actor_id,
        )
        db.session.add(row)
        db.session.flush()
        journal.record("relay.added", row.id, place_id=row.place_id, actor_id=actor_id, at=now, resource_id=thing.id)
        return row, secret


def secret_of(relay: Relay) -> str:
    return unseal(relay.sealed_secret, use=SEALED_FOR, where=relay.key)


def revoke_relay(relay: Relay, *, actor_id: int, now: datetime) -> None:
    """It is answered nothing any more; said twice, once counts."""
    if relay.revoked_at is not None:
        return
    with transaction():
        relay.revoked_at = now
        db.session.flush()
        journal.record("relay.revoked", relay.id, place_id=relay.place_id, actor_id=actor_id, at=now, resource_id=relay.resource_id)


def hear_relay(relay: Relay, nonce: str, *, now: datetime) -> bool:
    """Note that it spoke; whether it says this for the first time."""
    with transaction():
        values = {"relay_id": relay.id, "nonce": nonce, "at": now}
        is_new = db.session.execute(insert_unless_there(RelayNonce).values(values).returning(RelayNonce.id)).scalar() is not None
        if is_new:
            relay.seen_at = now
            db.session.flush()
        return is_new


def forget_nonces(*, now: datetime) -> int:
    """What is too old to be repeated anyway."""
    old = sa.select(RelayNonce.id).where(RelayNonce.at < now - 2 * WINDOW).limit(AT_ONCE)
    if not (ids := db.session.scalars(old).all()):
        return 0
    with transaction():
        db.session.execute(sa.delete(RelayNonce).where(RelayNonce.id.in_(ids)))
    return len(ids)


def give_badge(*, place_id: int, number: str, member_id: int, actor_id: int, now: datetime) -> Badge:
    """By its number, as it is written on it or as a reader says it."""
    known = badge_number(number)
    if not known:
        raise Refused(NotABadge())
    return _give(place_id, badge_mark(current_app.config["SECRET_KEY"], place_id, known), member_id, actor_id, now)


def give_shown_badge(relay: Relay, *, mark: str, member_id: int, actor_id: int, now: datetime) -> Badge:
    """The one that was just shown to a reader, and that nobody had; `mark`: which one the page spoke of."""
    with transaction():
        db.session.refresh(relay, with_for_update=True)
        if not relay.unknown_mark:
            raise Refused(NotABadge())
        if relay.unknown_mark != mark:
            raise Refused(OtherBadgeShown())
        badge = _give(relay.place_id, relay.unknown_mark, member_id, actor_id, now)
        relay.unknown_mark, relay.unknown_at = "", None
        db.session.flush()
        return badge


def take_badge(badge: Badge, *, actor_id: int, now: datetime) -> None:
    """It opens nothing any more."""
    if badge.revoked_at is not None:
        return
    with transaction():
        badge.revoked_at = now
        db.session.flush()
        journal.record("relay.badge_taken", badge.id, place_id=badge.place_id, actor_id=actor_id, member_id=badge.member_id, at=now)


def forget_badges(member_id: int) -> None:
    """A person is erased: no badge says who they were."""
    db.session.execute(sa.delete(Badge).where(Badge.member_id == member_id))


def answer_relay(relay: Relay, wish: RelayWish, *, now: datetime) -> Answer:
    """What the reader may do, or every reason why not."""
    thing = booking.directory(db.session.get_one(Place, relay.place_id)).any(relay.resource_id)
    if wish.action == "state":
        return _state(thing, now)
    member = _whose(relay, wish.badge, now) if wish.badge else None
    if wish.action == "stop":
        return _stop(thing, member, now)
    assert member is not None
    if wish.action == "check":
        return _check(thing, member, wish.minutes, now)
    use = begin_use(thing=thing, member_id=member.id, actor_id=member.id, minutes=max(wish.minutes, thing.rules.min_minutes), now=now)
    return Answer("allowed", use.booking.ends_at, member)


# ---------------------------------------------------------------- small things


class _Undo(Exception):
    """What was tried is not kept."""


def _check(thing: Thing, member: Member, minutes: int, now: datetime) -> Answer:
    """The same gesture as beginning, tried and undone: it can never say otherwise."""
    until = None
    try:
        with transaction():
            until = begin_use(
                thing=thing, member_id=member.id, actor_id=member.id, minutes=max(minutes, thing.rules.min_minutes), now=now
            ).booking.ends_at
            raise _Undo
    except _Undo:
        return Answer("allowed", until, member)


def _stop(thing: Thing, member: Member | None, now: datetime) -> Answer:
    """By who has it on, by who looks after it, or by the machine itself when it was switched off."""
    running = queries.running_use(thing.id)
    if running is None:
        raise Refused(NothingRunning())
    if member is not None and not _may_stop(running, member):
        raise Refused(NotYours())
    use = end_use(use_id=running.id, actor_id=member.id if member is not None else None, now=now)
    return Answer("stopped", use.ended_at, member)


def _may_stop(running: Use, member: Member) -> bool:
    return running.member_id == member.id or member.may("manage_machines") or queries.leads_machine(member.id, running.resource_id)


def _state(thing: Thing, now: datetime) -> Answer:
    if thing.state == "out_of_service":
        raise Refused(OutOfServiceNow(name=thing.name))
    running = queries.running_use(thing.id)
    if running is not None:
        return Answer("running", running.booking.ends_at, running.member)
    taken = booking.taken([thing.id], Period(now, now + timedelta(minutes=1)))[thing.id]
    if taken:
        return Answer("busy", max(one.whole.ends_at for one in taken))
    return Answer("free", queries.free_until(thing, now=now))


def _whose(relay: Relay, number: str, now: datetime) -> Member:
    mark = badge_mark(current_app.config["SECRET_KEY"], relay.place_id, number)
    badge = queries.badge_marked(mark, place_id=relay.place_id)
    if badge is None:
        with transaction():
            relay.unknown_mark, relay.unknown_at = mark, now
            db.session.flush()
        raise Refused(UnknownBadge())
    if refused := list(reasons_member(badge.member.status)):
        raise Refused(*refused)
    return badge.member


def _give(place_id: int, mark: str, member_id: int, actor_id: int, now: datetime) -> Badge:
    with transaction():
        values = {"place_id": place_id, "mark": mark, "member_id": member_id, "created_at": now, "created_by_id": actor_id}
        made = db.session.execute(insert_unless_there(Badge).values(values).returning(Badge.id)).scalar()
        if made is None:
            raise Refused(BadgeTaken())
        journal.record("relay.badge_given", made, place_id=place_id, actor_id=actor_id, member_id=member_id, at=now)
        return db.session.get_one(Badge, made)
