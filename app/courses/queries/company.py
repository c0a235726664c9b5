"""Reads of the weeks in a company."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.core.db import db
from app.core.period import monday_of
from app.courses.models import CompanyAgreement, CompanyLevel, CompanyWeek, CourseSession, Enrolment
from app.courses.queries.cohorts import in_path
from app.courses.rules.company import Settled, settled


@dataclass(frozen=True, slots=True)
class HalfDay:
    id: int
    day: date
    half: str
    ends_at: datetime
    trainer_id: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """A week of an agreement: its half-days, and what was said of them so far."""

    monday: date
    half_days: list[HalfDay]
    row: CompanyWeek | None

    @property
    def ends_at(self) -> datetime:
        return self.half_days[-1].ends_at

    @property
    def settled(self) -> Settled | None:
        """Once both have signed."""
        if self.row is None or self.row.trainee_said is None or self.row.tutor_said is None:
            return None
        return settled([one.id for one in self.half_days], self.row.trainee_said, self.row.tutor_said)


def agreement(agreement_id: int) -> CompanyAgreement | None:
    return db.session.get(CompanyAgreement, agreement_id, populate_existing=True)


def agreements_of(enrolment_ids: Iterable[int]) -> list[CompanyAgreement]:
    rows = sa.select(CompanyAgreement).where(CompanyAgreement.enrolment_id.in_(sorted(enrolment_ids)))
    return list(db.session.scalars(rows.order_by(CompanyAgreement.enrolment_id, CompanyAgreement.first_day)))


def agreements_in(cohort_id: int) -> list[CompanyAgreement]:
    """Every agreement of a cohort, by its first day."""
    rows = sa.select(CompanyAgreement).join(Enrolment).where(Enrolment.cohort_id == cohort_id)
    return list(db.session.scalars(rows.order_by(CompanyAgreement.first_day, CompanyAgreement.id)))


def half_days(enrolment_id: int, first: date, last: date) -> list[HalfDay]:
    """What this person is asked to follow in a company between two days."""
    rows = db.session.execute(
        sa.select(CourseSession.id, CourseSession.day, CourseSession.half, CourseSession.ends_at, CourseSession.trainer_id)
        .join(Enrolment, Enrolment.cohort_id == CourseSession.cohort_id)
        .where(
            Enrolment.id == enrolment_id,
            CourseSession.where_ == "company",
            CourseSession.state == "planned",
            CourseSession.day.between(first, last),
            in_path(),
        )
        .order_by(CourseSession.starts_at)
    )
    return [HalfDay(*row) for row in rows]


def weeks(found: CompanyAgreement) -> list[Week]:
    """The weeks of an agreement, in order."""
    rows = {row.monday: row for row in db.session.scalars(sa.select(CompanyWeek).where(CompanyWeek.agreement_id == found.id))}
    by_monday: dict[date, list[HalfDay]] = {}
    for one in half_days(found.enrolment_id, found.first_day, found.last_day):
        by_monday.setdefault(monday_of(one.day), []).append(one)
    return [Week(monday, ones, rows.get(monday)) for monday, ones in by_monday.items()]


def weeks_to_sign(enrolment_id: int, now: datetime) -> list[tuple[CompanyAgreement, Week]]:
    """The weeks that are over and that a trainee has not signed, of agreements that are."""
    agreed = [row for row in agreements_of([enrolment_id]) if row.signed_on]
    return [
        (row, one) for row in agreed for one in weeks(row) if one.ends_at <= now and not (one.row and one.row.trainee_signed_at is not None)
    ]


def week(found: CompanyAgreement, monday: date) -> Week | None:
    return next((one for one in weeks(found) if one.monday == monday), None)


def levels(agreement_id: int) -> dict[int, int]:
    rows = sa.select(CompanyLevel.competence_id, CompanyLevel.level).where(CompanyLevel.agreement_id == agreement_id)
    return {row[0]: row[1] for row in db.session.execute(rows)}


def signed_around(day: date, days: int) -> list[CompanyAgreement]:
    """The agreements whose weeks may be waited for, on a day."""
    rows = sa.select(CompanyAgreement).where(
        CompanyAgreement.signed_on.is_not(None),
        CompanyAgreement.first_day <= day,
        CompanyAgreement.last_day >= day - timedelta(days=days),
    )
    return list(db.session.scalars(rows.order_by(CompanyAgreement.id)))
