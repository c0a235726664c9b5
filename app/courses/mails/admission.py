"""To who asks to follow a cohort: the interview and its hour, the answer, the convocation."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import url_for

from app.core import calendar, clock, mail
from app.core.calendar import Contact, Event
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_, Refused
from app.courses.models import Application, Cohort, Enrolment
from app.courses.services import documents
from app.place.models import Place
from app.place.queries import day_at
from app.web import letters

INTERVIEW_LASTS = timedelta(minutes=45)  # in the person's calendar; nobody is asked how long they talk


def convoke_who_waited(entry: JournalEntry) -> None:
    """The timetable is there: the convocation goes to who was enrolled before it, and has not begun."""
    cohort = db.session.get_one(Cohort, entry.subject_id)
    waited = (
        sa.select(Enrolment.id, Enrolment.member_id)
        .join(JournalEntry, sa.and_(JournalEntry.event == "enrolment.made", JournalEntry.subject_id == Enrolment.id))
        .where(JournalEntry.id < entry.id, Enrolment.cohort_id == cohort.id, Enrolment.status == "enrolled")
        .where(Enrolment.first_day >= day_at(cohort.place_id, clock.now()))
        .order_by(Enrolment.id)
    )
    for enrolment_id, member_id in db.session.execute(waited):
        mail.queue(
            "enrolment.made",
            fact=f"poured:{entry.id}:{enrolment_id}",
            member_id=member_id,
            place_id=cohort.place_id,
            facts={"entry": entry.id, "subject": enrolment_id},
            now=clock.now(),
        )


def invited(row: OutgoingMail) -> Letter | None:
    """The interview as it stands when the mail leaves, with its event; nothing for an hour that was changed since, or is over."""
    entry = db.session.get_one(JournalEntry, row.facts["entry"])
    found, starts_at = db.session.get_one(Application, entry.subject_id), datetime.fromisoformat(entry.facts["interview_at"])
    if found.status != "interview" or found.interview_at != starts_at or starts_at <= clock.now():
        return None
    cohort, place = db.session.get_one(Cohort, found.cohort_id), db.session.get_one(Place, found.place_id)
    return letters.write(
        row,
        "courses/mail/application_invited.txt",
        attachments=[_interview(found, cohort, place, sequence=entry.id)],
        cohort=cohort,
        starts_at=starts_at,
        place=place,
        link=url_for("admission.index", _external=True),
    )


def _interview(found: Application, cohort: Cohort, place: Place, *, sequence: int) -> Attachment:
    house, starts_at = mail.post().house(place.id), found.interview_at or found.created_at
    event = Event(
        uid=f"interview-{found.id}@worklab",
        starts_at=starts_at,
        ends_at=starts_at + INTERVIEW_LASTS,
        summary=cohort.name,
        changed_at=clock.now(),
        created_at=found.created_at,
        sequence=sequence,  # each later invitation comes after
        location=place.address,
    )
    to = Contact(found.name, found.email)
    contact = Contact(house.name, house.address)
    return calendar.invitation([event], zone=place.tz, house=contact, to=to, method="REQUEST", filename="entretien.ics")


def decided(row: OutgoingMail) -> Letter | None:
    """As it stands when it leaves: a decision taken back meanwhile is not told."""
    found = db.session.get_one(Application, row.facts["subject"])
    if found.status not in ("accepted", "waiting", "refused"):
        return None
    cohort = db.session.get_one(Cohort, found.cohort_id)
    link = url_for("admission.index", _external=True)
    return letters.write(row, "courses/mail/application_decided.txt", one=found, cohort=cohort, link=link)


def convoked(row: OutgoingMail) -> Letter | None:
    """The convocation and its paper, once the timetable is known; nothing to who left meanwhile, or once it is over."""
    found = db.session.get_one(Enrolment, row.facts["subject"])
    place = db.session.get_one(Place, found.place_id)
    if found.status != "enrolled" or found.cohort.last_day < clock.today(place.tz):
        return None
    link = url_for("admission.convocation", enrolment_id=found.id, _external=True)
    papers = _convocation(found.id)
    if not papers and db.session.get_one(JournalEntry, row.facts["entry"]).event != "enrolment.made":
        return None  # poured, then taken back: the next pouring tells
    return letters.write(row, "courses/mail/enrolment_made.txt", attachments=papers, path=found, has_paper=bool(papers), link=link)


def _convocation(enrolment_id: int) -> list[Attachment]:
    try:
        paper = documents.convocation(enrolment_id)
    except Refused:  # no timetable yet
        return []
    return [Attachment("convocation.pdf", paper.pdf(), "application/pdf")]


MAILS: dict[str, mail.Builder] = {"application.invited": invited, "application.decided": decided, "enrolment.made": convoked}
READERS = {event: [mail.tell] for event in MAILS} | {"cohort.poured": [convoke_who_waited]}
NAMES = {
    "application.invited": N_("Entretien de candidature"),
    "application.decided": N_("Réponse à une candidature"),
    "enrolment.made": N_("Convocation en formation"),
}
