"""The things of the lieu come, change and go. Nothing is deleted: old bookings still name them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.booking import queries
from app.booking.models import OCCUPYING, Booking, KindRules, Occupancy, Resource, WaitlistEntry
from app.booking.rules import KIND_DEFAULTS, CodeTaken, Rules, SeatsBooked, SpaceNotEmpty, floor_plan, reasons_rules, seat_code
from app.booking.services.blocking import FOREVER, booked_on, occupy_new_thing
from app.booking.services.cancelling import end, everything
from app.booking.services.writing import take_turn
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period, without
from app.core.refusals import Refused
from app.place.services import touch_settings

# What is set in common: a word for each family of things, and its kinds.
RULED_TOGETHER: Mapping[str, Sequence[str]] = {"desk": ("desk", "pool", "office"), "room": ("room", "booth"), "machine": ("machine",)}
SHARED_BY_SEATS = ("space_id", "bookable", "public", "description", "equipment")  # a seat follows its pool


def add_thing(
    *,
    place_id: int,
    kind: str,
    code: str,
    name: str,
    actor_id: int | None,
    now: datetime,
    rules: Mapping[str, Any] | None = None,
    seats: int = 0,
    **facts: Any,
) -> Resource:
    """A new thing, held by the closures already announced and by who has booked the whole space around it."""
    with transaction():
        take_turn(place_id)
        if _is_taken(place_id, kind, code):
            raise Refused(CodeTaken(code=code))
        drawn = _is_drawn_by_us(place_id)
        last = db.session.scalar(sa.select(sa.func.max(Resource.rank)).where(Resource.place_id == place_id))
        row = Resource(place_id=place_id, kind=kind, code=code, name=name, rules=dict(rules or {}), rank=(last or 0) + 1, **facts)
        _check(row)
        db.session.add(row)
        db.session.flush()
        if kind == "pool":
            _seat(row, seats, actor_id=actor_id, now=now)
        _settle(place_id, [row, *_seats(row)], drawn=drawn, now=now)
        journal.record("resource.added", row.id, place_id=place_id, actor_id=actor_id, at=now, kind=kind)
        return row


def change_thing(
    *,
    resource_id: int,
    actor_id: int | None,
    now: datetime,
    rules: Mapping[str, Any] | None = None,
    seats: int | None = None,
    **facts: Any,
) -> Resource:
    """Change what is given, and only that; bookings already made keep their terms.

    In `rules`, None gives a setting back to the kind. The state `retired` retires it; any other brings it back, a pool with its seats.
    """
    with transaction():
        row = db.session.get_one(Resource, resource_id, populate_existing=True)
        take_turn(row.place_id)
        drawn = "plan_box" not in facts and _is_drawn_by_us(row.place_id)
        is_leaving = facts.get("state") == "retired"
        if is_leaving:
            facts.pop("state")
        before = {name: getattr(row, name) for name in (*facts, "rules", "capacity")}
        for name, value in facts.items():
            setattr(row, name, value)
        row.rules = _patched(row.rules, rules or {})
        _check(row)
        if row.kind == "pool" and row.state != "retired":
            _seat(row, row.capacity if seats is None else seats, actor_id=actor_id, now=now)
        db.session.flush()
        if changed := sorted(name for name, value in before.items() if getattr(row, name) != value):
            journal.record("resource.changed", row.id, place_id=row.place_id, actor_id=actor_id, at=now, changed=changed)
        if is_leaving and row.state != "retired":
            _retire(row, reason="", actor_id=actor_id, now=now)
        _settle(row.place_id, [row, *_seats(row)], drawn=drawn, now=now)
        return row


def retire_thing(*, resource_id: int, reason: str, actor_id: int | None, now: datetime) -> list[Booking]:
    """Take a thing away for good: what was booked on it is cancelled and given back. A space leaves once it is empty."""
    with transaction():
        row = db.session.get_one(Resource, resource_id, populate_existing=True)
        take_turn(row.place_id)
        drawn = _is_drawn_by_us(row.place_id)
        gone = _retire(row, reason=reason, actor_id=actor_id, now=now)
        _settle(row.place_id, [], drawn=drawn, now=now)
        return gone


def bookings_on(resource_id: int, *, now: datetime) -> list[Booking]:
    """The bookings to come that retiring a thing would cancel: shown before it is confirmed."""
    row = db.session.get_one(Resource, resource_id)
    return _bookings_of([row, *_seats(row)], now=now)


def set_common_rules(*, place_id: int, of: Mapping[str, Mapping[str, Any]], actor_id: int | None, now: datetime) -> None:
    """What all desks, rooms or machines follow where they say nothing else. `of`: a family of `RULED_TOGETHER`, and its settings.

    A booth is free to cancel at any time: it takes no cancelling rule from the rooms.
    """
    with transaction():
        for family, rules in of.items():
            for kind in RULED_TOGETHER[family]:
                row = db.session.scalar(sa.select(KindRules).where(KindRules.place_id == place_id, KindRules.kind == kind))
                row = row or KindRules(place_id=place_id, kind=kind, rules={})
                own = {key: value for key, value in rules.items() if kind != "booth" or key not in ("free_until", "free_hours")}
                row.rules = _patched(row.rules, own)
                db.session.add(row)
        db.session.flush()
        touch_settings(place_id)
        journal.record("place.rules_changed", place_id, place_id=place_id, actor_id=actor_id, at=now, of=sorted(of))


def draw_plan(place_id: int) -> None:
    """A first floor plan, by our own hand: each space a room, its things in rows."""
    things = _present(place_id)
    boxes = _our_plan(things)
    for row in things:
        row.plan_box = boxes.get(row.id)
    db.session.flush()


# ------------------------------------------------------------------ one thing


def _is_taken(place_id: int, kind: str, code: str) -> bool:
    """A code names one space, and one other thing of whatever kind: prices are found by it."""
    same = Resource.kind == "space" if kind == "space" else Resource.kind != "space"
    return db.session.scalar(sa.select(Resource.id).where(Resource.place_id == place_id, Resource.code == code, same)) is not None


def _check(row: Resource) -> None:
    """Settings that nobody could ever satisfy are refused, seen with those of the kind."""
    common = db.session.scalar(sa.select(KindRules.rules).where(KindRules.place_id == row.place_id, KindRules.kind == row.kind))
    layered = Rules.layered(KIND_DEFAULTS.get(row.kind, {}), common or {}, row.rules)
    if reasons := list(reasons_rules(layered)):
        raise Refused(*reasons)


def _patched(rules: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """One way of cancelling replaces the other; None takes a setting away."""
    patched = {**rules, **changes}
    for one, other in (("free_until", "free_hours"), ("free_hours", "free_until")):
        if changes.get(one) is not None and other not in changes:
            patched.pop(other, None)
    return {key: value for key, value in patched.items() if value is not None}


def _retire(row: Resource, *, reason: str, actor_id: int | None, now: datetime) -> list[Booking]:
    if row.kind == "space" and (inside := _standing_in(row)):
        raise Refused(SpaceNotEmpty(name=row.name, count=len(inside)))
    going = [row, *_seats(row)]
    gone = _bookings_of(going, now=now)
    for thing in going:
        thing.state = "retired"
    for resident in db.session.scalars(sa.select(Resource).where(Resource.pool_id == row.id, Resource.state != "retired")):
        resident.pool_id = None  # a fixed desk whose pool goes stays a fixed desk
    db.session.flush()
    entry = journal.record("resource.retired", row.id, place_id=row.place_id, actor_id=actor_id, at=now, bookings=len(gone))
    _stop_waiting(going)
    for booking in gone:
        end(booking, everything(booking), now=now, actor_id=actor_id, reason=reason, cause_id=entry.id, offers=False)
    return gone


def _bookings_of(things: Iterable[Resource], *, now: datetime) -> list[Booking]:
    """What is booked on them, from now on."""
    return booked_on({thing.id for thing in things}, Period(now, FOREVER))


def _stop_waiting(things: Iterable[Resource]) -> None:
    db.session.execute(
        sa.update(WaitlistEntry)
        .where(WaitlistEntry.resource_id.in_([thing.id for thing in things]), WaitlistEntry.state == "waiting")
        .values(state="left")
    )


def _settle(place_id: int, rows: Iterable[Resource], *, drawn: bool, now: datetime) -> None:
    """What follows from a change: the plan drawn again if it was ours, the stamps, and what already holds the things."""
    if drawn:
        draw_plan(place_id)
    touch_settings(place_id)
    for row in rows:
        if row.state != "retired":
            occupy_new_thing(row, now=now)
            _occupy_with_its_space(row, now=now)


def _occupy_with_its_space(thing: Resource, *, now: datetime) -> None:
    """Who has booked the whole space has this thing too, where nobody else has it."""
    if thing.space_id is None:
        return
    around = db.session.scalars(
        sa.select(Occupancy)
        .join(Booking, Booking.id == Occupancy.booking_id)
        .where(
            Occupancy.resource_id == thing.space_id,
            Occupancy.active,
            Occupancy.ends_at > now,
            Booking.resource_id == thing.space_id,
            Booking.status.in_(OCCUPYING),
        )
    ).all()
    for held in around:
        period = Period(held.starts_at, held.ends_at)
        for free in without(period, [taken.whole for taken in queries.taken([thing.id], period)[thing.id]]):
            db.session.add(
                Occupancy(
                    place_id=thing.place_id,
                    resource_id=thing.id,
                    starts_at=free.starts_at,
                    ends_at=free.ends_at,
                    holder="space",
                    booking_id=held.booking_id,
                    lapses_at=held.lapses_at,
                )
            )
    db.session.flush()


# ------------------------------------------------------------------ the seats of a pool


def _seats(pool: Resource) -> list[Resource]:
    """Its own seats, in order; residents' desks that may join it are not its own."""
    if pool.kind != "pool":
        return []
    rows = db.session.scalars(
        sa.select(Resource).where(Resource.pool_id == pool.id, Resource.state != "retired").order_by(Resource.rank, Resource.id)
    )
    return [row for row in rows if row.rules.get("sold_by") != "resident"]


def _seat(pool: Resource, wanted: int, *, actor_id: int | None, now: datetime) -> None:
    """As many seats as wanted, all alike: A1, A2… are added or brought back; the last ones leave, once nobody has booked them."""
    seats = _seats(pool)
    leaving = seats[wanted:]
    if booked := _bookings_of(leaving, now=now):
        raise Refused(SeatsBooked(count=len(booked), names=", ".join(seat.name for seat in leaving)))
    for seat in leaving:
        _retire(seat, reason="", actor_id=actor_id, now=now)
    retired = sa.select(Resource).where(Resource.pool_id == pool.id, Resource.state == "retired")
    known = {row.code: row for row in db.session.scalars(retired) if row.rules.get("sold_by") != "resident"}
    number = 0
    kept = seats[:wanted]
    while len(kept) < wanted:
        number += 1
        code = seat_code(pool.code, pool.family, number)
        if any(seat.code == code for seat in kept):
            continue
        seat = known.get(code) or _new_seat(pool, code, rank=max((other.rank for other in kept), default=pool.rank))
        seat.state = "in_service"
        kept.append(seat)
    for seat in kept:
        for name in SHARED_BY_SEATS:
            setattr(seat, name, getattr(pool, name))
        seat.rules = dict(pool.rules)
    pool.capacity = wanted
    db.session.flush()


def _new_seat(pool: Resource, code: str, *, rank: int) -> Resource:
    if _is_taken(pool.place_id, "desk", code):
        raise Refused(CodeTaken(code=code))
    row = Resource(place_id=pool.place_id, kind="desk", code=code, name=code, pool_id=pool.id, rank=rank)
    db.session.add(row)
    db.session.flush()
    return row


# ------------------------------------------------------------------ the floor plan


def _present(place_id: int) -> list[Resource]:
    query = sa.select(Resource).where(Resource.place_id == place_id, Resource.state != "retired").order_by(Resource.rank, Resource.id)
    return list(db.session.scalars(query))


def _standing_in(space: Resource) -> list[Resource]:
    return [row for row in _present(space.place_id) if row.space_id == space.id]


def _our_plan(things: Sequence[Resource]) -> dict[int, list[int]]:
    spaces = [row for row in things if row.kind == "space"]
    inside = {space.id: [row for row in things if row.space_id == space.id and row.kind not in ("space", "pool")] for space in spaces}
    return floor_plan([(space.id, [(row.id, row.kind == "desk") for row in inside[space.id]]) for space in spaces if inside[space.id]])


def _is_drawn_by_us(place_id: int) -> bool:
    """Whether nobody moved anything on the plan since we drew it."""
    things = _present(place_id)
    boxes = _our_plan(things)
    return all(row.plan_box == boxes.get(row.id) for row in things)
