"""Absence alerts that were given, as a page shows them: to the person, to who heads the course, to the manager."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import TRAINEE_NAME, AbsenceAlert, Enrolment
from app.members.models import Member
from app.place.models import Place


class Given(NamedTuple):
    """One level, reached once; the minutes are those of that day."""

    enrolment_id: int
    name: str
    level: str  # a key of `rules.alerts.NAMES`
    day: date
    unjustified: int
    planned: int


def given_to(enrolment_ids: Collection[int]) -> list[Given]:
    """The alerts of these people, the last first."""
    rows = (
        sa.select(AbsenceAlert, TRAINEE_NAME, Place)
        .join(Enrolment, Enrolment.id == AbsenceAlert.enrolment_id)
        .join(Member, Member.id == Enrolment.member_id)
        .join(Place, Place.id == AbsenceAlert.place_id)
        .where(AbsenceAlert.enrolment_id.in_(enrolment_ids))
        .order_by(AbsenceAlert.given_at.desc(), TRAINEE_NAME, AbsenceAlert.level)
    )
    return [
        Given(alert.enrolment_id, name, alert.level, alert.given_at.astimezone(place.tz).date(), alert.unjustified, alert.planned)
        for alert, name, place in db.session.execute(rows)
    ]
