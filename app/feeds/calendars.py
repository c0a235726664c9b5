"""Each feed, as bytes that stay the same while nothing changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from app.booking import papers
from app.booking import queries as booking
from app.booking.models import Occupancy, Resource
from app.booking.queries import away, directory
from app.booking.rules import Thing
from app.core import calendar
from app.core.calendar import Event
from app.core.db import db
from app.core.period import Period, at
from app.courses.models import Cohort
from app.courses.queries import events as sessions
from app.coworking import queries as coworking
from app.coworking.mails import as_event
from app.fablab import queries as fablab
from app.fablab.mails import company, trainings
from app.feeds import queries
from app.feeds.rules import Busy, Lent, by_pool, counted, window
from app.members.models import Member
from app.place.models import Place


class Shown(NamedTuple):
    """A calendar before it is written: its name, its zone, its events in order."""

    name: str
    zone: ZoneInfo
    events: list[Event]


def of_member(member: Member, places: Sequence[Place], *, now: datetime) -> bytes:
    """All that a person has booked, in whichever lieu, with their own notes; and the sessions that they follow or teach."""
    shown = shown_to_member(member, places, now=now)
    return calendar.write(shown.events, zone=shown.zone, name=shown.name)


def shown_to_member(member: Member, places: Sequence[Place], *, now: datetime) -> Shown:
    """The same before it is written; the initiations, what they join, the events of the lieu that they come to besides."""
    place, by_id = places[0], {place.id: place for place in places}
    seen = window(now, place.tz, months_back=3, months_ahead=13)
    with force_locale(member.locale):
        events = [papers.event(row, by_id[row.place_id]) for row in booking.in_parts(queries.bookings(member.id, seen))]
        events += [sessions.event(slot) for slot in sessions.of_member(member.id, seen)]
        signed = coworking.signed_up(member.id, seen)
        events += [as_event(event, event.elsewhere, by_id[event.place_id]) for seat, event in signed if seat.state == "in"]
        events += [trainings.as_event(one, by_id[one.place_id]) for one in fablab.sessions_of(member.id, seen) if one.place_id in by_id]
        joined = fablab.company_of(member.id, seen)
        events += [company.as_event(one, by_id[one.booking.place_id]) for one in joined if one.booking.place_id in by_id]
        return Shown(_("Mes réservations · %(place)s", place=place.short_name or place.name), place.tz, events)


def of_thing(thing_id: int, *, now: datetime) -> bytes | None:
    """When one thing is taken, or how much of a pool is; none once it is retired."""
    row = db.session.get(Resource, thing_id)
    if row is None or row.state == "retired":
        return None
    place = db.session.get_one(Place, row.place_id)
    seen = window(now, place.tz, months_back=1, months_ahead=4)
    with force_locale(place.locale):
        if row.is_pool:
            taken = queries.busy(seen, Resource.pool_id == row.id)
        else:
            taken = [one._replace(pool_id=None) for one in queries.busy(seen, Occupancy.resource_id == row.id)]
        return calendar.write(_events(taken, place), zone=place.tz, name=row.name)


def of_place(place: Place, *, now: datetime) -> bytes:
    """When each thing of the lieu is taken; the seats of a pool together."""
    shown = shown_of_place(place, now=now)
    return calendar.write(shown.events, zone=shown.zone, name=shown.name)


def shown_of_place(place: Place, *, now: datetime) -> Shown:
    seen = window(now, place.tz, months_back=0, months_ahead=2)
    with force_locale(place.locale):
        return Shown(place.name, place.tz, list(_events(queries.busy(seen, Occupancy.place_id == place.id), place)))


def of_cohort(cohort_id: int) -> bytes | None:
    """The sessions of a cohort, from its first day to its last."""
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        return None
    place = db.session.get_one(Place, cohort.place_id)
    seen = Period(at(cohort.first_day, 0, place.tz), at(cohort.last_day, 1440, place.tz))
    with force_locale(place.locale):
        events = [sessions.event(slot) for slot in sessions.of_cohort(cohort.id, seen)]
        return calendar.write(events, zone=place.tz, name=cohort.name)


def _events(taken: list[Busy], place: Place) -> Iterator[Event]:
    alone, pools = by_pool(taken)
    is_taken = _("occupé")
    for one in alone:
        yield Event(
            uid=f"{one.key}@worklab",
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            summary=f"{one.name} · {is_taken}",
            changed_at=one.changed_at,
            sequence=one.sequence,
        )
    things = directory(place)
    lent = _lent(place, taken, [seat for pool_id in pools for seat in things.seats(pool_id) if seat.is_fixed])
    for pool_id, busy in pools.items():
        pool, seats = things.any(pool_id), things.seats(pool_id)
        own = {seat.id for seat in seats if not seat.is_fixed}
        joined = [one for one in lent if any(one.resource_id == seat.id for seat in seats)]
        for stretch in counted(busy, own=own, lent=joined):
            yield Event(
                uid=f"pool-{pool_id}-{stretch.starts_at:%Y%m%dT%H%MZ}@worklab",
                starts_at=stretch.starts_at,
                ends_at=stretch.ends_at,
                summary=_("%(name)s · %(number)s sur %(total)s", name=pool.name, number=stretch.number, total=stretch.total),
                changed_at=stretch.changed_at,
            )


def _lent(place: Place, taken: list[Busy], fixed: list[Thing]) -> list[Lent]:
    """When residents' desks are open to all, over the time that is told."""
    if not fixed:
        return []
    first, last = (
        moment.astimezone(place.tz).date() for moment in (min(one.starts_at for one in taken), max(one.ends_at for one in taken))
    )
    found = away([desk.id for desk in fixed], first, last)
    return [Lent(desk, Period(at(begins, 0, place.tz), at(ends, 1440, place.tz))) for desk, days in found.items() for begins, ends in days]
