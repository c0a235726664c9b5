"""Gestures on the lieu itself."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from app.core import journal
from app.core.db import db, insert_unless_there, just_before_commit, table, transaction
from app.core.prepared import Prepared
from app.core.refusals import Refused
from app.place import queries
from app.place.models import Closure, OpeningException, OpeningHours, Place
from app.place.rules import Span, reasons_halves, reasons_spans

LEAP = 1_000_000  # more than the changes of any lost week

_PLACE = table(Place)
_BUMP_CALENDAR = Prepared(  # with every booking
    sa.update(_PLACE)
    .where(_PLACE.c.id == sa.bindparam("place"))
    .values(calendar_stamp=_PLACE.c.calendar_stamp + 1)
    .returning(_PLACE.c.calendar_stamp)
)


def touch_calendar(place_id: int) -> None:
    """The calendar changed: its fragments and ETags are renewed, once, at the very end of this transaction."""

    def bump(session: Session) -> None:
        stamp = _BUMP_CALENDAR.scalar(place=place_id)
        queries.forget()
        if (loaded := session.identity_map.get(identity_key(Place, place_id))) is not None:
            set_committed_value(loaded, "calendar_stamp", stamp)  # what is drawn after this write is drawn anew

    just_before_commit(("calendar", place_id), bump)


def touch_settings(place_id: int) -> None:
    """Hours, things, rules or prices were just changed: what processes keep of them is read again, and the calendar with them."""
    db.session.flush()
    db.session.execute(sa.update(Place).where(Place.id == place_id).values(settings_stamp=Place.settings_stamp + 1))
    queries.forget()
    touch_calendar(place_id)


def renew_stamps(*, now: datetime) -> None:  # noqa: ARG001 — asked like all that follows a restoration
    """Days were lost or came back: what browsers and processes kept of them must not pass for fresh."""
    with transaction() as session:
        session.execute(sa.update(Place).values(settings_stamp=Place.settings_stamp + LEAP, calendar_stamp=Place.calendar_stamp + LEAP))


def describe(*, place_id: int, actor_id: int | None, now: datetime, **facts: str) -> Place:
    """Its name, address, numbers: what is given is changed."""
    return _change(place_id, "place.described", actor_id, now, **facts)


def set_house_rules(*, place_id: int, text: str, actor_id: int | None, now: datetime) -> Place:
    return _change(place_id, "place.house_rules_set", actor_id, now, house_rules=text)


def set_kwh_price(*, place_id: int, price: int | None, actor_id: int | None, now: datetime) -> Place:
    """What the lieu pays a kWh, in hundredths of a cent; none: not said."""
    return _change(place_id, "place.kwh_priced", actor_id, now, kwh_price=price)


def set_holidays(*, place_id: int, country: str, subdivision: str, actor_id: int | None, now: datetime) -> Place:
    """Which public holidays close the lieu."""
    return _change(place_id, "place.holidays_set", actor_id, now, holidays_country=country, holidays_subdivision=subdivision)


def set_halves(*, place_id: int, morning: Span, afternoon: Span, actor_id: int | None, now: datetime) -> Place:
    """From when to when a morning and an afternoon go; what is already booked stays."""
    if reasons := list(reasons_halves(morning, afternoon)):
        raise Refused(*reasons)
    (morning_from, morning_to), (afternoon_from, afternoon_to) = morning, afternoon
    spans = {"morning_from": morning_from, "morning_to": morning_to, "afternoon_from": afternoon_from, "afternoon_to": afternoon_to}
    return _change(place_id, "place.halves_set", actor_id, now, **spans)


def set_hours(*, place_id: int, week: Mapping[int, Sequence[Span]], badge_all_hours: bool, actor_id: int | None, now: datetime) -> None:
    """The usual week, 0 is Monday; a day without a span is closed. What is already booked stays."""
    for spans in week.values():
        if reasons := list(reasons_spans(spans)):
            raise Refused(*reasons)
    with transaction() as session:
        session.execute(sa.delete(OpeningHours).where(OpeningHours.place_id == place_id))
        session.add_all(
            OpeningHours(place_id=place_id, weekday=weekday, opens=opens, closes=closes)
            for weekday, spans in week.items()
            for opens, closes in spans
        )
        session.get_one(Place, place_id).badge_all_hours = badge_all_hours
        touch_settings(place_id)
        journal.record("place.hours_set", place_id, place_id=place_id, actor_id=actor_id, at=now)


def announce_hours(*, place_id: int, day: date, spans: Sequence[Span], label: str, actor_id: int | None, now: datetime) -> OpeningException:
    """This day's hours, whatever its weekday and public holidays say; no span: closed. Said again, the last word counts."""
    if reasons := list(reasons_spans(spans)):
        raise Refused(*reasons)
    with transaction() as session:
        session.execute(insert_unless_there(OpeningException).values(place_id=place_id, day=day, spans=[], label=""))
        row = session.scalars(sa.select(OpeningException).where(OpeningException.place_id == place_id, OpeningException.day == day)).one()
        row.spans, row.label = [list(span) for span in sorted(spans)], label
        touch_settings(place_id)
        journal.record("place.hours_announced", row.id, place_id=place_id, actor_id=actor_id, at=now, day=day.isoformat())
        return row


def withdraw_hours(*, place_id: int, day: date, actor_id: int | None, now: datetime) -> bool:
    """That day is like the others again; false when nothing was announced for it."""
    with transaction() as session:
        gone = sa.delete(OpeningException).where(OpeningException.place_id == place_id, OpeningException.day == day)
        withdrawn = session.scalar(gone.returning(OpeningException.id))
        if withdrawn is not None:
            touch_settings(place_id)
            journal.record("place.hours_withdrawn", withdrawn, place_id=place_id, actor_id=actor_id, at=now, day=day.isoformat())
        return withdrawn is not None


def add_closure(*, place_id: int, first_day: date, last_day: date, label: str, actor_id: int | None, now: datetime) -> Closure:
    """Write the closure; `booking.services.close` is the gesture, which also holds every thing."""
    with transaction():
        closure = Closure(place_id=place_id, first_day=first_day, last_day=last_day, label=label)
        db.session.add(closure)
        db.session.flush()
        touch_settings(place_id)
        journal.record("place.closure_added", closure.id, place_id=place_id, actor_id=actor_id, at=now)
        return closure


def cancel_closure(*, closure_id: int, actor_id: int | None, now: datetime) -> Closure:
    with transaction():
        closure = db.session.get_one(Closure, closure_id)
        closure.cancelled = True
        db.session.flush()
        touch_settings(closure.place_id)
        journal.record("place.closure_cancelled", closure.id, place_id=closure.place_id, actor_id=actor_id, at=now)
        return closure


def _change(place_id: int, event: str, actor_id: int | None, now: datetime, **facts: object) -> Place:
    """Set what differs, and say which; nothing differs: nothing happened."""
    with transaction() as session:
        place = session.get_one(Place, place_id, populate_existing=True)
        changed = sorted(name for name, value in facts.items() if getattr(place, name) != value)
        for name in changed:
            setattr(place, name, facts[name])
        if changed:
            touch_settings(place_id)
            journal.record(event, place_id, place_id=place_id, actor_id=actor_id, at=now, changed=changed)
        return place
