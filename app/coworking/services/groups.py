"""A block of seats for some days, in one booking: a cohort's week, a company's people; all or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.booking.policy import Request
from app.booking.rules import Thing
from app.booking.services import ask
from app.booking.services.examining import facts_for, free_seats
from app.core.period import Period
from app.place import queries as place_queries
from app.place.rules import Calendar


@dataclass(frozen=True, slots=True)
class Block:
    """What a group wishes: so many seats of a pool, on each open day from one to another."""

    pool: Thing
    first_day: date
    last_day: date
    half: str
    seats: int
    weekdays: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class GroupDay:
    """A day of a block: when, how many seats are free then; or why nobody comes."""

    day: date
    period: Period | None
    free: int = 0
    closed: str = ""  # the holiday's or the closure's name; « » where the lieu is simply not open


def group_request(
    block: Block,
    *,
    member_id: int,
    actor_id: int,
    now: datetime,
    organisation_id: int | None = None,
    for_lieu: bool = False,
    note: str = "",
    override_reason: str = "",
) -> Request | None:
    """The whole block as one wish; none when the lieu is closed all along."""
    periods = [one.period for one in _days(block) if one.period is not None]
    if not periods:
        return None
    wants = [(block.pool, period) for period in periods for _ in range(block.seats)]
    return ask(
        wants,
        member_id=member_id,
        actor_id=actor_id,
        now=now,
        half=block.half,
        organisation_id=organisation_id,
        for_lieu=for_lieu,
        note=note,
        override_reason=override_reason,
    )


def group_days(block: Block, request: Request | None) -> list[GroupDay]:
    """Each day with its free seats: what is missing, and when."""
    days = list(_days(block))
    if request is None:
        return days
    facts = facts_for(request)
    return [
        day
        if day.period is None
        else GroupDay(day.day, day.period, len(free_seats(block.pool, day.period, _alone(request, block.pool, day.period), facts)))
        for day in days
    ]


def _alone(request: Request, pool: Thing, period: Period) -> Request:
    return request.at(period, pool)


def _days(block: Block) -> Iterator[GroupDay]:
    calendar = place_queries.calendar(block.pool.place_id)
    for ahead in range((block.last_day - block.first_day).days + 1):
        day = block.first_day + timedelta(days=ahead)
        if day.weekday() not in block.weekdays:
            continue
        period = None if calendar.closure_on(day) else calendar.half_period(day, block.half)
        yield GroupDay(day, period, closed="" if period else _why(calendar, day))


def _why(calendar: Calendar, day: date) -> str:
    return calendar.is_holiday(day) or ""
