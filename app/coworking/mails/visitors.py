"""Visitors and guests: they have no account, and are told at the address that their host gave, if any.

A guest comes for a booking: they are welcomed once it stands, told when it moves, and when it is given up.
"""

from typing import Any, Literal

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking.models import Booking, Status
from app.booking.papers import Dated
from app.core import calendar, clock, journal, mail
from app.core.calendar import Contact
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.coworking import queries
from app.coworking.models import Visitor
from app.place.models import Place
from app.web import letters

# ---------------------------------------------------------------- readers


def to_visitor(entry: JournalEntry) -> None:
    """What is said of one visitor."""
    visitor = db.session.get_one(Visitor, entry.subject_id)
    if entry.event == "visitor.invited":
        _welcome(visitor, entry)
    else:
        _tell(visitor, entry, "visitor.uninvited")


def guests_have_a_place(entry: JournalEntry) -> None:
    """A booking stands: at once, or because the lieu said yes to it."""
    for visitor in queries.guests_of_booking(entry.subject_id):
        _welcome(visitor, entry)


def guests_come_at_another_time(entry: JournalEntry) -> None:
    _bring(entry, booking_id=entry.subject_id)


def guests_come_instead(entry: JournalEntry) -> None:
    """Their host has another booking instead: of what the lieu had to cancel, or of what was paid too late."""
    _bring(entry, booking_id=entry.facts["by"])


def _bring(entry: JournalEntry, *, booking_id: int | None) -> None:
    """Who was to come for the booking that the entry is about comes for this one, and is told when it is."""
    booking = db.session.get_one(Booking, booking_id)
    zone = db.session.get_one(Place, booking.place_id).tz
    with transaction():
        for visitor in queries.guests_of_booking(entry.subject_id):
            visitor.booking_id = booking.id
            visitor.day = booking.starts_at.astimezone(zone).date()
            if booking.status != Status.PENDING:
                _tell(visitor, entry, "visitor.moved")
        db.session.flush()


def guests_do_not_come(entry: JournalEntry) -> None:
    """The booking is given up, by whoever it was; who was never told of it learns nothing."""
    if journal.happened("booking.confirmed", entry.subject_id):
        for visitor in queries.guests_of_booking(entry.subject_id):
            _tell(visitor, entry, "visitor.uninvited")


def _welcome(visitor: Visitor, entry: JournalEntry) -> None:
    """Once, whichever comes first to say so; what waits for the lieu's yes, or for its payment, is not said yet."""
    if visitor.booking is None or visitor.booking.status in queries.PRESENT:
        _tell(visitor, entry, "visitor.invited", fact=f"visitor:{visitor.id}")


def _tell(visitor: Visitor, entry: JournalEntry, kind: str, *, fact: str = "") -> None:
    if visitor.email:
        mail.queue(
            kind,
            fact=fact or f"journal:{entry.id}:{visitor.id}",
            to_address=visitor.email,
            place_id=visitor.place_id,
            facts={"entry": entry.id, "subject": visitor.id},
            now=clock.now(),
        )


# ---------------------------------------------------------------- letters


def invited(row: OutgoingMail) -> Letter | None:
    """A word of welcome: when, where, how to come, who expects them, and the event for their calendar."""
    visitor, place = _visit(row)
    if not _is_expected(visitor, place):
        return None
    return _letter(row, "invited", visitor, place, method="REQUEST")


def visit_moved(row: OutgoingMail) -> Letter | None:
    visitor, place = _visit(row)
    return _letter(row, "visit_moved", visitor, place, method="REQUEST") if _is_expected(visitor, place) else None


def uninvited(row: OutgoingMail) -> Letter | None:
    visitor, place = _visit(row)
    return _letter(row, "uninvited", visitor, place, method="CANCEL") if visitor.name else None


def arrived(row: OutgoingMail) -> Letter | None:
    """To the host: somebody is there for you."""
    visitor, place = _visit(row)
    if visitor.arrived_at is None or not visitor.name or visitor.day < clock.today(place.tz):
        return None
    return letters.write(
        row, "coworking/mail/arrived.txt", name=visitor.host.name, visitor=visitor.name, at=visitor.arrived_at, zone=place.tz
    )


def _visit(row: OutgoingMail) -> tuple[Visitor, Place]:
    visitor = db.session.get_one(Visitor, row.facts["subject"])
    return visitor, db.session.get_one(Place, visitor.place_id)


def _is_expected(visitor: Visitor, place: Place) -> bool:
    stands = visitor.booking is None or visitor.booking.status in queries.PRESENT
    return stands and visitor.cancelled_at is None and bool(visitor.name) and visitor.day >= clock.today(place.tz)


def _letter(row: OutgoingMail, template: str, visitor: Visitor, place: Place, *, method: Literal["REQUEST", "CANCEL"]) -> Letter:
    booked = _booked(visitor)
    said: dict[str, Any] = dict.fromkeys(("starts_at", "ends_at", "thing"))  # somebody may be expected with nothing booked
    if booked:
        said = {"starts_at": booked.starts_at, "ends_at": booked.ends_at, "thing": papers.thing_name(booked)}
    return letters.write(
        row,
        f"coworking/mail/{template}.txt",
        attachments=[_event(visitor, booked, place, method)] if booked else [],
        visitor=visitor.name,
        host=visitor.host.name,
        day=visitor.day,
        zone=place.tz,
        place=place.name,
        address=papers.place_line(place),
        how_to_come=place.how_to_come,
        phone=place.phone,
        **said,
    )


def _booked(visitor: Visitor) -> Dated | None:
    if visitor.booking_id is None:
        return None
    (row,) = booking_queries.dated(Booking.id == visitor.booking_id)
    return row


def _event(visitor: Visitor, booked: Dated, place: Place, method: Literal["REQUEST", "CANCEL"]) -> Attachment:
    """The visit, which is no more the host's event than the guest is the host: it has a mark of its own for ever."""
    house = mail.post().house(place.id)
    is_off = method == "CANCEL"
    said = calendar.Event(
        uid=f"visit-{visitor.id}-{booked.uid}",
        starts_at=booked.starts_at,
        ends_at=booked.ends_at,
        summary=f"{visitor.host.name} · {place.short_name or place.name}",
        changed_at=visitor.cancelled_at or booked.changed_at,
        created_at=visitor.created_at,
        sequence=booked.sequence + (1 if visitor.cancelled_at else 0),
        status="CANCELLED" if is_off else "CONFIRMED",
        description=place.how_to_come,
        location=papers.place_line(place),
    )
    return calendar.invitation(
        [said],
        zone=place.tz,
        house=Contact(house.name, house.address),
        to=Contact(visitor.name, visitor.email),
        method=method,
        filename="visite.ics",
    )
