"""What the program already holds for each indicator: how many, and the latest."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import (
    AbsenceAlert,
    Application,
    BlockTest,
    CompanyAgreement,
    Complaint,
    CourseSession,
    Enrolment,
    Exemption,
    FollowUp,
    Mastery,
    ProgrammeVersion,
    QualityNote,
    SurveyInvitation,
)


class Proof(NamedTuple):
    number: int
    latest: date | None


def notes(place_id: int) -> Mapping[int, list[QualityNote]]:
    """What was brought by hand, by indicator, the latest first."""
    rows = sa.select(QualityNote).where(QualityNote.place_id == place_id).order_by(QualityNote.dated_on.desc(), QualityNote.id.desc())
    found: dict[int, list[QualityNote]] = {}
    for row in db.session.scalars(rows):
        found.setdefault(row.indicator, []).append(row)
    return found


def proofs(place_id: int) -> Mapping[str, Proof]:
    """By name; `latest` is the day of the last one."""
    of_enrolment = Enrolment.place_id == place_id
    asked: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "programmes": (ProgrammeVersion.created_at, (ProgrammeVersion.place_id == place_id,)),
        "surveys": (SurveyInvitation.asked_on, (SurveyInvitation.place_id == place_id,)),
        "follow_ups": (FollowUp.answered_at, (FollowUp.place_id == place_id, FollowUp.answered_at.is_not(None))),
        "block_tests": (BlockTest.taken_on, (BlockTest.enrolment_id == Enrolment.id, of_enrolment)),
        "applications": (Application.decided_at, (Application.place_id == place_id, Application.decided_at.is_not(None))),
        "masteries": (Mastery.assessed_at, (Mastery.enrolment_id == Enrolment.id, of_enrolment)),
        "sessions": (CourseSession.day, (CourseSession.place_id == place_id, CourseSession.state == "planned")),
        "exemptions": (CourseSession.day, (Exemption.session_id == CourseSession.id, CourseSession.place_id == place_id)),
        "alerts": (AbsenceAlert.given_at, (AbsenceAlert.place_id == place_id,)),
        "companies": (CompanyAgreement.signed_on, (CompanyAgreement.place_id == place_id, CompanyAgreement.signed_on.is_not(None))),
        "complaints": (Complaint.received_at, (Complaint.place_id == place_id,)),
        "improvements": (Complaint.closed_at, (Complaint.place_id == place_id, Complaint.improvement != "")),
    }
    found = {}
    for name, (when, which) in asked.items():
        row = db.session.execute(sa.select(sa.func.count(), sa.func.max(when)).where(*which)).one()
        found[name] = Proof(row[0], row[1].date() if isinstance(row[1], datetime) else row[1])
    return found
