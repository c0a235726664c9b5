"""Busy times that come from a calendar of elsewhere: each takes its thing here, around what somebody already has."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.booking import queries as booking
from app.booking.models import Occupancy, Outage
from app.booking.rules import Thing
from app.booking.services.freeing import offer_freed
from app.booking.services.writing import take_turn
from app.core import journal
from app.core.db import db, transaction
from app.core.period import Period, without
from app.core.refusals import Refused
from app.coworking.gateways import calendar_at
from app.coworking.models import OutsideCalendar
from app.coworking.rules import Busy, CalendarUnreadable, NotACalendar, busy_times
from app.place.models import Place
from app.place.services import touch_calendar

AHEAD = timedelta(days=400)
NIGHT = time(3)  # on the lieu's clock: when the addresses are asked again
MOST_AT_ONCE = 5  # each may take three seconds, and other things are due


def follow_calendar(thing: Thing, *, label: str, url: str, actor_id: int, now: datetime, calendar_id: int | None = None) -> OutsideCalendar:
    """Read it at its address, now and each night from now on; Refused when nothing can be read there today."""
    times = _ask(url, place_id=thing.place_id, now=now)
    return read_calendar(thing, label=label, times=times, url=url, actor_id=actor_id, now=now, calendar_id=calendar_id)


def read_again(calendar_id: int, *, actor_id: int | None, now: datetime) -> OutsideCalendar:
    """Ask its address once more. When nothing is heard, what it said before stays taken, and the lieu sees why."""
    row = db.session.get_one(OutsideCalendar, calendar_id)
    thing = booking.directory(db.session.get_one(Place, row.place_id)).any(row.resource_id)
    try:
        times = _ask(row.url, place_id=row.place_id, now=now)
    except Refused as refused:
        with transaction():
            row.trouble, row.asked_at = refused.codes[0], now
            journal.record("outside.unread", row.id, place_id=row.place_id, actor_id=actor_id, at=now, code=row.trouble)
            db.session.flush()
        raise
    return read_calendar(thing, label=row.label, times=times, url=row.url, actor_id=actor_id, now=now, calendar_id=row.id)


def refresh_calendars(*, now: datetime) -> int:
    """Each night, ask each address again; how many were read."""
    done = 0
    for row_id in _claimed(now):
        try:
            read_again(row_id, actor_id=None, now=now)
            done += 1
        except Refused:  # noted on its row
            continue
    return done


def _claimed(now: datetime) -> list[int]:
    """Those that nobody has asked since last night: ours from now on, whatever another worker does."""
    claimed = []
    followed = sa.select(OutsideCalendar.id, Place.zone).join(Place).where(OutsideCalendar.url != "").order_by(OutsideCalendar.id)
    for row_id, zone in db.session.execute(followed).all():
        since = _last_night(now, ZoneInfo(zone))
        with transaction():
            is_ours = db.session.execute(
                sa.update(OutsideCalendar)
                .where(OutsideCalendar.id == row_id, sa.or_(OutsideCalendar.asked_at.is_(None), OutsideCalendar.asked_at < since))
                .values(asked_at=now)
                .returning(OutsideCalendar.id)
            ).scalar()
        claimed += [row_id] if is_ours else []
        if len(claimed) == MOST_AT_ONCE:
            break
    return claimed


def _last_night(now: datetime, zone: ZoneInfo) -> datetime:
    """The latest three in the morning."""
    local = now.astimezone(zone)
    day = local.date() if local.time() >= NIGHT else local.date() - timedelta(days=1)
    return datetime.combine(day, NIGHT, zone).astimezone(UTC)


def _ask(url: str, *, place_id: int, now: datetime) -> list[Busy]:
    zone = db.session.get_one(Place, place_id).tz
    db.session.commit()  # whoever is asked may take their time: no transaction waits for it
    content = calendar_at(url)
    try:
        return busy_times(content, zone=zone, window=Period(now, now + AHEAD))
    except NotACalendar as trouble:
        raise Refused(CalendarUnreadable()) from trouble


def read_calendar(
    thing: Thing,
    *,
    label: str,
    times: Sequence[Busy],
    actor_id: int | None,
    now: datetime,
    url: str = "",
    calendar_id: int | None = None,
) -> OutsideCalendar:
    """Take a thing at these times, instead of those that the same calendar gave before; nobody's booking is touched."""
    with transaction():
        take_turn(thing.place_id)
        row = db.session.get(OutsideCalendar, calendar_id) if calendar_id is not None else None
        if row is None:
            row = OutsideCalendar(place_id=thing.place_id, resource_id=thing.id, label=label, created_at=now, busy=0, missed=0)
            db.session.add(row)
            db.session.flush()
        _give_up(row, now=now, but={one.key for one in times})
        known = set(db.session.scalars(sa.select(Outage.outside_key).where(Outage.outside_id == row.id, Outage.ended_at.is_(None))))
        row.missed = sum(_take(row, thing, one, actor_id=actor_id, now=now) for one in times if one.key not in known)
        row.busy, row.read_at, row.label, row.trouble = len(times), now, label, ""
        row.url, row.asked_at = url, now if url else None
        db.session.flush()
        touch_calendar(thing.place_id)
        journal.record("outside.read", row.id, place_id=thing.place_id, actor_id=actor_id, at=now, busy=row.busy, missed=row.missed)
        return row


def forget_calendar(row: OutsideCalendar, *, actor_id: int, now: datetime) -> None:
    """Its times are free again."""
    with transaction():
        take_turn(row.place_id)
        _give_up(row, now=now, but=set())
        touch_calendar(row.place_id)
        journal.record("outside.forgotten", row.id, place_id=row.place_id, actor_id=actor_id, at=now)
        db.session.delete(row)
        db.session.flush()


def _take(row: OutsideCalendar, thing: Thing, one: Busy, *, actor_id: int | None, now: datetime) -> int:
    """Hold what is still free of it; 1 when somebody here already had some of it."""
    held = Outage(
        resource_id=thing.id,
        starts_at=one.period.starts_at,
        ends_at=one.period.ends_at,
        reason=row.label,
        actor_id=actor_id,
        created_at=now,
        outside_id=row.id,
        outside_key=one.key,
    )
    db.session.add(held)
    db.session.flush()
    gaps = without(one.period, [taken.whole for taken in booking.taken([thing.id], one.period)[thing.id]])
    for free in gaps:
        db.session.add(
            Occupancy(
                place_id=thing.place_id,
                resource_id=thing.id,
                starts_at=free.starts_at,
                ends_at=free.ends_at,
                holder="booking",
                outage_id=held.id,
            )
        )
        db.session.flush()
    return int(gaps != [one.period])


def _give_up(row: OutsideCalendar, *, now: datetime, but: set[str]) -> None:
    """The times to come that the calendar no longer has; those that are past stay as they were."""
    gone = db.session.scalars(
        sa.select(Outage).where(
            Outage.outside_id == row.id, Outage.ended_at.is_(None), Outage.ends_at > now, Outage.outside_key.not_in(but)
        )
    ).all()
    for outage in gone:
        outage.ended_at = now
        db.session.execute(
            sa.update(Occupancy)
            .where(Occupancy.outage_id == outage.id, Occupancy.active)
            .values(active=False)
            .execution_options(synchronize_session=False)
        )
    db.session.flush()
    for outage in gone:
        if outage.ends_at is not None and outage.ends_at > now:
            offer_freed(row.place_id, [outage.resource_id], Period(outage.starts_at, outage.ends_at), now=now)
