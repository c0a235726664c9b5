"""What is said: a trainee's journal, interviews, notes of the team."""

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.courses import queries
from app.courses.models import Enrolment, Interview, JournalPage, JournalReader, StaffNote
from app.courses.rules.refusals import NotYourCompanion, NotYourWork


def write_journal(enrolment_id: int, *, week: date, text: str, readers: str, also: Collection[int] = (), now: datetime) -> JournalPage:
    """A week in one's own words, read by whom one chooses: a circle, and also some people of it by name; nobody else is told."""
    with transaction():
        enrolment = db.session.get_one(Enrolment, enrolment_id)
        if not set(also) <= set(queries.companions(enrolment)):
            raise Refused(NotYourCompanion())
        page = db.session.scalar(sa.select(JournalPage).where(JournalPage.enrolment_id == enrolment_id, JournalPage.week == week))
        if page is None:
            page = JournalPage(enrolment_id=enrolment_id, week=week)
            db.session.add(page)
        page.text, page.readers, page.written_at = text, readers, now
        db.session.flush()
        db.session.execute(sa.delete(JournalReader).where(JournalReader.page_id == page.id))
        db.session.add_all(JournalReader(page_id=page.id, member_id=member_id) for member_id in sorted(also))
        db.session.flush()
        return page


def note_interview(enrolment_id: int, *, kind: str, held_on: date, said: str, decided: str, held_by_id: int, now: datetime) -> Interview:
    """What was said and decided, for the trainee and the team."""
    with transaction():
        enrolment = db.session.get_one(Enrolment, enrolment_id)
        row = Interview(
            enrolment_id=enrolment_id, kind=kind, held_on=held_on, said=said, decided=decided, held_by_id=held_by_id, written_at=now
        )
        db.session.add(row)
        db.session.flush()
        journal.record(
            "enrolment.interviewed", row.id, place_id=enrolment.place_id, actor_id=held_by_id, member_id=enrolment.member_id, at=now
        )
        return row


def answer_interview(interview_id: int, *, text: str, member_id: int, now: datetime) -> Interview:
    """The trainee's own words on it; the last ones stay."""
    with transaction():
        row = db.session.get_one(Interview, interview_id)
        if row.enrolment.member_id != member_id:
            raise Refused(NotYourWork())
        row.answer, row.answered_at = text, now
        db.session.flush()
        return row


def write_note(enrolment_id: int, *, text: str, author_id: int, now: datetime) -> StaffNote:
    """A note on a trainee, for its author and the head of the course."""
    with transaction():
        row = StaffNote(enrolment_id=enrolment_id, author_id=author_id, text=text, written_at=now)
        db.session.add(row)
        db.session.flush()
        return row
