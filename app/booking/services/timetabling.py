"""Take a thing for many periods at once, for the lieu itself: the timetable of a course.

One turn, one look at who holds what, one write: a year of half-days costs what a page costs. Each period is a booking of its
own, so that one can be moved or given up without the others.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.booking.models import Booking, Kind, Occupancy, Status
from app.booking.policy import Request, Want
from app.booking.rules import Thing, free_until
from app.booking.services.asking import ask
from app.booking.services.cancelling import cancel
from app.booking.services.examining import examine, facts_for
from app.booking.services.reserving import taken_meanwhile
from app.booking.services.writing import take_turn
from app.core import journal
from app.core.db import db, table, transaction
from app.core.journal import JournalEntry
from app.core.period import Period
from app.core.refusals import Reason
from app.place.services import touch_calendar

_BOOKING, _OCCUPANCY, _JOURNAL = table(Booking), table(Occupancy), table(JournalEntry)


def session_request(
    thing: Thing, period: Period, *, member_id: int, actor_id: int, now: datetime, reason: str = "", moving_id: int | None = None
) -> Request:
    """A wish of the lieu for a course session. `reason`: why on a day when the lieu is closed; `member_id`: who answers for it."""
    request = ask(
        [(thing, period)],
        member_id=member_id,
        actor_id=actor_id,
        now=now,
        kind=Kind.SESSION,
        override_reason=reason,
        moving_id=moving_id,
    )
    return replace(request, is_staff=True)


def reasons_by_period(request: Request, periods: Sequence[Period]) -> dict[Period, list[Reason]]:
    """Why this thing cannot be had at some of these periods; nothing is written."""
    found = {period: standing for period, standing in _examined(request, periods).items() if standing}
    return dict(sorted(found.items()))


def reserve_all(
    request: Request, periods: Sequence[Period], *, cause: journal.Line
) -> tuple[dict[Period, int], dict[Period, list[Reason]]]:
    """Inside a transaction: take the thing for every period that can be had.

    Answers the booking of each, and why the others cannot. `cause`: the gesture that wants them, which tells the people itself.
    """
    take_turn(request.place.id)
    standing = _examined(request, periods)
    free = [period for period in periods if not standing[period]]
    return _write(request, free, cause), {period: why for period, why in standing.items() if why}


def release_all(booking_ids: Collection[int], *, actor_id: int | None, now: datetime, cause: journal.Line) -> None:
    """Give up what a timetable held, when it is taken away."""
    with transaction():
        live = sa.select(Booking.id).where(Booking.id.in_(sorted(booking_ids)), Booking.status == Status.CONFIRMED, Booking.ends_at > now)
        for booking_id in db.session.scalars(live.order_by(Booking.id)).all():
            cancel(booking_id=booking_id, actor_id=actor_id, by_lieu=True, now=now, cause_id=cause.id)


def _examined(request: Request, periods: Sequence[Period]) -> dict[Period, list[Reason]]:
    if not periods:
        return {}
    thing = request.first.thing
    whole = Period(min(period.starts_at for period in periods), max(period.ends_at for period in periods))
    facts = facts_for(request, things=[thing], period=whole)
    found = {}
    for period in periods:
        facts.closed_said = False
        found[period] = examine(replace(request, wants=(Want(thing, period),), half=None), facts, priced=False).standing
    return found


def _write(request: Request, periods: Sequence[Period], cause: journal.Line) -> dict[Period, int]:
    if not periods:
        return {}
    thing, rules, place = request.first.thing, request.first.thing.rules, request.place
    rows: list[dict[str, Any]] = [
        {
            "place_id": place.id,
            "kind": request.kind,
            "resource_id": thing.id,
            "member_id": request.member.id,
            "starts_at": period.starts_at,
            "ends_at": period.ends_at,
            "status": Status.CONFIRMED,
            "free_until": free_until(period, rules=rules, zone=place.tz),
            "late_fee_percent": rules.late_fee_percent,
            "priced": 0,
            "price_cents": 0,
            "covered_by": [],
            "for_lieu": False,
            "note": request.note,
            "guest_name": "",
            "override_reason": "",
            "cancel_reason": "",
            "actor_id": request.actor_id,
            "uid": f"{uuid.uuid4()}@worklab",
            "sequence": 0,
            "created_at": request.now,
            "changed_at": request.now,
        }
        for period in periods
    ]
    db.session.execute(sa.insert(_BOOKING), rows)
    found = db.session.execute(sa.select(_BOOKING.c.uid, _BOOKING.c.id).where(_BOOKING.c.uid.in_([row["uid"] for row in rows])))
    by_uid = dict(found.all())
    ids = {period: by_uid[row["uid"]] for period, row in zip(periods, rows, strict=True)}
    try:
        db.session.execute(sa.insert(_OCCUPANCY), [_occupancy(request, period, booking_id) for period, booking_id in ids.items()])
    except IntegrityError as error:
        raise taken_meanwhile(request, error) from error
    db.session.execute(sa.insert(_JOURNAL), [_line(request, booking_id, cause) for booking_id in ids.values()])
    touch_calendar(place.id)
    return ids


def _occupancy(request: Request, period: Period, booking_id: int) -> dict[str, object]:
    rules = request.first.thing.rules
    whole = period.widened(before=rules.buffer_before, after=rules.buffer_after)
    return {
        "place_id": request.place.id,
        "resource_id": request.first.thing.id,
        "starts_at": whole.starts_at,
        "ends_at": whole.ends_at,
        "buffer_before": rules.buffer_before,
        "buffer_after": rules.buffer_after,
        "holder": "session",
        "booking_id": booking_id,
        "active": True,
    }


def _line(request: Request, booking_id: int, cause: journal.Line) -> dict[str, object]:
    return {
        "place_id": request.place.id,
        "at": request.now,
        "event": "booking.confirmed",
        "subject_id": booking_id,
        "actor_id": request.actor_id,
        "member_id": request.member.id,
        "cause_id": cause.id,
        "facts": {},
    }
