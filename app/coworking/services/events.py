"""Events of the lieu: announced with their room, moved, cancelled; seats that people take, wait for and are offered in turn."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking.models import Booking, Kind
from app.booking.rules import Thing
from app.booking.services.writing import take_turn
from app.core import journal
from app.core.db import db, insert_unless_there, transaction
from app.core.period import Period
from app.core.refusals import Refused
from app.coworking.models import Event, SignUp
from app.coworking.rules import EventOver, OfferOver, SeatsTaken

OFFER = timedelta(minutes=20)
COUNTED = ("in", "offered")  # what takes a seat
OPEN = ("in", "waiting", "offered")


@dataclass(frozen=True, slots=True)
class Described:
    """What an event says of itself."""

    title: str
    text: str
    period: Period
    seats: int
    public: bool
    elsewhere: str = ""


def announce_event(*, place_id: int, said: Described, room: Thing | None, actor_id: int, now: datetime, override_reason: str = "") -> Event:
    """An event with its room, all or nothing; refused as any booking is when somebody has the room."""
    with transaction():
        held = _reserve(room, said, actor_id=actor_id, now=now, override_reason=override_reason) if room is not None else None
        event = Event(
            place_id=place_id,
            title=said.title,
            text=said.text,
            starts_at=said.period.starts_at,
            ends_at=said.period.ends_at,
            seats=said.seats,
            public=said.public,
            elsewhere=said.elsewhere,
            booking_id=held.id if held is not None else None,
            uid=f"{uuid.uuid4()}@worklab",
            actor_id=actor_id,
            created_at=now,
            changed_at=now,
        )
        db.session.add(event)
        db.session.flush()
        journal.record("event.announced", event.id, place_id=place_id, actor_id=actor_id, at=now)
        return event


def change_event(event_id: int, *, said: Described, room: Thing | None, actor_id: int, now: datetime, override_reason: str = "") -> Event:
    """Say it otherwise; another time or room moves what it holds, and tells who signed up. More seats serve who waits."""
    with transaction():
        event = _turn_of(event_id)
        if event.state == "cancelled" or event.ends_at <= now:
            raise Refused(EventOver())
        taken = _counted(event)
        if said.seats and said.seats < taken:
            raise Refused(SeatsTaken(count=taken))
        moved = (event.starts_at, event.ends_at) != (said.period.starts_at, said.period.ends_at) or event.elsewhere != said.elsewhere
        moved = _move(event, said, room, actor_id=actor_id, now=now, override_reason=override_reason) or moved
        event.title, event.text, event.seats, event.public, event.elsewhere = said.title, said.text, said.seats, said.public, said.elsewhere
        event.starts_at, event.ends_at = said.period.starts_at, said.period.ends_at
        event.sequence += 1
        event.changed_at = now
        db.session.flush()
        entry = journal.record("event.changed", event.id, place_id=event.place_id, actor_id=actor_id, at=now, moved=moved)
        if moved:
            _tell_all(event, "event.moved_for", cause_id=entry.id, actor_id=actor_id, now=now)
        _offer(event, now=now)
        return event


def cancel_event(event_id: int, *, actor_id: int, reason: str, now: datetime) -> Event:
    """It does not take place: its room is free again, and who signed up is told."""
    with transaction():
        event = _turn_of(event_id)
        if event.state == "cancelled":
            return event
        if event.ends_at <= now:
            raise Refused(EventOver())
        event.state = "cancelled"
        event.sequence += 1
        event.changed_at = now
        if event.booking_id is not None:
            _release(event.booking_id, actor_id=actor_id, reason=reason, now=now)
        entry = journal.record("event.cancelled", event.id, place_id=event.place_id, actor_id=actor_id, at=now)
        _tell_all(event, "event.cancelled_for", cause_id=entry.id, actor_id=actor_id, now=now)
        db.session.flush()
        return event


# ---------------------------------------------------------------- seats


def sign_up(event_id: int, *, member_id: int | None, name: str = "", actor_id: int, now: datetime) -> SignUp:
    """A seat, or a place in line when there is none; asked twice, the same answer. `name`: somebody without an account."""
    with transaction():
        event = _turn_of(event_id)
        if event.state == "cancelled" or event.ends_at <= now:
            raise Refused(EventOver())
        _let_lapse(event, now=now)
        has_seat = event.seats == 0 or (_counted(event) < event.seats and _first_waiting(event) is None)
        state = "in" if has_seat else "waiting"
        values = {"event_id": event.id, "member_id": member_id, "name": name, "state": state, "created_at": now, "came": False}
        made = db.session.execute(insert_unless_there(SignUp).values(values).returning(SignUp.id)).scalar()
        if made is None:
            open_one = sa.select(SignUp).where(SignUp.event_id == event.id, SignUp.member_id == member_id, SignUp.state.in_(OPEN))
            return db.session.scalars(open_one).one()
        journal.record(
            "event.signed_up" if has_seat else "event.waited_for",
            made,
            place_id=event.place_id,
            actor_id=actor_id,
            member_id=member_id,
            at=now,
            event_id=event.id,
        )
        return db.session.get_one(SignUp, made)


def accept_seat(signup_id: int, *, actor_id: int, now: datetime) -> SignUp:
    """The seat that was kept is taken, while it is."""
    with transaction():
        row, event = _row(signup_id)
        if row.state == "in":
            return row
        if row.state != "offered" or row.offered_until is None or row.offered_until <= now or event.state == "cancelled":
            raise Refused(OfferOver())
        row.state, row.offered_until = "in", None
        journal.record(
            "event.signed_up", row.id, place_id=event.place_id, actor_id=actor_id, member_id=row.member_id, at=now, event_id=event.id
        )
        db.session.flush()
        return row


def give_up_seat(signup_id: int, *, actor_id: int, now: datetime) -> None:
    """Come no more, or wait no longer: the next in line is offered what comes free."""
    with transaction():
        row, event = _row(signup_id)
        if row.state not in OPEN:
            return
        row.state, row.offered_until = "left", None
        db.session.flush()
        journal.record("event.left", row.id, place_id=event.place_id, actor_id=actor_id, member_id=row.member_id, at=now, event_id=event.id)
        _offer(event, now=now)


def note_presence(signup_id: int, *, came: bool, actor_id: int, now: datetime) -> None:
    """Who really came."""
    with transaction():
        row, event = _row(signup_id)
        if row.state == "in" and row.came != came:
            row.came = came
            journal.record(
                "event.presence_noted", row.id, place_id=event.place_id, actor_id=actor_id, member_id=row.member_id, at=now, came=came
            )
            db.session.flush()


def lapse_seats(*, now: datetime) -> int:
    """The offers whose time is over go to the next in line; how many ended."""
    due = sa.select(SignUp.event_id).where(SignUp.state == "offered", SignUp.offered_until <= now).distinct().order_by(SignUp.event_id)
    ended = 0
    for event_id in db.session.scalars(due).all():
        with transaction():
            ended += _let_lapse(_turn_of(event_id), now=now)
    return ended


def _let_lapse(event: Event, *, now: datetime) -> int:
    gone = db.session.scalars(sa.select(SignUp).where(SignUp.event_id == event.id, SignUp.state == "offered", SignUp.offered_until <= now))
    rows = list(gone)
    for row in rows:
        row.state, row.offered_until = "lapsed", None
    db.session.flush()
    if rows:
        _offer(event, now=now)
    return len(rows)


def _offer(event: Event, *, now: datetime) -> None:
    """Each free seat is kept for the first who waits, in turn; who cannot be reached by mail has it at once."""
    if event.state == "cancelled" or event.ends_at <= now:
        return
    while (event.seats == 0 or _counted(event) < event.seats) and (row := _first_waiting(event)) is not None:
        if row.member_id is None:
            row.state = "in"
        else:
            row.state, row.offered_until = "offered", now + OFFER
        db.session.flush()
        if row.member_id is not None:
            journal.record("event.offered", row.id, place_id=event.place_id, member_id=row.member_id, at=now, event_id=event.id)


def _first_waiting(event: Event) -> SignUp | None:
    waiting = (
        sa.select(SignUp).where(SignUp.event_id == event.id, SignUp.state == "waiting").order_by(SignUp.created_at, SignUp.id).limit(1)
    )
    return db.session.scalars(waiting.execution_options(populate_existing=True)).first()


def _counted(event: Event) -> int:
    count = sa.select(sa.func.count(SignUp.id)).where(SignUp.event_id == event.id, SignUp.state.in_(COUNTED))
    return db.session.scalar(count) or 0


def _turn_of(event_id: int) -> Event:
    """An event as it is once the lieu's turn is ours."""
    place_id = db.session.scalars(sa.select(Event.place_id).where(Event.id == event_id)).one()
    take_turn(place_id)
    return db.session.get_one(Event, event_id, populate_existing=True)


def _row(signup_id: int) -> tuple[SignUp, Event]:
    event_id = db.session.scalars(sa.select(SignUp.event_id).where(SignUp.id == signup_id)).one()
    event = _turn_of(event_id)
    return db.session.get_one(SignUp, signup_id, populate_existing=True), event


def _tell_all(event: Event, what: str, *, cause_id: int, actor_id: int, now: datetime) -> None:
    rows = db.session.scalars(
        sa.select(SignUp).where(SignUp.event_id == event.id, SignUp.state.in_(OPEN), SignUp.member_id.is_not(None)).order_by(SignUp.id)
    )
    for row in rows.all():
        journal.record(
            what,
            row.id,
            place_id=event.place_id,
            actor_id=actor_id,
            member_id=row.member_id,
            cause_id=cause_id,
            at=now,
            event_id=event.id,
        )


# ---------------------------------------------------------------- its room


def _reserve(room: Thing, said: Described, *, actor_id: int, now: datetime, override_reason: str) -> Booking:
    request = booking.ask(
        [(room, said.period)],
        member_id=actor_id,
        actor_id=actor_id,
        now=now,
        kind=Kind.EVENT,
        note=said.title,
        override_reason=override_reason,
    )
    return booking.reserve(request)


def _move(event: Event, said: Described, room: Thing | None, *, actor_id: int, now: datetime, override_reason: str) -> bool:
    """Give the old room back and take the new one, or keep what does not change; whether anything did."""
    held = booking_queries.booking(event.booking_id) if event.booking_id is not None else None
    is_same = (event.starts_at, event.ends_at) == (said.period.starts_at, said.period.ends_at)
    if held is not None and room is not None and held.resource_id == room.id and is_same:
        return False
    if held is None and room is None:
        return False
    if held is not None:
        _release(held.id, actor_id=actor_id, reason="", now=now)
    event.booking_id = None
    if room is not None:
        event.booking_id = _reserve(room, said, actor_id=actor_id, now=now, override_reason=override_reason).id
    return True


def _release(booking_id: int, *, actor_id: int, reason: str, now: datetime) -> None:
    booking.cancel(booking_id=booking_id, actor_id=actor_id, by_lieu=True, now=now, reason=reason)
