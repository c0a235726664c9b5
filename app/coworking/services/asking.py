"""Coworking's gestures: « mardi, le matin » in the words of the engine."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from app.billing.rules import Coverage
from app.booking import queries as booking_queries
from app.booking.policy import Request, Want
from app.booking.rules import Thing, grid, half_of
from app.booking.services import ask, kind_of
from app.booking.services.examining import Facts, examine, facts_for, free_seats
from app.core.period import Period, at
from app.place import queries as place_queries


def half_day_request(
    thing: Thing,
    *,
    day: date,
    half: str,
    member_id: int,
    actor_id: int,
    now: datetime,
    seats: int = 1,
    note: str = "",
    guest_name: str = "",
    override_reason: str = "",
) -> Request:
    """A seat (or some of a pool) for a morning, an afternoon or a day; a half-day that runs already, for what is left of it."""
    request = ask(
        [(thing, half_day(thing.place_id, day, half, has_badge=False, now=now))] * seats,
        member_id=member_id,
        actor_id=actor_id,
        now=now,
        half=half,
        note=note,
        guest_name=guest_name,
        override_reason=override_reason,
    )
    if not request.has_badge:
        return request
    period = half_day(thing.place_id, day, half, has_badge=True, now=now)
    return replace(request, wants=tuple(Want(thing, period) for _ in range(seats)))


def half_day(place_id: int, day: date, half: str, *, has_badge: bool, now: datetime) -> Period:
    """The span of a half-day, clipped to that day's hours; its remainder when it runs; unclipped on a closed day, to be refused with words."""
    calendar = place_queries.calendar(place_id)
    span = calendar.half_period(day, half, badge=has_badge) or calendar.nominal_half(day, half)
    if span.starts_at < now < span.ends_at:
        return Period(now.replace(second=0, microsecond=0), span.ends_at)
    return span


def request_for(
    thing: Thing,
    period: Period,
    *,
    member_id: int,
    actor_id: int,
    now: datetime,
    note: str = "",
    guest_name: str = "",
    override_reason: str = "",
) -> Request:
    """What a button offered, as it is now: a half-day that runs has grown shorter since its page was drawn."""
    request = ask(
        [(thing, period)],
        member_id=member_id,
        actor_id=actor_id,
        now=now,
        note=note,
        guest_name=guest_name,
        override_reason=override_reason,
    )
    if thing.rules.sold_by == "minutes" or not period.is_forward or not period.starts_at < now < period.ends_at:
        return request
    if half_of(period, request.calendar.halves(request.day, badge=request.has_badge)) is None:
        return request
    return request.at(Period(now.replace(second=0, microsecond=0), period.ends_at))


def half_of_period(thing: Thing, period: Period) -> str | None:
    """Which half-day this is, for a thing sold so; the running remainder of one too."""
    if thing.rules.sold_by == "minutes":
        return None
    calendar = place_queries.calendar(thing.place_id)
    day = period.starts_at.astimezone(calendar.zone).date()
    for badge in (False, True):
        if half := half_of(period, calendar.halves(day, badge=badge)):
            return half
    return None


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be booked at once: what, when, for how much, and what covers it."""

    thing: Thing
    period: Period
    half: str | None
    cents: int
    is_later: bool  # only foreseen: paid when it is used
    covered_by: list[dict[str, Any]]
    left: int | None  # of the only lot that covers it: what will be left
    seats: Sequence[Thing] = field(default=())  # of a pool: its free places, the one that would be given first


def half_day_offers(
    things: Sequence[Thing], *, day: date, half: str, member_id: int, actor_id: int, now: datetime
) -> tuple[list[Offer], Request]:
    """What is free among things sold by the half-day, and the request they answer (of the first one)."""
    first = half_day_request(things[0], day=day, half=half, member_id=member_id, actor_id=actor_id, now=now)
    facts = facts_for(first, things=things)
    offers = [offer for thing in things for offer in _offer(first.at(first.period, thing, kind=kind_of(thing)), facts)]
    return offers, first


def timed_offers(
    things: Sequence[Thing], *, day: date, half: str | None, period: Period | None, member_id: int, actor_id: int, now: datetime
) -> tuple[list[Offer], Request]:
    """What is free among things sold by the minute: at that time, or at some time of that half-day (the longest that it has)."""
    whole = period or half_day(things[0].place_id, day, half or "day", has_badge=False, now=now)
    first = ask([(things[0], whole)], member_id=member_id, actor_id=actor_id, now=now)
    wishes = _longest(things, first, day, half or "day", now) if period is None else ((thing, period) for thing in things)
    facts = facts_for(first, things=things, period=whole.widened(before=0, after=12 * 60))
    offers = [offer for thing, when in wishes for offer in _offer(first.at(when, thing, kind=kind_of(thing)), facts)]
    return offers, first


def _offer(request: Request, facts: Facts) -> Iterator[Offer]:
    thing = request.first.thing
    has_halves = thing.rules.sold_by != "minutes"
    found = examine(request if has_halves or request.half is None else replace(request, half=None), facts)
    price = found.foreseen
    if found.standing or found.quote is None or price is None:
        return
    seats = free_seats(thing, request.period, request, facts) if thing.is_pool else ()
    covered = [*map(dict, price.said())]
    yield Offer(thing, request.period, request.half, price.cents, found.quote.is_later, covered, _left(price), seats)


def _left(price: Coverage) -> int | None:
    parts = [part for part in price.parts if part.lot is not None and part.source == "pass"]
    if len(parts) != 1 or len(price.parts) != 1 or parts[0].lot is None:
        return None
    return parts[0].lot.left - parts[0].lot.overdraft - parts[0].units


def _longest(things: Iterable[Thing], first: Request, day: date, half: str, now: datetime) -> Iterator[tuple[Thing, Period]]:
    """Of each thing, its longest free stretch in the half-day, as long as one may have it."""
    place, calendar = first.place, first.calendar
    directory = booking_queries.directory(place)
    looked = [one.id for thing in things for one in (thing, *directory.inside(thing.id))]
    rows = booking_queries.rows(looked, Period(_day_start(first, day), _day_start(first, day, days=1)))
    for thing in things:
        morning, afternoon = grid.frame(calendar, day, 1, hours=thing.rules.hours).open
        open_then = {"morning": morning, "afternoon": afternoon}.get(half) if half != "day" else grid.joined(morning, afternoon)
        taken = sorted(row for one in [thing, *directory.inside(thing.id)] for row in rows.get(one.id, ()))
        stretches = grid.free_stretches(thing, open_then or (), taken, now=int(now.timestamp()))
        start, end = max(stretches, key=lambda stretch: stretch[1] - stretch[0], default=(0, 0))
        if start < end:
            most = start + 60 * thing.rules.max_minutes
            yield thing, Period(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(min(end, most), UTC))


def _day_start(request: Request, day: date, *, days: int = 0) -> datetime:
    return at(day, 1440 * days, request.place.tz)
