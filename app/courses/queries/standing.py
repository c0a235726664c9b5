"""What somebody is in a cohort: its trainer, its head, the manager; whose tutor, whose funder."""

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import Cohort, CohortTrainer, Enrolment, FundingLine
from app.courses.rules.seeing import Viewer
from app.members.models import Member, Organisation


def viewer(member: Member, cohort_id: int, *, place_id: int) -> Viewer:
    """`member`, as this cohort knows them at this lieu: at another one they are there for themselves only.

    The head of all courses is the head of each.
    """
    teaches = sa.and_(CohortTrainer.cohort_id == Cohort.id, CohortTrainer.member_id == member.id)
    here = sa.select(CohortTrainer.is_head).select_from(Cohort).outerjoin(CohortTrainer, teaches)
    row = db.session.execute(here.where(Cohort.id == cohort_id, Cohort.place_id == place_id)).first()
    if row is None:
        return Viewer(member_id=member.id)
    return Viewer(
        member_id=member.id,
        is_manager=member.may("open_course_papers"),
        is_head="head_of_course" in member.roles or bool(row.is_head),
        is_trainer=row.is_head is not None,
        funds=_funded(member, cohort_id),
    )


def sees_sheet(viewer: Viewer, trainer_id: int | None) -> bool:
    """Whether the sheet of a half-day is theirs to open: who gives it, who heads the course, the manager; any of its trainers when nobody is named."""
    is_its_trainer = viewer.member_id == trainer_id or (viewer.is_trainer and not trainer_id)
    return viewer.is_head or viewer.is_manager or is_its_trainer


def funders_of(cohort_id: int) -> dict[int, str]:
    """The organisations that pay hours of a cohort, by name."""
    paying = sa.select(FundingLine.organisation_id).join(Enrolment).where(Enrolment.cohort_id == cohort_id)
    rows = sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(paying)).order_by(Organisation.name)
    return {row[0]: row[1] for row in db.session.execute(rows)}


def _funded(member: Member, cohort_id: int) -> frozenset[int]:
    """The enrolments that the organisation of a funder pays for."""
    if "funder" not in member.roles or member.organisation_id is None:
        return frozenset()
    paid = sa.select(FundingLine.enrolment_id).join(Enrolment).where(Enrolment.cohort_id == cohort_id)
    return frozenset(db.session.scalars(paid.where(FundingLine.organisation_id == member.organisation_id)))
