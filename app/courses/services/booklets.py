"""Livret d'évaluation: what trainers saw of somebody, block by block."""

from datetime import datetime

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import Enrolment
from app.courses.papers import learning as papers
from app.courses.papers.presence import Document
from app.courses.queries import learning as queries
from app.courses.queries import presence
from app.courses.rules import learning
from app.courses.services.documents import house_of, title_of
from app.members.models import Member
from app.place.models import Place


def booklet(enrolment: Enrolment, *, now: datetime) -> Document:
    """Livret d'évaluation: the levels that trainers gave, the tests of each block, resits too."""
    place, cohort = db.session.get_one(Place, enrolment.place_id), enrolment.cohort
    seen, tests = queries.skills(enrolment), queries.tests(enrolment.id)
    named = sa.select(Member.id, Member.name).where(Member.id.in_({one.assessor_id for one in tests}))
    names = {row.id: row.name for row in db.session.execute(named)}
    pages = [
        papers.BlockPages(
            name=f"{block.code}, {block.title}",
            is_acquired=block.is_acquired,
            assessed=[
                papers.Assessed(
                    name=f"{one.competence.code}, {one.competence.title}",
                    level=f"{one.by_trainer}, {learning.LEVELS[one.by_trainer]}",
                    on=one.theirs.assessed_at.astimezone(place.tz).date() if one.theirs else None,
                    evidence=one.theirs.evidence if one.theirs else "",
                )
                for one in seen
                if one.competence.block_code == block.code
            ],
            tests=[
                papers.Tested(
                    on=one.taken_on, is_resit=one.is_resit, passed=one.passed, comment=one.comment, assessor=names[one.assessor_id]
                )
                for one in tests
                if one.block_code == block.code
            ],
        )
        for block in queries.blocks(seen)
    ]
    return papers.booklet(
        house_of(place),
        name=enrolment.name,
        course=title_of(cohort),
        cohort=cohort.name,
        first=max(enrolment.first_day, cohort.first_day),
        last=enrolment.last_day or cohort.last_day,
        minutes_done=presence.followed_by(enrolment.id, now=now).to_date.done,
        blocks=pages,
    )
