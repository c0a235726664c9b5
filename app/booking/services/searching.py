"""What can really be had instead: another seat, another time that day, the next free day."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from app.billing import queries as billing
from app.billing.rules.documents import gross_of_net
from app.booking import queries
from app.booking.models import Kind
from app.booking.policy import KnowsAlike, Request, policy_for, quote_of
from app.booking.rules import Thing, activity_of
from app.booking.services.examining import Examination, Facts, examine, facts_for
from app.core.period import Period, at, days_of, exists, without
from app.core.refusals import Alternative, Refused

MOST = 3
DAYS_AHEAD = 14
TIED_TO_TIME = frozenset(
    [
        "overlap",
        "buffer",
        "full",
        "closed",
        "holiday",
        "step",
        "too_short",
        "too_long",
        "notice",
        "own_overlap",
        "out_of_service",
        "machine_out_of_service",
        "blocked_by_training",
        "blocked_by_session",
        "blocked_by_space",
        "quota_day",
        "min_gap",
        "nonexistent_time",
        "ambiguous_time",
    ]
)


def alternatives(found: Examination, facts: Facts | None = None) -> list[Alternative]:
    """At most three, each examined like a request of its own. None when another moment would change nothing."""
    request = found.request
    if len(request.wants) != 1 or not request.period.is_forward or not all(r.code in TIED_TO_TIME for r in found.standing):
        return []
    facts = facts or facts_around(request)
    siblings = _siblings(request, facts.directory)
    by_the_minute = request.first.thing.rules.sold_by == "minutes"
    wishes = _hours(request, facts, siblings) if by_the_minute else _half_days(request, siblings)
    return list(islice(_bookable(wishes, found, facts), MOST))


def facts_around(request: Request) -> Facts:
    """What is needed to examine a request, and whatever may be had instead."""
    siblings = _siblings(request, queries.directory(request.place))
    return facts_for(request, things=siblings, period=_window(request) if request.period.is_forward else None)


def _window(request: Request) -> Period:
    """From the day that is asked, as far as one looks."""
    zone, day = request.place.tz, request.day
    return Period(at(day, 0, zone), at(day + timedelta(days=DAYS_AHEAD), 0, zone))


def _bookable(wishes: Iterable[Request], found: Examination, facts: Facts) -> Iterator[Alternative]:
    seen = {(found.request.first.thing.id, found.request.period)}
    priced = _money_is_short(found)
    in_vain = set()  # when this person is already somewhere: the same on every other thing
    for wish in wishes:
        thing = wish.first.thing
        if (thing.id, wish.period) in seen or wish.period in in_vain:
            continue
        seen.add((thing.id, wish.period))
        examined = examine(wish, facts, priced=priced)
        if not examined.reasons:
            seat = examined.takings[0].thing if thing.is_pool else thing
            yield Alternative(seat.id, wish.period.starts_at, wish.period.ends_at, seat.name)
        elif any(reason.code == "own_overlap" for reason in examined.reasons):
            in_vain.add(wish.period)


def _money_is_short(found: Examination) -> bool:
    """Whether another moment might not be paid for: then each alternative's price is looked at too."""
    request = found.request
    worth = quote_of(request).cents if found.quote is not None else 0
    if worth == 0:
        return False
    price = gross_of_net(worth, billing.price_list(request.place).rate(activity_of(request.kind), request.day))
    return billing.open_cents(request.member.id) + price > request.place.tab_cap_cents


def _siblings(request: Request, directory: queries.Directory) -> list[Thing]:
    """Alike things: seats of the pool, rooms as large, what the pillar says of its own."""
    thing, policy = request.first.thing, policy_for(request.kind)
    if thing.is_pool:
        return []
    if isinstance(policy, KnowsAlike):
        return policy.alike(thing, [other for other in directory.of_kind(thing.kind) if other.id != thing.id])
    if request.kind is Kind.DESK:
        return [other for other in directory.of_kind("desk") if other.id != thing.id and not other.is_fixed]
    return [other for other in directory.of_kind(thing.kind) if other.id != thing.id and other.capacity >= thing.capacity]


def _half_days(request: Request, siblings: list[Thing]) -> Iterator[Request]:
    """Another seat, the two halves on two seats, the other half, the next days."""
    if request.half is None:
        request = _nearest_half(request)
        yield request
    thing, period, zone = request.first.thing, request.period, request.place.tz
    half = request.half or "morning"
    for other in siblings:
        yield request.at(period, other)
    places = [thing, *siblings]
    if half == "day":
        for part in ("morning", "afternoon"):
            if span := _half(request, request.day, part):
                for place in places:
                    yield request.at(span, place, part)
                    break
    else:
        other_half = "afternoon" if half == "morning" else "morning"
        if span := _half(request, request.day, other_half):
            for place in places[:4]:
                yield request.at(span, place, other_half)
    for ahead in range(1, DAYS_AHEAD):
        if span := _half(request, period.starts_at.astimezone(zone).date() + timedelta(days=ahead), half):
            for place in places[:4]:
                yield request.at(span, place)


def _nearest_half(request: Request) -> Request:
    """Of hours that are no half-day, the half-day (or the day) that they resemble most, if there is one that day."""

    def apart(span: Period) -> timedelta:
        return abs(span.starts_at - request.period.starts_at) + abs(span.ends_at - request.period.ends_at)

    spans = {half: span for half, span in request.calendar.halves(request.day, badge=request.has_badge).items() if span}
    nearest = min(spans, key=lambda half: apart(spans[half]), default=None)
    return request.at(spans[nearest], half=nearest) if nearest else request


def _half(request: Request, day: date, half: str) -> Period | None:
    return request.calendar.half_period(day, half, badge=request.has_badge)


def _hours(request: Request, facts: Facts, siblings: list[Thing]) -> Iterator[Request]:
    """The nearest times before and after on the same thing, an alike thing at that time, then the same time on other days."""
    thing = request.first.thing
    minutes = min(max(request.period.minutes, thing.rules.min_minutes), thing.rules.max_minutes)
    step = thing.rules.step
    minutes = -(-minutes // step) * step
    wanted = request.period.starts_at
    length = timedelta(minutes=minutes)
    may_be_odd = _goes_by_night(request)
    starts = sorted(
        _starts(request, facts, _window(request), minutes),
        key=lambda start: (may_be_odd and _is_odd(request, Period(start, start + length)), abs(start - wanted)),
    )
    before = next((start for start in starts if start < wanted), None)
    after = next((start for start in starts if start >= wanted), None)
    same_day = [start for start in (before, after) if start is not None]
    for start in sorted(same_day, key=lambda start: (start.date() != wanted.date(), start)):
        yield request.at(Period(start, start + length))
    for other in siblings:
        yield request.at(request.period, other)
    wall = wanted.astimezone(request.place.tz)
    for ahead in range(1, DAYS_AHEAD):
        start = at(wall.date() + timedelta(days=ahead), wall.hour * 60 + wall.minute, request.place.tz)
        yield request.at(Period(start, start + length))
    for start in starts:
        yield request.at(Period(start, start + length))


def _starts(request: Request, facts: Facts, window: Period, minutes: int) -> Iterator[datetime]:
    """In each stretch of open and free time, the starts nearest to the one wished, on the step."""
    thing, zone = request.first.thing, request.place.tz
    rules, length = thing.rules, timedelta(minutes=minutes)
    earliest = request.now + timedelta(minutes=rules.notice_minutes)
    busy = [
        taken.whole.widened(before=rules.buffer_after, after=rules.buffer_before)
        for one in ([thing] if thing.kind != "space" else [thing, *facts.directory.inside(thing.id)])
        for taken in facts.taken.get(one.id, ())
        if taken.counts(request.now) and taken.booking_id != (request.moving_id or -1)
    ]
    for stretch in _open(request, window):
        for free in without(stretch, busy):
            first, last = max(free.starts_at, earliest, window.starts_at), free.ends_at - length
            for start in {
                _on_step(moment, rules.step, zone, up=up) for moment in _near(request.period.starts_at, first, last) for up in (True, False)
            }:
                if first <= start <= last:
                    yield start


def _near(wanted: datetime, first: datetime, last: datetime) -> tuple[datetime, ...]:
    return (first, min(max(wanted, first), last), last)


def _open(request: Request, window: Period) -> Iterator[Period]:
    for day in days_of(window, request.place.tz):
        yield from request.calendar.open_periods(day, request.first.thing.rules.hours)
    if _goes_by_night(request):
        yield window


def _goes_by_night(request: Request) -> bool:
    """Whether this may be had outside opening hours; else every time that is found is inside them."""
    return request.has_badge and request.first.thing.rules.night


def _is_odd(request: Request, period: Period) -> bool:
    """Another day, while the lieu is closed: even who has a badge would rather come by day."""
    day = period.starts_at.astimezone(request.place.tz).date()
    if day == request.day:
        return False
    return all(without(period, [opened]) for opened in request.calendar.open_periods(day, request.first.thing.rules.hours))


def _on_step(moment: datetime, step: int, zone: ZoneInfo, *, up: bool) -> datetime:
    """The nearest wall-clock time on the step, before or after."""
    wall = moment.astimezone(zone)
    minute = wall.hour * 60 + wall.minute + (1 if up and (wall.second or wall.microsecond) else 0)
    return at(wall.date(), (-(-minute // step) if up else minute // step) * step, zone)


def beside_missing_hour(
    asked: Callable[[Period], Request], thing: Thing, *, start: datetime, end: datetime, zone: ZoneInfo
) -> list[Alternative]:
    """Around a wall-clock time that does not exist, the nearest that do, if they can be had; else what can be had instead of them."""
    is_start = not exists(start, zone)
    hour = (start if is_start else end).replace(minute=0, second=0, microsecond=0)
    around = [wall.replace(tzinfo=zone) for wall in (hour - timedelta(minutes=thing.rules.step), hour + timedelta(hours=1))]
    periods = [Period(one, one.astimezone(UTC) + (end - start)) if is_start else Period(start.replace(tzinfo=zone), one) for one in around]
    seen = []
    for one in periods:
        with suppress(Refused):  # a booking of several things keeps its length
            seen.append(examine(asked(one)))
    beside = [
        Alternative(thing.id, found.request.period.starts_at, found.request.period.ends_at, thing.name)
        for found in seen
        if not found.standing
    ]
    return beside or [instead for found in seen[-1:] for instead in alternatives(found)]
