"""From what was typed to what the engine understands: which thing, which times, for whom."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.api import queries
from app.api.views.door import Caller
from app.api.views.problems import Problem
from app.booking import services
from app.booking.models import Booking
from app.booking.policy import Request
from app.booking.rules import BadInterval, NonexistentTime, Thing, half_of
from app.booking.services import SeriesWish
from app.core.db import db
from app.core.period import Period, exists
from app.core.refusals import Refused
from app.members.models import Member
from app.place import queries as place

Wish = Mapping[str, Any]
Asked = Callable[[Period], Request]


def request_for(caller: Caller, wish: Wish) -> Request:
    """A wish, as the engine examines it."""
    thing = wanted_thing(wish)
    if wish["override_reason"]:
        caller.must("override_rules")
    member_id = wanted_member(caller, wish["for_member_id"])

    def asked(period: Period) -> Request:
        return services.ask(
            [(thing, what_is_left(thing, period, now=caller.now))],
            member_id=member_id,
            actor_id=caller.id,
            now=caller.now,
            note=wish["note"],
            override_reason=wish["override_reason"],
        )

    return asked(wanted_period(thing, wish["start"], wish["end"], asked))


def move_for(caller: Caller, booking: Booking, change: Wish) -> Request:
    """A booking's new time; what is not said stays as it was."""
    thing = queries.thing(booking.resource_id)
    if thing is None:
        raise Problem(404, "unknown_resource")
    length = booking.ends_at - booking.starts_at
    start = change.get("start", booking.starts_at)

    def asked(period: Period) -> Request:
        left = what_is_left(thing, period, now=caller.now)
        return services.request_to_move(booking, starts_at=left.starts_at, ends_at=left.ends_at, actor_id=caller.id, now=caller.now)

    return asked(wanted_period(thing, start, change.get("end", start + length), asked))


def series_for(caller: Caller, wish: Wish) -> tuple[SeriesWish, int]:
    """A recurring wish and who it is for. Its first date says the wall-clock hours and, of a desk, which half-day."""
    thing = wanted_thing(wish)
    member_id = wanted_member(caller, wish["for_member_id"])

    def asked(period: Period) -> Request:
        return services.ask([(thing, period)], member_id=member_id, actor_id=caller.id, now=caller.now)

    period = wanted_period(thing, wish["start"], wish["end"], asked)
    if not period.is_forward:
        raise Refused(BadInterval())
    zone = queries.zone(thing.place_id)
    return SeriesWish(
        thing=thing,
        first_start=period.starts_at.astimezone(zone).replace(tzinfo=None),
        minutes=period.minutes,
        rrule=wish["rrule"],
        exdates=tuple(_day(one, zone) for one in wish["exdates"]),
        half=asked(period).half,
        note=wish["note"],
    ), member_id


def wanted_thing(wish: Wish) -> Thing:
    if "resource_id" in wish:
        found, trouble = queries.thing(wish["resource_id"]), "unknown_resource"
    else:
        found, trouble = queries.pool(wish["pool_code"]), "unknown_pool"
    if found is None:
        raise Problem(404, trouble)
    return found


def wanted_member(caller: Caller, for_member_id: int | None) -> int:
    """Oneself; or somebody else, for staff."""
    if for_member_id is None or for_member_id == caller.id:
        return caller.id
    caller.must("book_for_others")
    member = db.session.get(Member, for_member_id)
    if member is None or member.status == "erased":
        raise Problem(404, "unknown_member")
    return member.id


def wanted_period(thing: Thing, start: datetime, end: datetime, asked: Asked) -> Period:
    """Two times that exist, to the minute; `asked` is what would be asked for a period, to know which others can be had."""
    zone = queries.zone(thing.place_id)
    if _is_missing(start, zone) or _is_missing(end, zone):
        walls = {"start": start.replace(tzinfo=None), "end": end.replace(tzinfo=None)}
        raise Refused(NonexistentTime(), alternatives=lambda: services.beside_missing_hour(asked, thing, **walls, zone=zone))
    if any(moment.second or moment.microsecond for moment in (start, end)):
        raise Refused(BadInterval())
    return Period(start, end)


def what_is_left(thing: Thing, period: Period, *, now: datetime) -> Period:
    """A half-day that runs already is taken for its remainder, even when its whole was asked for."""
    if thing.rules.sold_by == "minutes" or not period.starts_at < now < period.ends_at:
        return period
    calendar = place.calendar(thing.place_id)
    today = now.astimezone(calendar.zone).date()
    if half_of(period, calendar.halves(today, badge=True)) is None:
        return period
    return Period(now.replace(second=0, microsecond=0), period.ends_at)


def _is_missing(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody read this hour on a clock of the lieu that skips it: 02:30+01:00 or 02:30+02:00 in the night of spring.

    The same instant written with `Z`, or with the offset of another country, is only an instant.
    """
    wall = moment.replace(tzinfo=None)
    if moment.tzinfo is UTC or exists(wall, zone):
        return False
    return moment.utcoffset() in {wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}


def _day(one: date | datetime, zone: ZoneInfo) -> date:
    return one.astimezone(zone).date() if isinstance(one, datetime) else one
