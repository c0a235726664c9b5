"""What the course tells of its sessions: one that is added, moved, cancelled or given to somebody else, once to each person."""

from datetime import datetime

import sqlalchemy as sa
from flask import url_for

from app.core import calendar, clock, mail
from app.core.calendar import Contact
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.core.period import Period
from app.core.refusals import N_
from app.courses import queries
from app.courses.models import Cohort, CourseSession, Enrolment
from app.courses.queries import events
from app.members.models import Member
from app.place.models import Place
from app.web import letters


def tell_session(entry: JournalEntry) -> None:
    """Those who follow it that day, its trainer, and who was to teach it; nobody of a cohort that is still prepared, nor whoever did it."""
    session = db.session.get_one(CourseSession, entry.subject_id)
    cohort = db.session.get_one(Cohort, session.cohort_id)
    if cohort.state != "running" or session.ends_at <= clock.now():
        return
    follows = (
        sa.select(Enrolment.member_id)
        .join(CourseSession, CourseSession.cohort_id == Enrolment.cohort_id)
        .where(CourseSession.id == session.id, Enrolment.status == "enrolled", queries.in_path())
        .order_by(Enrolment.id)
    )
    people = [*db.session.scalars(follows), session.trainer_id, entry.facts.get("before")]
    for member_id in dict.fromkeys(people):
        if member_id is not None and member_id != entry.actor_id:
            mail.queue(
                entry.event,
                fact=f"session:{entry.id}:{member_id}",
                member_id=member_id,
                place_id=entry.place_id,
                facts={"entry": entry.id, "subject": session.id},
                now=clock.now(),
            )


def changed(row: OutgoingMail) -> Letter | None:
    """How it is now, with its event; nothing once it is over."""
    entry = db.session.get_one(JournalEntry, row.facts["entry"])
    slot = next(iter(queries.slots(CourseSession.id == row.facts["subject"], with_cancelled=True)), None)
    if slot is None or slot.ends_at <= clock.now():
        return None
    place = db.session.get_one(Place, entry.place_id)
    before = None
    if "from_start" in entry.facts:
        before = Period(*(datetime.fromisoformat(entry.facts[name]) for name in ("from_start", "from_end")))
    return letters.write(
        row,
        "courses/mail/session_changed.txt",
        attachments=[_invitation(row, slot, place)],
        slot=slot,
        what=entry.event.partition(".")[2],
        before=before,
        zone=place.tz,
        link=url_for("courses.session", session_id=slot.id, _external=True),
    )


def _invitation(row: OutgoingMail, slot: queries.Slot, place: Place) -> Attachment:
    member, house = db.session.get_one(Member, row.member_id), mail.post().house(place.id)
    return calendar.invitation(
        [events.event(slot)],
        zone=place.tz,
        house=Contact(house.name, house.address),
        to=Contact(member.name, member.email),
        method="CANCEL" if slot.state == "cancelled" else "REQUEST",
        filename="seance.ics",
    )


TOLD = ("session.added", "session.moved", "session.cancelled", "session.given", "session.noted")
MAILS: dict[str, mail.Builder] = dict.fromkeys(TOLD, changed)
READERS = {event: [tell_session] for event in TOLD}
NAMES = {
    "session.added": N_("Séance ajoutée"),
    "session.moved": N_("Séance déplacée"),
    "session.cancelled": N_("Séance annulée"),
    "session.given": N_("Séance confiée à une autre personne"),
    "session.noted": N_("Mot changé sur une séance"),
}
