"""What the course tells people of presence: a link, a reminder, an alert, the day's fingerprint."""

from datetime import date

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from app.core import clock, mail
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_, Refused
from app.courses.models import Cohort, CohortTrainer, Enrolment
from app.courses.queries import distance, occasions, presence
from app.courses.rules import signing as rules
from app.courses.rules.alerts import NAMES as LEVELS
from app.courses.rules.retention import words_until
from app.courses.services import signing
from app.members import queries as members
from app.place.models import Place
from app.web import letters
from app.web.typography import words

# ---------------------------------------------------------------- readers


def tell_alert(entry: JournalEntry) -> None:
    """The person whom it is about, and the heads of their course."""
    assert entry.member_id is not None
    mail.tell_them(entry, [entry.member_id, *entry.facts["staff"]])


def tell_anchor(entry: JournalEntry) -> None:
    """The manager and the head of the course: somebody remembers the day's fingerprint outside of the database."""
    heads = sa.select(CohortTrainer.member_id).where(CohortTrainer.cohort_id == entry.subject_id, CohortTrainer.is_head)
    mail.tell_them(entry, [*members.managers(), *db.session.scalars(heads)])


def tell_managers(entry: JournalEntry) -> None:
    """Who alone may purge."""
    mail.tell_them(entry, members.managers())


# ---------------------------------------------------------------- builders


def link_sent(row: OutgoingMail) -> Letter | None:
    """The personal link is made here, when its mail leaves."""
    entry = _entry(row)
    occasion = occasions.occasion(row.facts["subject"])
    if occasion is None or rules.window(occasion.starts_at, occasion.ends_at).closes_at < clock.now():
        return None
    try:
        token = signing.make_link(
            session_id=occasion.id, enrolment_id=entry.facts["enrolment"], actor_id=entry.actor_id or 0, now=clock.now()
        )
    except Refused:  # signed meanwhile
        return None
    link = url_for("signing.by_link", token=token, _external=True)
    return letters.write(row, "courses/mail/link_sent.txt", one=occasion, link=link)


def locked(row: OutgoingMail) -> Letter | None:
    """To the trainer: somebody typed five wrong codes."""
    entry, occasion = _entry(row), occasions.occasion(row.facts["subject"])
    slot = presence.slot_of(row.facts["subject"], entry.facts["enrolment"], now=clock.now())
    if occasion is None or slot is None or not slot.is_locked or rules.window(occasion.starts_at, occasion.ends_at).closes_at < clock.now():
        return None
    name = occasions.names_of([slot.enrolment_id])[slot.enrolment_id]
    return letters.write(row, "courses/mail/locked.txt", one=occasion, name=name, link=_sheet(occasion.id))


def countersign_due(row: OutgoingMail) -> Letter | None:
    occasion = occasions.occasion(row.facts["session"])
    slots = [slot for slot in presence.expected_at(row.facts["session"], now=clock.now()) if slot.minutes.to_regularise]
    if occasion is None or not slots:
        return None
    hours = words().hours_exact(sum(slot.minutes.to_regularise for slot in slots))
    return letters.write(row, "courses/mail/countersign_due.txt", one=occasion, people=len(slots), hours=hours, link=_sheet(occasion.id))


def unsigned(row: OutgoingMail) -> Letter | None:
    followed = presence.followed_by(row.facts["enrolment"], now=clock.now())
    slots = [slot for slot in followed.over() if slot.minutes.to_regularise and slot.signed_at is None]
    if not slots:
        return None
    link = url_for("presence.mine", _external=True)
    return letters.write(
        row, "courses/mail/unsigned.txt", slots=slots[-10:], hours=words().hours_exact(followed.to_date.to_regularise), link=link
    )


def returned(row: OutgoingMail) -> Letter | None:
    """To the trainee: what is missing of their half-day at distance; nothing once they have answered."""
    occasion = occasions.occasion(row.facts["subject"])
    enrolment_id = occasions.enrolment_of(row.member_id or 0, occasion.cohort_id) if occasion else None
    slot = presence.slot_of(row.facts["subject"], enrolment_id, now=clock.now()) if enrolment_id else None
    if occasion is None or slot is None or slot.signed_at:
        return None
    last = next(iter(distance.of_person(occasion.id, slot.enrolment_id)), None)
    link = url_for("distance.own", session_id=occasion.id, _external=True)
    return letters.write(row, "courses/mail/returned.txt", one=occasion, word=last.answer_words if last else "", link=link)


def alerted(row: OutgoingMail) -> Letter | None:
    entry = _entry(row)
    enrolment = db.session.get_one(Enrolment, entry.subject_id)
    return letters.write(
        row,
        "courses/mail/alerted.txt",
        level=_(LEVELS[entry.facts["level"]]),
        is_own=row.member_id == enrolment.member_id,
        name=enrolment.name,
        cohort=enrolment.cohort.name,
        unjustified=words().hours_exact(entry.facts["unjustified"]),
        planned=words().hours_exact(entry.facts["planned"]),
        link=_hours(row, enrolment),
    )


def anchored(row: OutgoingMail) -> Letter | None:
    entry = _entry(row)
    cohort = db.session.get_one(Cohort, entry.subject_id)
    zone = db.session.get_one(Place, cohort.place_id).tz
    day = date.fromisoformat(entry.facts["day"])
    return letters.write(
        row,
        "courses/mail/anchored.txt",
        cohort=cohort.name,
        day=day,
        rank=entry.facts["rank"],
        hash=entry.facts["hash"],
        at=entry.at,
        zone=zone,
    )


def purge_due(row: OutgoingMail) -> Letter | None:
    cohort = db.session.get_one(Cohort, row.facts["subject"])
    if cohort.purged_at is not None:
        return None
    link = url_for("retention.index", _external=True)
    return letters.write(row, "courses/mail/purge_due.txt", cohort=cohort.name, until=cohort.kept_until, link=link)


def words_due(row: OutgoingMail) -> Letter | None:
    cohort = db.session.get_one(Cohort, row.facts["subject"])
    link = url_for("retention.index", _external=True)
    return letters.write(row, "courses/mail/words_due.txt", cohort=cohort.name, until=words_until(cohort.last_day), link=link)


def _hours(row: OutgoingMail, enrolment: Enrolment) -> str:
    """One's own hours, or the cohort's for who heads it."""
    if row.member_id == enrolment.member_id:
        return url_for("presence.mine", _external=True)
    return url_for("presence.cohort", cohort_id=enrolment.cohort_id, _external=True)


def _sheet(session_id: int) -> str:
    return url_for("half_day.sheet", session_id=session_id, _external=True)


def _entry(row: OutgoingMail) -> JournalEntry:
    return db.session.get_one(JournalEntry, row.facts["entry"])


MAILS: dict[str, mail.Builder] = {
    "attendance.link_sent": link_sent,
    "attendance.locked": locked,
    "attendance.countersign_due": countersign_due,
    "attendance.unsigned": unsigned,
    "attendance.returned": returned,
    "attendance.alerted": alerted,
    "attendance.anchored": anchored,
    "cohort.purge_due": purge_due,
    "cohort.words_due": words_due,
}

READERS = {
    "attendance.link_sent": [mail.tell_anyway],
    "attendance.locked": [mail.tell_anyway],
    "attendance.returned": [mail.tell_anyway],
    "attendance.alerted": [tell_alert],
    "attendance.anchored": [tell_anchor],
    "cohort.purge_due": [tell_managers],
    "cohort.words_due": [tell_managers],
}

NAMES: dict[str, str] = {
    "attendance.link_sent": N_("Lien personnel de signature"),
    "attendance.locked": N_("Signature bloquée"),
    "attendance.countersign_due": N_("Demi-journée à contresigner"),
    "attendance.unsigned": N_("Demi-journée non signée"),
    "attendance.returned": N_("Travail à distance à reprendre"),
    "attendance.alerted": N_("Alerte d’absence"),
    "attendance.anchored": N_("Empreinte du jour"),
    "cohort.purge_due": N_("Preuves à effacer"),
    "cohort.words_due": N_("Journaux et entretiens à effacer"),
}
