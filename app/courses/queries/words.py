"""Reads of what is said: journals and who reads them, interviews, notes of the team."""

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import TRAINEE_NAME, Cohort, CohortTrainer, Enrolment, Interview, JournalPage, JournalReader, StaffNote
from app.courses.queries.cohorts import trainers
from app.members.models import Member

FOLLOWING = ("enrolled", "completed")


def companions(enrolment: Enrolment) -> dict[int, str]:
    """Whom a trainee may name to read their journal: the team, then the cohort, by name."""
    fellows = db.session.execute(
        sa.select(Enrolment.member_id, TRAINEE_NAME)
        .join(Member, Member.id == Enrolment.member_id)
        .where(Enrolment.cohort_id == enrolment.cohort_id, Enrolment.id != enrolment.id, Enrolment.status.in_(FOLLOWING))
        .order_by(TRAINEE_NAME)
    )
    return {one.id: one.name for one in trainers(enrolment.cohort_id)} | {row[0]: row[1] for row in fellows}


def own_pages(enrolment_id: int) -> list[JournalPage]:
    """A journal, for who writes it: the last week first."""
    return list(
        db.session.scalars(sa.select(JournalPage).where(JournalPage.enrolment_id == enrolment_id).order_by(JournalPage.week.desc()))
    )


def readers_named(page_ids: list[int]) -> dict[int, dict[int, str]]:
    """Who was chosen by name for each page."""
    rows = db.session.execute(
        sa.select(JournalReader.page_id, Member.id, Member.name)
        .join(Member, Member.id == JournalReader.member_id)
        .where(JournalReader.page_id.in_(page_ids))
        .order_by(Member.name)
    )
    found: dict[int, dict[int, str]] = {}
    for page_id, member_id, name in rows:
        found.setdefault(page_id, {})[member_id] = name
    return found


def pages_shared_with(member: Member, *, of: int | None = None) -> list[JournalPage]:
    """The pages of others (`of`: one enrolment) that somebody may read: shown to a circle they are of now, or to them by name. The last week first.

    Decided here only. The head of all courses is of the team of each.
    """
    member_id = member.id
    teaches = sa.select(CohortTrainer.cohort_id).where(CohortTrainer.member_id == member_id)
    if "head_of_course" in member.roles:
        teaches = sa.select(Cohort.id)
    follows = sa.select(Enrolment.cohort_id).where(Enrolment.member_id == member_id, Enrolment.status.in_(FOLLOWING))
    named = sa.exists().where(JournalReader.page_id == JournalPage.id, JournalReader.member_id == member_id)
    may_read = sa.or_(
        named,
        sa.and_(JournalPage.readers.in_(("trainers", "cohort")), Enrolment.cohort_id.in_(teaches)),
        sa.and_(JournalPage.readers == "cohort", Enrolment.cohort_id.in_(follows)),
    )
    pages = sa.select(JournalPage).join(Enrolment, Enrolment.id == JournalPage.enrolment_id)
    return list(
        db.session.scalars(
            pages.where(may_read, Enrolment.member_id != member_id, sa.true() if of is None else Enrolment.id == of)
            .order_by(JournalPage.week.desc(), JournalPage.id.desc())
            .limit(200)
        )
    )


def interviews(enrolment_id: int) -> list[Interview]:
    """The last first."""
    rows = sa.select(Interview).where(Interview.enrolment_id == enrolment_id)
    return list(db.session.scalars(rows.order_by(Interview.held_on.desc(), Interview.id.desc())))


def interview(interview_id: int) -> Interview | None:
    return db.session.get(Interview, interview_id)


def staff_notes(enrolment_id: int, *, author_id: int | None) -> list[StaffNote]:
    """`author_id`: only what this person wrote."""
    rows = sa.select(StaffNote).where(StaffNote.enrolment_id == enrolment_id)
    if author_id is not None:
        rows = rows.where(StaffNote.author_id == author_id)
    return list(db.session.scalars(rows.order_by(StaffNote.id.desc())))
