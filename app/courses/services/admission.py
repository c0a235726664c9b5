"""Admission: somebody asks to follow a cohort, is met, is answered, and enters."""

from datetime import date, datetime

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.courses.models import Application, Enrolment
from app.courses.rules import AlreadyApplied, ApplicationDecided, NotAccepted
from app.courses.services.cohorts import live
from app.courses.services.enrolments import enrol
from app.members.models import Member

OVER = ("enrolled", "withdrawn")


def apply(
    cohort_id: int,
    *,
    member_id: int,
    situation: str,
    motivation: str,
    experience: str,
    needs: str,
    now: datetime,
    birth_date: date | None = None,
) -> Application:
    """Ask to follow a cohort, once."""
    with transaction():
        cohort = live(cohort_id)
        already = sa.exists().where(
            Application.cohort_id == cohort_id, Application.member_id == member_id, Application.status != "withdrawn"
        )
        if db.session.scalar(sa.select(already)):
            raise Refused(AlreadyApplied())
        member = db.session.get_one(Member, member_id)
        row = Application(
            place_id=cohort.place_id,
            cohort_id=cohort_id,
            member_id=member_id,
            name=member.name,
            email=member.email,
            phone=member.phone,
            town=member.town,
            birth_date=birth_date or member.birth_date,
            situation=situation,
            motivation=motivation,
            experience=experience,
            needs=needs,
            created_at=now,
        )
        db.session.add(row)
        _tell("application.received", row, actor_id=member_id, now=now)
        return row


def meet(application_id: int, *, interview_at: datetime | None, notes: str, actor_id: int, now: datetime) -> Application:
    """When the interview is, and what was said."""
    with transaction():
        row = _turn_of(application_id)
        if interview_at is not None and interview_at > now and interview_at != row.interview_at:
            journal.record(
                "application.invited",
                row.id,
                place_id=row.place_id,
                actor_id=actor_id,
                member_id=row.member_id,
                at=now,
                interview_at=interview_at.isoformat(),
            )
        row.interview_at, row.interview_notes = interview_at, notes
        if row.status == "received":
            row.status = "interview"
        _tell("application.met", row, actor_id=actor_id, now=now)
        return row


def decide(application_id: int, *, decision: str, reason: str, actor_id: int, now: datetime) -> Application:
    """Accepted, refused, or on the waiting list, last of it. It may be decided again until the person has entered."""
    with transaction():
        row = _turn_of(application_id)
        if decision == "waiting" and row.status != "waiting":
            ranks = sa.select(sa.func.max(Application.waiting_rank)).where(Application.cohort_id == row.cohort_id)
            row.waiting_rank = (db.session.scalar(ranks) or 0) + 1
        elif decision != "waiting":
            _leave_the_list(row)
        row.status, row.decision_reason, row.decided_at = decision, reason, now
        _tell("application.decided", row, actor_id=actor_id, now=now)
        return row


def withdraw_application(application_id: int, *, actor_id: int, now: datetime) -> Application:
    """The person no longer asks for it."""
    with transaction():
        row = _turn_of(application_id)
        row.status = "withdrawn"
        _leave_the_list(row)
        _tell("application.withdrawn", row, actor_id=actor_id, now=now)
        return row


def enrol_applicant(
    application_id: int, *, actor_id: int, now: datetime, first_day: date | None = None, replaces_id: int | None = None
) -> Enrolment:
    """Who was accepted enters the cohort, on the day that is said or as anybody does."""
    with transaction():
        row = _turn_of(application_id)
        if row.status != "accepted" or row.member_id is None:
            raise Refused(NotAccepted())
        made = enrol(
            row.cohort_id,
            member_id=row.member_id,
            first_day=first_day,
            replaces_id=replaces_id,
            bpf_status=row.situation,
            actor_id=actor_id,
            now=now,
        )
        row.status, row.enrolment_id = "enrolled", made.id
        db.session.flush()
        return made


def _turn_of(application_id: int) -> Application:
    """Inside a transaction: an application that may still change, in its cohort's turn."""
    row = db.session.get_one(Application, application_id)
    live(row.cohort_id)
    db.session.refresh(row)
    if row.status in OVER:
        raise Refused(ApplicationDecided())
    return row


def _leave_the_list(row: Application) -> None:
    """Those who waited behind move up."""
    if row.waiting_rank is not None:
        behind = sa.select(Application).where(Application.cohort_id == row.cohort_id, Application.waiting_rank > row.waiting_rank)
        for other in db.session.scalars(behind.order_by(Application.waiting_rank)).all():
            other.waiting_rank = (other.waiting_rank or 1) - 1
        row.waiting_rank = None


def _tell(event: str, row: Application, *, actor_id: int, now: datetime) -> None:
    journal.record(event, row.id, place_id=row.place_id, actor_id=actor_id, member_id=row.member_id, at=now)
