"""Gestures of a subscription: take a plan, change it, pause it, leave it. What each would cost is asked of the same rules before."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.billing import queries
from app.billing.models import Lot, LotEntry, Plan, Subscription
from app.billing.queries import Held
from app.billing.rules import (
    UNLIMITED,
    AlreadySubscribed,
    BackwardDays,
    NoSubscriptionThen,
    Stretch,
    TooLateToChange,
    changed,
    cycle_of,
    ended,
    paused,
    recognised,
    resumed,
)
from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.members.models import Member
from app.place.models import Place
from app.place.queries import day_at

TURNS = 20  # the space of advisory locks where a person's subscriptions take turns


def join(
    *,
    plan_id: int,
    member_id: int,
    first_day: date,
    now: datetime,
    actor_id: int | None,
    organisation_id: int | None = None,
    last_day: date | None = None,
    billed_from: date | None = None,
) -> Held:
    """Take a plan, from this day, at today's price for this person; `organisation_id` pays for them."""
    with transaction():
        lock(TURNS, member_id)
        plan, member = db.session.get_one(Plan, plan_id), db.session.get_one(Member, member_id)
        if last_day is not None and last_day < first_day:
            raise Refused(BackwardDays())
        if _clashes(plan, member_id, first_day, last_day):
            raise Refused(AlreadySubscribed())
        row = Subscription(
            place_id=plan.place_id,
            member_id=member_id,
            plan_id=plan_id,
            organisation_id=organisation_id,
            cents=queries.plan_price(db.session.get_one(Place, plan.place_id), plan, group=member.tariff_group, on=first_day),
            anchor_day=first_day.day if plan.is_rolling else None,
            first_day=first_day,
            last_day=last_day,
            billed_from=billed_from,
            created_at=now,
        )
        db.session.add(row)
        db.session.flush()
        _tell("subscription.joined", row.place_id, row.id, member_id, actor_id, now, plan=plan_id, first_day=first_day.isoformat())
        return _again(row.id)


def change_plan(*, root_id: int, plan_id: int, on: date, now: datetime, actor_id: int | None, not_before: date | None = None) -> Held:
    """Another plan from this day on, at its price for this person; asking twice changes nothing."""
    with transaction():
        held = _turn(root_id)
        plan, member = db.session.get_one(Plan, plan_id), db.session.get_one(Member, held.member_id)
        _refuse_outside(held, on, not_before)
        cents = queries.plan_price(db.session.get_one(Place, held.place_id), plan, group=member.tariff_group, on=on)
        after = changed(held.stretches, on=on, plan_id=plan_id, cents=cents)
        return _rewrite(held, after, "subscription.changed", now=now, actor_id=actor_id, plan=plan_id, on=on.isoformat())


def pause(*, root_id: int, first: date, last: date, now: datetime, actor_id: int | None, not_before: date | None = None) -> Held:
    """Nothing is due, and nothing may be booked, from a day to a day, both included."""
    with transaction():
        held = _turn(root_id)
        if last < first:
            raise Refused(BackwardDays())
        _refuse_outside(held, first, not_before)
        after = paused(held.stretches, first=first, last=last)
        facts = {"first_day": first.isoformat(), "last_day": last.isoformat()}
        return _rewrite(held, after, "subscription.paused", now=now, actor_id=actor_id, **facts)


def resume(*, root_id: int, on: date, now: datetime, actor_id: int | None, not_before: date | None = None) -> Held:
    """The pause ends on the eve of this day."""
    with transaction():
        held = _turn(root_id)
        _refuse_outside(held, on, not_before)
        return _rewrite(held, resumed(held.stretches, on=on), "subscription.resumed", now=now, actor_id=actor_id, on=on.isoformat())


def leave(*, root_id: int, last_day: date, now: datetime, actor_id: int | None, not_before: date | None = None) -> Held:
    """The subscription ends after this day; what its month gave is not usable later."""
    with transaction():
        held = _turn(root_id)
        _refuse_outside(held, last_day, not_before)
        return _rewrite(
            held, ended(held.stretches, last_day=last_day), "subscription.left", now=now, actor_id=actor_id, last_day=last_day.isoformat()
        )


def _turn(root_id: int) -> Held:
    """The subscription, once it is our turn to change those of this person."""
    member_id = db.session.scalar(sa.select(Subscription.member_id).where(Subscription.id == root_id))
    if member_id is None:
        raise Refused(NoSubscriptionThen())
    lock(TURNS, member_id)
    return _again(root_id)


def _again(root_id: int) -> Held:
    held = queries.subscription(root_id)
    if held is None:
        raise Refused(NoSubscriptionThen())
    return held


def _clashes(plan: Plan, member_id: int, first_day: date, last_day: date | None) -> bool:
    return any(
        one.plan_id == plan.id and (last_day is None or one.first_day <= last_day) and (one.last_day is None or first_day <= one.last_day)
        for held in queries.subscriptions_of(member_id, place_id=plan.place_id)
        for one in held.stretches
    )


def _refuse_outside(held: Held, day: date, not_before: date | None) -> None:
    """A person changes their own subscription from `not_before` on; the manager, without it, may correct the past."""
    if not_before is not None and day < not_before:
        raise Refused(TooLateToChange())
    if held.on(day) is None:
        raise Refused(NoSubscriptionThen())


def _rewrite(held: Held, after: Sequence[Stretch], event: str, *, now: datetime, actor_id: int | None, **facts: Any) -> Held:
    """Rows for these stretches: those that stay only see their end move, the others are set aside or added."""
    after = recognised(after, held.stretches)
    if after == list(held.stretches):
        return held
    rows = {row.id: row for row in db.session.scalars(sa.select(Subscription).where(_of(held.root_id)))}
    kept = {one.row_id for one in after}
    for stretch in held.stretches:
        assert stretch.row_id is not None
        if stretch.row_id not in kept:
            rows[stretch.row_id].replaced_at = now
    for one in after:
        if one.row_id is not None:
            rows[one.row_id].last_day = one.last_day
        else:
            db.session.add(_row(held, one, now))
    db.session.flush()
    renewed = _again(held.root_id)
    _even_out_the_months(renewed, now=now, actor_id=actor_id)
    _tell(event, held.place_id, held.root_id, held.member_id, actor_id, now, **facts)
    return renewed


def _of(root_id: int) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(Subscription.root_id, Subscription.id) == root_id


def _row(held: Held, one: Stretch, now: datetime) -> Subscription:
    return Subscription(
        place_id=held.place_id,
        member_id=held.member_id,
        root_id=held.root_id,
        plan_id=one.plan_id,
        organisation_id=held.organisation_id,
        cents=one.cents,
        anchor_day=held.anchor_day,
        first_day=one.first_day,
        last_day=one.last_day,
        billed_from=held.billed_from,
        is_paused=one.is_paused,
        created_at=now,
    )


def _even_out_the_months(held: Held, *, now: datetime, actor_id: int | None) -> None:
    """The lots that months already opened, this one or one to come: each gives what its plans now give, and ends with them.

    What is used or booked stays.
    """
    today = day_at(held.place_id, now)
    opened = sa.select(Lot).where(Lot.origin.startswith(queries.origins_of(held.root_id)), Lot.valid_to >= today)
    for lot in db.session.scalars(opened.order_by(Lot.id).with_for_update().execution_options(populate_existing=True)):
        assert lot.valid_from is not None and lot.valid_to is not None
        given = queries.included(held.stretches, cycle_of(lot.valid_from, held.anchor_day))
        _give_now(lot, given[queries.KEYS[lot.unit, lot.scope]], now=now, actor_id=actor_id)
        if held.last_day is not None:
            lot.valid_to = max(min(lot.valid_to, held.last_day), lot.valid_from)
    db.session.flush()


def _give_now(lot: Lot, given: int | str, *, now: datetime, actor_id: int | None) -> None:
    lot.unlimited = given == UNLIMITED
    more = 0 if lot.unlimited else max(int(given), lot.used + lot.held) - lot.granted
    if more:
        lot.granted += more
        db.session.add(LotEntry(lot_id=lot.id, kind="grant", units=more, ref=lot.origin or f"lot:{lot.id}", at=now, actor_id=actor_id))


def _tell(event: str, place_id: int, root_id: int, member_id: int, actor_id: int | None, now: datetime, **facts: Any) -> None:
    journal.record(event, root_id, place_id=place_id, actor_id=actor_id, member_id=member_id, at=now, **facts)
