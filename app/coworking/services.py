"""Coworking's gestures: « mardi, le matin » in the words of the engine."""

from dataclasses import replace
from datetime import date, datetime

from app.booking.policy import Request, Want
from app.booking.rules import Thing
from app.booking.services import ask
from app.core.period import Period
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
