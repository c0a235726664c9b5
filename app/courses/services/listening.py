"""Asking trainees what they think and what they became, once each; taking in complaints, and answering them in time."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.core import journal, mail
from app.core.db import db, insert_unless_there, lock, transaction
from app.core.refusals import Refused
from app.courses.models import Cohort, Complaint, Enrolment, FollowUp, SurveyAnswer, SurveyInvitation
from app.courses.papers import listening as papers
from app.courses.papers.presence import Document
from app.courses.queries import listening as queries
from app.courses.rules import listening as rules
from app.courses.services.documents import house_of, title_of
from app.place.models import Place
from app.place.queries import day_at

TURNS = 7253  # whose turn it is to answer a survey
STAYED = ("enrolled", "completed")


def ask_surveys(*, now: datetime) -> int:
    """Send out the surveys whose day has come, and the questions of three, six and twelve months; each once to each person."""
    asked = 0
    for place in db.session.scalars(sa.select(Place).order_by(Place.id)).all():
        today = now.astimezone(place.tz).date()
        recent = Cohort.last_day >= today - timedelta(days=400)
        rows = sa.select(Cohort).where(Cohort.place_id == place.id, Cohort.state != "draft", Cohort.first_day <= today, recent)
        for cohort in db.session.scalars(rows).all():
            asked += _ask_cohort(cohort, today, now)
    return asked


def answer_survey(cohort_id: int, survey: str, *, marks: Mapping[int, int], words: str, member_id: int) -> None:
    """The answer is kept by itself; that somebody answered, apart: every invitation of the survey is written at once."""
    with transaction() as session:
        lock(TURNS, cohort_id)
        mine = queries.invitation(cohort_id, survey, member_id)
        if mine is None:
            raise Refused(rules.NotAsked())
        if mine.has_answered:
            raise Refused(rules.AlreadyAnswered())
        table = SurveyInvitation
        answered = sa.case((table.enrolment_id == mine.enrolment_id, sa.true()), else_=table.has_answered)
        of_survey = (table.cohort_id == cohort_id, table.survey == survey)
        session.execute(sa.update(table).where(*of_survey).values(has_answered=answered).execution_options(synchronize_session=False))
        kept = {str(number): mark for number, mark in marks.items()}
        session.add(SurveyAnswer(id=secrets.token_hex(16), cohort_id=cohort_id, survey=survey, marks=kept, words=words))
        session.flush()


def note_follow_up(enrolment_id: int, months: int, situation: str, *, actor_id: int, now: datetime) -> FollowUp:
    """Told by the person, or noted by the team after a call; it may be told again."""
    with transaction() as session:
        row = session.get_one(FollowUp, (enrolment_id, months), populate_existing=True)
        row.situation, row.answered_at, row.by_staff = situation, now, row.enrolment.member_id != actor_id
        session.flush()
        journal.record(
            "follow_up.noted", enrolment_id, place_id=row.place_id, actor_id=actor_id, member_id=row.enrolment.member_id, at=now,
            months=months,
        )  # fmt: skip
        return row


def complain(
    *, place_id: int, kind: str, text: str, actor_id: int | None, now: datetime, member_id: int | None = None, cohort_id: int | None = None,
    received_by: str = "",
) -> Complaint:  # fmt: skip
    """Taken into the register. A discreet one keeps no name, neither here nor in the journal."""
    with transaction() as session:
        today = day_at(place_id, now)
        row = Complaint(
            place_id=place_id, cohort_id=cohort_id, member_id=member_id, kind=kind, received_by=received_by, text=text, received_at=now,
            due_on=rules.answer_due(today),
        )  # fmt: skip
        session.add(row)
        session.flush()
        is_discreet = member_id is None and not received_by
        journal.record("complaint.received", row.id, place_id=place_id, actor_id=None if is_discreet else actor_id, at=now)
        return row


def answer_complaint(complaint_id: int, *, answer: str, improvement: str, is_closed: bool, actor_id: int, now: datetime) -> Complaint:
    """What is answered, then what is improved; its author reads the answer."""
    with transaction() as session:
        row = session.get_one(Complaint, complaint_id, populate_existing=True)
        is_new = answer != row.answer
        row.answer, row.improvement = answer, improvement
        row.answered_at = row.answered_at or now
        row.closed_at = (row.closed_at or now) if is_closed else None
        session.flush()
        event = "complaint.answered" if is_new else "complaint.followed"
        journal.record(event, row.id, place_id=row.place_id, actor_id=actor_id, member_id=row.member_id, at=now)
        return row


def voices_paper(cohort_id: int) -> Document:
    """What surveys and leavers said, on paper."""
    cohort = db.session.get_one(Cohort, cohort_id)
    return papers.voices(
        house_of(db.session.get_one(Place, cohort.place_id)),
        course=title_of(cohort),
        cohort=cohort.name,
        first=cohort.first_day,
        last=cohort.last_day,
        surveys=queries.results(cohort_id),
        insertions=queries.insertions(cohort_id),
    )


# ---------------------------------------------------------------- private


def _ask_cohort(cohort: Cohort, today: date, now: datetime) -> int:
    asked = 0
    for survey in rules.SURVEYS:
        day = rules.survey_day(survey, cohort.first_day, cohort.last_day)
        if day <= today <= day + timedelta(days=rules.ASKED_FOR):
            asked += sum(_invite(cohort, survey, one, today, now) for one in _stayed(cohort, day))
    for months in rules.MONTHS:
        day = rules.months_after(cohort.last_day, months)
        if day <= today <= day + timedelta(days=rules.ASKED_FOR):
            asked += sum(_follow(cohort, months, one, today, now) for one in _stayed(cohort, cohort.last_day))
    return asked


def _stayed(cohort: Cohort, day: date) -> list[Enrolment]:
    rows = sa.select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.status.in_(STAYED), Enrolment.first_day <= day)
    return list(db.session.scalars(rows.order_by(Enrolment.id)))


def _invite(cohort: Cohort, survey: str, one: Enrolment, today: date, now: datetime) -> int:
    if db.session.get(SurveyInvitation, (cohort.id, survey, one.id)) is not None:
        return 0
    with transaction() as session:
        row = insert_unless_there(SurveyInvitation).values(
            cohort_id=cohort.id, survey=survey, enrolment_id=one.id, place_id=cohort.place_id, asked_on=today, has_answered=False
        )
        if session.execute(row.returning(SurveyInvitation.enrolment_id)).first() is None:
            return 0
        facts = {"cohort": cohort.id, "survey": survey}
        fact = f"survey:{cohort.id}:{survey}:{one.id}"
        mail.queue("survey.asked", fact=fact, member_id=one.member_id, place_id=cohort.place_id, facts=facts, now=now)
    return 1


def _follow(cohort: Cohort, months: int, one: Enrolment, today: date, now: datetime) -> int:
    if db.session.get(FollowUp, (one.id, months)) is not None:
        return 0
    with transaction() as session:
        row = insert_unless_there(FollowUp).values(
            enrolment_id=one.id, months=months, place_id=cohort.place_id, asked_on=today, situation="", by_staff=False
        )
        if session.execute(row.returning(FollowUp.enrolment_id)).first() is None:
            return 0
        facts = {"enrolment": one.id, "months": months}
        fact = f"follow_up:{one.id}:{months}"
        mail.queue("follow_up.asked", fact=fact, member_id=one.member_id, place_id=cohort.place_id, facts=facts, now=now)
    return 1
