"""Seats of events, told to who signed up."""

from typing import Any, Literal

from flask import current_app

from app.booking.papers import place_line
from app.core import calendar, clock, mail
from app.core.calendar import Contact
from app.core.db import db
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.coworking import queries
from app.coworking.models import Event, SignUp
from app.members.models import Member
from app.place.models import Place
from app.web import letters


def signed_up(row: OutgoingMail) -> Letter | None:
    """A seat is theirs, with the event for their calendar."""
    return _of_seat(row, "signed_up", states=("in",), method="REQUEST")


def waited_for(row: OutgoingMail) -> Letter | None:
    return _of_seat(row, "waited_for", states=("waiting",))


def offered(row: OutgoingMail) -> Letter | None:
    """A seat came free: it is kept for a while."""
    seat = db.session.get_one(SignUp, row.facts["subject"])
    if seat.offered_until is None or seat.offered_until <= clock.now():
        return None
    return _of_seat(row, "offered", states=("offered",), until=seat.offered_until)


def moved(row: OutgoingMail) -> Letter | None:
    return _of_seat(row, "moved", states=("in", "waiting", "offered"), method="REQUEST")


def cancelled(row: OutgoingMail) -> Letter | None:
    return _of_seat(row, "cancelled", states=("in", "waiting", "offered"), method="CANCEL", is_off=True)


def _of_seat(
    row: OutgoingMail,
    template: str,
    *,
    states: tuple[str, ...],
    method: Literal["REQUEST", "CANCEL"] | None = None,
    is_off: bool = False,
    **context: Any,
) -> Letter | None:
    seat = db.session.get_one(SignUp, row.facts["subject"])
    event = db.session.get_one(Event, seat.event_id)
    if seat.state not in states or (event.state == "cancelled") != is_off or event.ends_at <= clock.now():
        return None
    place, member = db.session.get_one(Place, event.place_id), db.session.get_one(Member, row.member_id)
    told = queries.event_told(event.id, None)
    assert told is not None
    url = f"{current_app.config['PUBLIC_URL']}/agenda/{event.id}"
    attachments = [_invitation(event, told.room, place, member, method, url)] if method and seat.state == "in" else []
    return letters.write(
        row,
        f"coworking/mail/event_{template}.txt",
        attachments=attachments,
        name=member.name,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=place.tz,
        room=told.room,
        url=url,
        **context,
    )


def _invitation(event: Event, room: str, place: Place, member: Member, method: Literal["REQUEST", "CANCEL"], url: str) -> Attachment:
    house = mail.post().house(place.id)
    said = as_event(event, room, place, url=url)
    return calendar.invitation(
        [said],
        zone=place.tz,
        house=Contact(house.name, house.address),
        to=Contact(member.name, member.email),
        method=method,
        filename="evenement.ics",
    )


def as_event(event: Event, room: str, place: Place, *, url: str = "") -> calendar.Event:
    """An event of the lieu, as calendars show it."""
    return calendar.Event(
        uid=event.uid,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        summary=event.title,
        changed_at=event.changed_at,
        created_at=event.created_at,
        sequence=event.sequence,
        status="CANCELLED" if event.state == "cancelled" else "CONFIRMED",
        location=", ".join(filter(None, (room, place_line(place)))),
        url=url,
    )
