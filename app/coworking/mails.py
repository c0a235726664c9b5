"""What coworking tells people: visitors who are expected or there, seats of events."""

from typing import Any, Literal

from flask import Blueprint, current_app

from app.booking.papers import place_line
from app.core import calendar, clock, journal, mail
from app.core.calendar import Contact
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.coworking import queries
from app.coworking.models import Event, SignUp, Visitor
from app.members.models import Member
from app.place.models import Place
from app.web import letters

bp = Blueprint("coworking_mails", __name__, template_folder="templates")


# ---------------------------------------------------------------- readers


def to_visitor(entry: JournalEntry) -> None:
    """The visitor has no account: the mail goes to the address that their host gave, if any."""
    visitor = db.session.get_one(Visitor, entry.subject_id)
    if visitor.email:
        mail.queue(
            entry.event,
            fact=f"journal:{entry.id}",
            to_address=visitor.email,
            place_id=entry.place_id,
            facts={"entry": entry.id, "subject": visitor.id},
            now=clock.now(),
        )


# ---------------------------------------------------------------- visitors


def invited(row: OutgoingMail) -> Letter | None:
    """A word of welcome: when, where, who expects them."""
    visitor = db.session.get_one(Visitor, row.facts["subject"])
    place = db.session.get_one(Place, visitor.place_id)
    if visitor.cancelled_at is not None or not visitor.name or visitor.day < clock.today(place.tz):
        return None
    return _to_visitor(row, "invited", visitor, place)


def uninvited(row: OutgoingMail) -> Letter | None:
    visitor = db.session.get_one(Visitor, row.facts["subject"])
    return _to_visitor(row, "uninvited", visitor, db.session.get_one(Place, visitor.place_id)) if visitor.name else None


def arrived(row: OutgoingMail) -> Letter | None:
    """To the host: somebody is there for you."""
    visitor = db.session.get_one(Visitor, row.facts["subject"])
    place = db.session.get_one(Place, visitor.place_id)
    if visitor.arrived_at is None or not visitor.name or visitor.day < clock.today(place.tz):
        return None
    return letters.write(
        row, "coworking/mail/arrived.txt", name=visitor.host.name, visitor=visitor.name, at=visitor.arrived_at, zone=place.tz
    )


def _to_visitor(row: OutgoingMail, template: str, visitor: Visitor, place: Place) -> Letter:
    return letters.write(
        row,
        f"coworking/mail/{template}.txt",
        visitor=visitor.name,
        host=visitor.host.name,
        day=visitor.day,
        starts_at=visitor.booking.starts_at if visitor.booking is not None else None,
        zone=place.tz,
        place=place.name,
        address=place_line(place),
        phone=place.phone,
    )


# ---------------------------------------------------------------- events


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


# ---------------------------------------------------------------- for the wiring

MAILS: dict[str, mail.Builder] = {
    "visitor.invited": invited,
    "visitor.uninvited": uninvited,
    "visitor.arrived": arrived,
    "event.signed_up": signed_up,
    "event.waited_for": waited_for,
    "event.offered": offered,
    "event.moved_for": moved,
    "event.cancelled_for": cancelled,
}

READERS: dict[str, list[journal.Reader]] = {
    **{event: [mail.tell] for event in MAILS},
    "visitor.invited": [to_visitor],
    "visitor.uninvited": [to_visitor],
}

NAMES: dict[str, str] = {
    "visitor.invited": N_("Mot de bienvenue à un visiteur"),
    "visitor.uninvited": N_("Visite annulée"),
    "visitor.arrived": N_("Votre visiteur est là"),
    "event.signed_up": N_("Inscription à un événement"),
    "event.waited_for": N_("Liste d’attente d’un événement"),
    "event.offered": N_("Place proposée à un événement"),
    "event.moved_for": N_("Événement déplacé"),
    "event.cancelled_for": N_("Événement annulé"),
}
