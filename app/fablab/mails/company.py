"""Going together: who comes too has their own event; they are told when it is off, and who booked when they come no more."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import url_for

from app.booking import papers
from app.core import calendar, clock, mail
from app.core.calendar import Contact, Event, Method
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.fablab.models import Companion
from app.members.models import Member
from app.place.models import Place
from app.web import letters
from app.web.typography import words

ENDS = ("booking.cancelled", "booking.late_cancelled", "booking.released", "booking.no_show", "booking.moved")


def tell_companions(entry: JournalEntry) -> None:
    """The booking is off, or at another time: who came too is told."""
    for row in db.session.scalars(sa.select(Companion).where(Companion.booking_id == entry.subject_id, Companion.left_at.is_(None))):
        mail.queue(
            "company.off",
            fact=f"journal:{entry.id}:{row.member_id}",
            member_id=row.member_id,
            place_id=entry.place_id,
            facts={"entry": entry.id, "subject": row.id},
            now=clock.now(),
        )


def joined(row: OutgoingMail) -> Letter | None:
    companion = db.session.get_one(Companion, row.facts["subject"])
    return _letter(row, "company_joined", companion, "REQUEST") if companion.left_at is None else None


def left(row: OutgoingMail) -> Letter | None:
    companion = db.session.get_one(Companion, row.facts["subject"])
    return _letter(row, "company_left", companion)


def off(row: OutgoingMail) -> Letter | None:
    companion = db.session.get_one(Companion, row.facts["subject"])
    event = db.session.get_one(JournalEntry, row.facts["entry"]).event
    method: Method = "REQUEST" if event == "booking.moved" else "CANCEL"
    return _letter(row, "company_off", companion, method, moved=event == "booking.moved")


def _letter(row: OutgoingMail, template: str, companion: Companion, method: Method | None = None, **context: Any) -> Letter:
    held = companion.booking
    place, member = db.session.get_one(Place, held.place_id), db.session.get_one(Member, row.member_id)
    return letters.write(
        row,
        f"fablab/mail/{template}.txt",
        attachments=[_event(row, companion, place, member, method)] if method else [],
        name=member.name,
        thing=held.resource.name,
        who=held.member.name,
        companion=companion.member.name,
        when=words().span(held.starts_at, held.ends_at, place.tz),
        url=url_for("fablab.one_company", booking_id=held.id, _external=True),
        **context,
    )


def as_event(companion: Companion, place: Place) -> Event:
    """Where one goes with somebody, as calendars show it."""
    held = companion.booking
    return Event(
        uid=f"companion-{companion.id}-{held.uid}",
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        summary=f"{held.resource.name} · {place.short_name or place.name}",
        changed_at=held.changed_at,
        created_at=companion.joined_at,
        sequence=held.sequence,
        status="CONFIRMED",
        location=papers.place_line(place),
        url=url_for("fablab.one_company", booking_id=held.id, _external=True),
    )


def _event(row: OutgoingMail, companion: Companion, place: Place, member: Member, method: Method) -> Attachment:
    house = mail.post().house(row.place_id)
    event = as_event(companion, place)
    return calendar.invitation(
        [event if method == "REQUEST" else replace(event, status="CANCELLED")],
        zone=place.tz,
        house=Contact(house.name, house.address),
        to=Contact(member.name, member.email),
        method=method,
        filename="reservation.ics",
    )
