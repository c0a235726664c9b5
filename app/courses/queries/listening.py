"""Reads of surveys, of what leavers became, of the register of complaints."""

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import Complaint, Enrolment, FollowUp, SurveyAnswer, SurveyInvitation
from app.courses.rules import listening as rules


def invitations_of(member_id: int) -> list[SurveyInvitation]:
    """What is still waited for from somebody."""
    rows = sa.select(SurveyInvitation).join(Enrolment, Enrolment.id == SurveyInvitation.enrolment_id)
    rows = rows.where(Enrolment.member_id == member_id, SurveyInvitation.has_answered.is_(False))
    return list(db.session.scalars(rows.order_by(SurveyInvitation.asked_on)))


def invitation(cohort_id: int, survey: str, member_id: int) -> SurveyInvitation | None:
    rows = sa.select(SurveyInvitation).join(Enrolment, Enrolment.id == SurveyInvitation.enrolment_id)
    mine = (SurveyInvitation.cohort_id == cohort_id, SurveyInvitation.survey == survey, Enrolment.member_id == member_id)
    return db.session.scalars(rows.where(*mine).execution_options(populate_existing=True)).first()


def results(cohort_id: int) -> list[rules.Results]:
    """Of each survey that was sent out."""
    asked = sa.select(SurveyInvitation.survey, sa.func.count()).where(SurveyInvitation.cohort_id == cohort_id)
    counts = {row[0]: row[1] for row in db.session.execute(asked.group_by(SurveyInvitation.survey))}
    answers: dict[str, list[tuple[dict[str, int], str]]] = {}
    given = sa.select(SurveyAnswer.survey, SurveyAnswer.marks, SurveyAnswer.words).where(SurveyAnswer.cohort_id == cohort_id)
    for row in db.session.execute(given.order_by(SurveyAnswer.id)):
        answers.setdefault(row.survey, []).append((row.marks, row.words))
    return [rules.results(survey, counts[survey], answers.get(survey, [])) for survey in rules.SURVEYS if survey in counts]


def follow_ups(cohort_id: int) -> list[FollowUp]:
    rows = sa.select(FollowUp).join(Enrolment, Enrolment.id == FollowUp.enrolment_id).where(Enrolment.cohort_id == cohort_id)
    return list(db.session.scalars(rows.order_by(FollowUp.months, FollowUp.enrolment_id)))


def follow_up(enrolment_id: int, months: int) -> FollowUp | None:
    return db.session.get(FollowUp, (enrolment_id, months), populate_existing=True)


def own_follow_ups(member_id: int) -> list[FollowUp]:
    """What is still waited for from somebody."""
    rows = sa.select(FollowUp).join(Enrolment, Enrolment.id == FollowUp.enrolment_id)
    return list(db.session.scalars(rows.where(Enrolment.member_id == member_id, FollowUp.answered_at.is_(None)).order_by(FollowUp.months)))


def insertions(cohort_id: int) -> list[rules.Insertion]:
    by_months: dict[int, list[str]] = {}
    for row in follow_ups(cohort_id):
        by_months.setdefault(row.months, []).append(row.situation)
    return [rules.insertion(months, told) for months, told in sorted(by_months.items())]


def complaints(place_id: int) -> list[Complaint]:
    """The register, the latest first."""
    rows = sa.select(Complaint).where(Complaint.place_id == place_id).order_by(Complaint.received_at.desc(), Complaint.id.desc())
    return list(db.session.scalars(rows))


def complaints_of(member_id: int) -> list[Complaint]:
    return list(db.session.scalars(sa.select(Complaint).where(Complaint.member_id == member_id).order_by(Complaint.id.desc())))


def complaint(complaint_id: int, place_id: int) -> Complaint | None:
    found = db.session.get(Complaint, complaint_id, populate_existing=True)
    return found if found is not None and found.place_id == place_id else None
