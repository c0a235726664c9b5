"""Whether a thing can be had: its state, who holds it, what a person already has of it, whether its settings hold together."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.booking.rules.reasons import (
    BlockedBySession,
    BlockedBySpace,
    BlockedByTraining,
    Buffer,
    ClosedThen,
    LengthsCrossed,
    MachineNotBookable,
    MachineOutOfService,
    MinGap,
    NothingFits,
    OutOfService,
    Overlap,
    QuotaDay,
    QuotaFuture,
)
from app.booking.rules.values import Held, Rules, Taken, Thing
from app.core.period import Period
from app.core.refusals import Reason
from app.place.rules import reasons_spans


def reasons_state(thing: Thing) -> Iterator[Reason]:
    """What the thing itself says: broken, retired, or never lent."""
    is_machine = thing.kind == "machine"
    if thing.state == "retired" or not thing.bookable:
        yield MachineNotBookable(name=thing.name) if is_machine else OutOfService(name=thing.name)
    elif thing.state == "out_of_service":
        yield MachineOutOfService(name=thing.name) if is_machine else OutOfService(name=thing.name)


def reasons_taken(
    thing: Thing, period: Period, taken: Iterable[Taken], *, now: datetime, zone: ZoneInfo, moving_id: int | None = None
) -> Iterator[Reason]:
    """Who holds it then, one reason for each kind of holder; the thing's own buffers count."""
    whole = period.widened(before=thing.rules.buffer_before, after=thing.rules.buffer_after)
    said: set[type[Reason]] = set()
    for other in taken:
        if not other.counts(now) or not other.whole.overlaps(whole) or (moving_id is not None and other.booking_id == moving_id):
            continue
        reason = _reason_of(thing, period, other, zone)
        if type(reason) not in said:
            said.add(type(reason))
            yield reason


def _reason_of(thing: Thing, period: Period, other: Taken, zone: ZoneInfo) -> Reason:
    begins, ends = other.used.local(zone)
    words = {"name": thing.name, "from": begins, "to": ends}
    match other.holder:
        case "outage":
            return MachineOutOfService(name=thing.name) if thing.kind == "machine" else OutOfService(name=thing.name)
        case "training":
            return BlockedByTraining(**words)
        case "session":
            return BlockedBySession(**words)
        case "space":
            return BlockedBySpace(**words)
        case "closure":
            return ClosedThen(name=thing.name)
    if other.used.overlaps(period):
        return Overlap(**words)
    return Buffer(name=thing.name, minutes=max(thing.rules.buffer_before, thing.rules.buffer_after))


def reasons_quota(
    period: Period, *, resource_id: int, name: str, rules: Rules, held: Iterable[Held], now: datetime, zone: ZoneInfo
) -> Iterator[Reason]:
    """Minutes a day, number to come, and the gap between two, on one thing."""
    same = [other for other in held if other.resource_id == resource_id]
    day: date = period.starts_at.astimezone(zone).date()
    if rules.quota_day_minutes is not None:
        used = sum(other.period.minutes for other in same if other.period.starts_at.astimezone(zone).date() == day)
        if used + period.minutes > rules.quota_day_minutes:
            yield QuotaDay(minutes=rules.quota_day_minutes, name=name)
    if rules.quota_future is not None and sum(other.period.starts_at > now for other in same) >= rules.quota_future:
        yield QuotaFuture(count=rules.quota_future, name=name)
    if rules.min_gap_minutes and any(
        other.period.widened(before=rules.min_gap_minutes, after=rules.min_gap_minutes).overlaps(period) for other in same
    ):
        yield MinGap(minutes=rules.min_gap_minutes, name=name)


def reasons_rules(rules: Rules) -> Iterator[Reason]:
    """Settings that contradict each other: nobody could ever book."""
    if rules.sold_by == "minutes":
        if rules.min_minutes > rules.max_minutes:
            yield LengthsCrossed()
        elif -(-rules.min_minutes // rules.step) * rules.step > rules.max_minutes:
            yield NothingFits(step=rules.step)
    for spans in (rules.hours or {}).values():
        yield from reasons_spans([(opens, closes) for opens, closes in spans])
