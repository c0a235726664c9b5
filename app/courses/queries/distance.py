"""What was produced at distance: by whom, for which half-day, what was answered; and what was handed in on a day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import Assignment, AttendanceEvent, Cohort, CourseSession, Enrolment, Production, SequenceAttempt, Submission
from app.courses.models import Sequence as Step
from app.courses.rules.distance import Made


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Something that was handed in here, which may stand for what was produced."""

    ref: str
    title: str
    at: datetime
    detail: str = ""  # the address and the commit, or the score


def made(row: Production) -> Made:
    return Made(ref=row.ref, url=row.url, commit=row.commit, words=row.words)


def of_session(session_id: int) -> Mapping[int, Sequence[Production]]:
    """By enrolment, the last first."""
    return _by_enrolment(Production.session_id == session_id)


def of_person(session_id: int, enrolment_id: int) -> Sequence[Production]:
    """What somebody said of a half-day, the last first."""
    return _by_enrolment(Production.session_id == session_id, Production.enrolment_id == enrolment_id).get(enrolment_id, [])


def of_enrolment(enrolment_id: int) -> Sequence[Production]:
    """All that somebody said of their half-days at distance, in the order of the chain."""
    return db.session.scalars(sa.select(Production).where(Production.enrolment_id == enrolment_id).order_by(Production.rank)).all()


def handed_in(enrolment_id: int, since: datetime, until: datetime) -> list[HandedIn]:
    """The work and the quizzes of somebody between two instants, the first one first."""
    works = _works(Submission.enrolment_id == enrolment_id, Submission.submitted_at >= since, Submission.submitted_at < until)
    quizzes = _quizzes(SequenceAttempt.enrolment_id == enrolment_id, SequenceAttempt.at >= since, SequenceAttempt.at < until)
    return sorted([*works, *quizzes], key=lambda one: one.at)


def named(refs: Collection[str]) -> dict[str, HandedIn]:
    """What these references stand for."""
    kinds = {kind: [int(ref.partition(":")[2]) for ref in refs if ref.startswith(f"{kind}:")] for kind in ("submission", "quiz")}
    found = [*_works(Submission.id.in_(kinds["submission"])), *_quizzes(SequenceAttempt.id.in_(kinds["quiz"]))] if any(refs) else []
    return {one.ref: one for one in found}


def tampered() -> Iterable[Production]:
    """Those that are not what the chain keeps the fingerprint of: nobody may change what was said."""
    event = AttendanceEvent
    rows = sa.select(Production, sa.func.coalesce(event.facts, "")).join(CourseSession, CourseSession.id == Production.session_id)
    told = rows.outerjoin(
        event, sa.and_(event.cohort_id == CourseSession.cohort_id, event.rank == Production.rank, event.kind == "produced")
    )
    for row, facts in db.session.execute(told.where(Production.removed_at.is_(None)).order_by(Production.id)):
        if made(row).fingerprint not in facts:
            yield row


def _by_enrolment(*which: sa.ColumnElement[bool]) -> dict[int, list[Production]]:
    found: dict[int, list[Production]] = {}
    rows = sa.select(Production).where(*which).order_by(Production.rank.desc())
    for row in db.session.scalars(rows.execution_options(populate_existing=True)):
        found.setdefault(row.enrolment_id, []).append(row)
    return found


def _works(*which: sa.ColumnElement[bool]) -> list[HandedIn]:
    rows = sa.select(Submission, Assignment.title).join(Assignment, Assignment.id == Submission.assignment_id).where(*which)
    return [
        HandedIn(f"submission:{row.id}", title, row.submitted_at, f"{row.url} {row.commit[:10]}") for row, title in db.session.execute(rows)
    ]


def _quizzes(*which: sa.ColumnElement[bool]) -> list[HandedIn]:
    rows = (
        sa.select(SequenceAttempt, Step.title)
        .join(Enrolment, Enrolment.id == SequenceAttempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Step, sa.and_(Step.version_id == Cohort.programme_version_id, Step.code == SequenceAttempt.quiz))
        .where(*which)
    )
    return [HandedIn(f"quiz:{row.id}", title, row.at, f"{row.score}/{row.questions}") for row, title in db.session.execute(rows)]
