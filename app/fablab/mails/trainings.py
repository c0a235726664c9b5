"""Seats in trainings: taken, offered, given up; sessions planned, entrusted, called off."""

from dataclasses import replace
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from app.booking import mails as booking
from app.booking import papers
from app.core import calendar, clock, mail
from app.core.calendar import Contact, Event, Method
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.fablab import queries
from app.fablab.models import Training, TrainingSeat
from app.fablab.services import MACHINE_GONE, TOO_FEW
from app.members.models import Member
from app.place.models import Place
from app.web import letters
from app.web.typography import words


def enrolled(row: OutgoingMail) -> Letter | None:
    """The seat is theirs, with the session to put in one's calendar."""
    seat = db.session.get_one(TrainingSeat, row.facts["subject"])
    if seat.state not in ("enrolled", "present"):
        return None
    return _letter(row, "enrolled", seat.training, "REQUEST", cents=seat.cents)


def seat_offered(row: OutgoingMail) -> Letter | None:
    """A seat came free for who waited; it is kept for a while."""
    seat = db.session.get_one(TrainingSeat, row.facts["subject"])
    if seat.state != "held" or seat.held_until is None or seat.held_until <= clock.now():
        return None
    return _letter(row, "seat_offered", seat.training, until=seat.held_until)


def left(row: OutgoingMail) -> Letter | None:
    """A seat was given up: what came back."""
    entry = db.session.get_one(JournalEntry, row.facts["entry"])
    if not entry.facts.get("was_enrolled"):
        return None
    seat = db.session.get_one(TrainingSeat, row.facts["subject"])
    fee = int(entry.facts.get("fee_cents", 0))
    return _letter(row, "left", seat.training, "CANCEL", fee_cents=fee, back_cents=seat.cents - fee)


def cancelled(row: OutgoingMail) -> Letter | None:
    """The session is called off; who had a seat or waited is told once, with the next one."""
    training = db.session.get_one(Training, row.facts["subject"])
    if db.session.get_one(JournalEntry, row.facts["entry"]).actor_id == row.member_id:
        return None  # who calls off their own session knows
    reasons = {TOO_FEW: _("Il n’y avait pas assez de monde."), MACHINE_GONE: _("La machine est en panne.")}
    upcoming = queries.next_training(training.clearance_type_id, now=clock.now()) if training.clearance_type_id else None
    return _letter(
        row,
        "cancelled",
        training,
        "CANCEL",
        reason=reasons.get(training.cancel_reason, training.cancel_reason),
        following=upcoming,
        following_url=page_of(upcoming.id) if upcoming else "",
    )


def tell_everyone(entry: JournalEntry) -> None:
    """A session is off: who had a seat or waited, and who was to lead it."""
    mail.tell_each(entry)
    mail.tell_them(entry, [db.session.get_one(Training, entry.subject_id).trainer_id])


def entrusted(row: OutgoingMail) -> Letter | None:
    """Somebody was asked to lead a session."""
    training = db.session.get_one(Training, row.facts["subject"])
    if training.state != "planned" or training.trainer_id != row.member_id:
        return None
    return _letter(row, "entrusted", training, "REQUEST", seats=training.seats)


def planned(row: OutgoingMail) -> Letter | None:
    """A session took machines that were booked: who had them is told once, with what else there is."""
    training = db.session.get_one(Training, row.facts["subject"])
    return booking.gone(row, "fablab/mail/training_planned.txt", title=training.title)


def page_of(training_id: int) -> str:
    """The address of a session's page, for a mail or a calendar."""
    return f"{current_app.config['PUBLIC_URL']}/fablab/trainings/{training_id}"


def _letter(row: OutgoingMail, name: str, training: Training, method: Method | None = None, **context: Any) -> Letter:
    place = db.session.get_one(Place, training.place_id)
    member = db.session.get_one(Member, row.member_id)
    return letters.write(
        row,
        f"fablab/mail/training_{name}.txt",
        attachments=[_invitation(row, training, place, member, method)] if method else [],
        name=member.name,
        title=training.title,
        when=words().span(training.starts_at, training.ends_at, place.tz),
        zone=place.tz,
        trainer=training.trainer.name,
        url=page_of(training.id),
        **context,
    )


def as_event(training: Training, place: Place) -> Event:
    """A session, as calendars show it."""
    return Event(
        uid=training.uid,
        starts_at=training.starts_at,
        ends_at=training.ends_at,
        summary=f"{training.title} · {place.short_name or place.name}",
        changed_at=training.changed_at,
        created_at=training.created_at,
        sequence=training.sequence,
        status="CANCELLED" if training.state == "cancelled" else "CONFIRMED",
        description=training.description,
        location=papers.place_line(place),
        url=page_of(training.id),
        categories=(_("Initiation"),),
    )


def _invitation(row: OutgoingMail, training: Training, place: Place, member: Member, method: Method) -> Attachment:
    house = mail.post().house(row.place_id)
    event = as_event(training, place)
    return calendar.invitation(
        [event if method == "REQUEST" else replace(event, status="CANCELLED")],
        zone=place.tz,
        house=Contact(house.name, house.address),
        to=Contact(member.name, member.email),
        method=method,
        filename="initiation.ics",
    )
