"""Reads of who follows a cohort: enrolments, planned minutes, funding, applications."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import TRAINEE_NAME, Application, Cohort, CourseSession, Enrolment, Exemption, FundingLine
from app.courses.queries.cohorts import in_path
from app.courses.rules import funding
from app.members.models import Member, Organisation


class Trainee(NamedTuple):
    """Somebody in a cohort, as lists show them."""

    id: int
    member_id: int
    name: str
    status: str
    first_day: date
    last_day: date | None
    exit_half: str | None
    exempted_minutes: int
    replaces: str


def trainees(cohort_id: int) -> list[Trainee]:
    """Everybody who is or was in a cohort, by name."""
    replaced, its_member = sa.orm.aliased(Enrolment), sa.orm.aliased(Member)
    rows = db.session.execute(
        sa.select(
            *(Enrolment.id, Enrolment.member_id, TRAINEE_NAME, Enrolment.status, Enrolment.first_day, Enrolment.last_day),
            *(Enrolment.exit_half, Enrolment.exempted_minutes, sa.func.coalesce(its_member.name, "")),
        )
        .join(Member, Member.id == Enrolment.member_id)
        .outerjoin(replaced, replaced.id == Enrolment.replaces_id)
        .outerjoin(its_member, its_member.id == replaced.member_id)
        .where(Enrolment.cohort_id == cohort_id)
        .order_by(TRAINEE_NAME, Enrolment.id)
    )
    return [Trainee(*row) for row in rows]


def enrolment(enrolment_id: int, place_id: int) -> Enrolment | None:
    found = db.session.get(Enrolment, enrolment_id, populate_existing=True)
    return found if found is not None and found.place_id == place_id else None


def enrolments_of(member_id: int) -> list[Enrolment]:
    """The cohorts that a person follows or followed, the present one first."""
    rows = sa.select(Enrolment).join(Cohort, Cohort.id == Enrolment.cohort_id).where(Enrolment.member_id == member_id)
    order = (sa.case((Enrolment.status == "enrolled", 0), else_=1), Cohort.first_day.desc())
    return list(db.session.scalars(rows.where(Enrolment.status != "withdrawn").order_by(*order)))


def seats_taken(cohort_id: int) -> int:
    count = sa.select(sa.func.count(Enrolment.id)).where(Enrolment.cohort_id == cohort_id, Enrolment.status.in_(("enrolled", "completed")))
    return int(db.session.scalar(count) or 0)


def planned_minutes(cohort_id: int, *, until: date | None = None) -> dict[int, int]:
    """What each trainee is asked to follow, between their entry and their exit, exempted half-days left out; by enrolment.

    `until`: to that day, included.
    """
    exempted = sa.exists().where(Exemption.enrolment_id == Enrolment.id, Exemption.session_id == CourseSession.id)
    rows = db.session.execute(
        sa.select(Enrolment.id, sa.func.count(CourseSession.id))
        .join(CourseSession, CourseSession.cohort_id == Enrolment.cohort_id)
        .where(
            Enrolment.cohort_id == cohort_id,
            CourseSession.state == "planned",
            in_path(),
            ~exempted,
            CourseSession.day <= until if until is not None else sa.true(),
        )
        .group_by(Enrolment.id)
    )
    counted = {enrolment_id: 210 * count for enrolment_id, count in rows}
    return {row.id: counted.get(row.id, 0) for row in db.session.scalars(sa.select(Enrolment).where(Enrolment.cohort_id == cohort_id))}


def path_sessions(enrolment: Enrolment) -> list[CourseSession]:
    """The planned half-days between an entry and an exit, exempted ones too."""
    rows = sa.select(CourseSession).join(Enrolment, Enrolment.cohort_id == CourseSession.cohort_id)
    rows = rows.where(Enrolment.id == enrolment.id, CourseSession.state == "planned", in_path())
    return list(db.session.scalars(rows.order_by(CourseSession.starts_at)))


def exempted(enrolment_id: int) -> set[int]:
    return set(db.session.scalars(sa.select(Exemption.session_id).where(Exemption.enrolment_id == enrolment_id)))


@dataclass(frozen=True, slots=True)
class Funded:
    """A funding line and what it carries."""

    id: int
    payer: str  # empty: the trainee
    scheme: str
    reference: str
    minutes: int
    hour_cents: int
    agreed_cents: int
    used_minutes: int
    used_cents: int


@dataclass(frozen=True, slots=True)
class Funding:
    """Who pays one trainee's hours. `unfunded`: minutes of the path that nobody pays; `unfunded_done`: of those really followed."""

    lines: tuple[Funded, ...]
    unfunded: int
    unfunded_done: int


def lines_of(enrolment_id: int) -> list[FundingLine]:
    rows = sa.select(FundingLine).where(FundingLine.enrolment_id == enrolment_id).order_by(FundingLine.rank, FundingLine.id)
    return list(db.session.scalars(rows))


def funding_of(enrolment_id: int, *, planned: int, done: int) -> Funding:
    """What each line carries of the hours planned (agreed) and of those done (to be billed)."""
    rows = lines_of(enrolment_id)
    names: Mapping[int, str] = {
        row.id: row.name
        for row in db.session.scalars(
            sa.select(Organisation).where(Organisation.id.in_([line.organisation_id for line in rows if line.organisation_id]))
        )
    }
    values = [funding.Line(row.minutes, row.hour_cents) for row in rows]
    agreed, unfunded = funding.shares(values, planned)
    used, unfunded_done = funding.shares(values, done)
    lines = [
        Funded(
            *(row.id, names.get(row.organisation_id or 0, ""), row.scheme, row.reference, row.minutes, row.hour_cents),
            *(on_plan.cents, really.minutes, really.cents),
        )
        for row, on_plan, really in zip(rows, agreed, used, strict=True)
    ]
    return Funding(tuple(lines), unfunded, unfunded_done)


def applications(cohort_id: int) -> list[Application]:
    """Every application to a cohort: those to be answered first, then the waiting list in its order."""
    rank = sa.case(
        {"received": 0, "interview": 1, "accepted": 2, "waiting": 3, "enrolled": 4, "refused": 5, "withdrawn": 6}, value=Application.status
    )
    rows = sa.select(Application).where(Application.cohort_id == cohort_id)
    return list(db.session.scalars(rows.order_by(rank, Application.waiting_rank, Application.created_at, Application.id)))


class ToRead(NamedTuple):
    """Applications to a cohort that nobody has answered."""

    cohort_id: int
    cohort: str
    number: int


def applications_to_read(place_id: int) -> list[ToRead]:
    """By cohort, the first to begin first."""
    received = sa.select(Cohort.id, Cohort.name, sa.func.count()).join(Application, Application.cohort_id == Cohort.id)
    mine = received.where(Application.place_id == place_id, Application.status == "received", Cohort.state != "closed")
    return [ToRead(*row) for row in db.session.execute(mine.group_by(Cohort.id).order_by(Cohort.first_day, Cohort.id))]


def application(application_id: int, place_id: int) -> Application | None:
    found = db.session.get(Application, application_id, populate_existing=True)
    return found if found is not None and found.place_id == place_id else None


class Own(NamedTuple):
    """An application of one's own."""

    id: int
    cohort_id: int
    cohort_name: str
    status: str
    waiting_rank: int | None
    enrolment_id: int | None
    interview_at: datetime | None
    decision_reason: str


def applications_of(member_id: int) -> list[Own]:
    rows = db.session.execute(
        sa.select(
            *(Application.id, Application.cohort_id, Cohort.name, Application.status, Application.waiting_rank, Application.enrolment_id),
            *(Application.interview_at, Application.decision_reason),
        )
        .join(Cohort, Cohort.id == Application.cohort_id)
        .where(Application.member_id == member_id)
        .order_by(Application.id.desc())
    )
    return [Own(*row) for row in rows]
