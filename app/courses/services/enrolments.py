"""Who follows a cohort: entries, exits, exempted half-days, replacements, and who pays."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.courses import queries
from app.courses.models import Attendance, Cohort, Enrolment, Exemption, FundingLine
from app.courses.queries.billing import billed
from app.courses.rules import (
    HALF_DAY,
    AlreadyEnrolled,
    CohortFull,
    DayOutsideCohort,
    ExemptedElsewhere,
    FundingBilled,
    HasFollowed,
    HasLeft,
    NotLeft,
    StillThere,
)
from app.courses.services.cohorts import give_role, live
from app.members import services as members
from app.members.models import GroupMember, Member
from app.place.queries import day_at

EXIT_REASONS = ("job", "health", "family", "other_course", "exclusion", "other")  # categories; the story is nobody's business


@dataclass(frozen=True, slots=True)
class Funder:
    """A funding line to write; no organisation: the trainee pays."""

    organisation_id: int | None
    scheme: str
    reference: str
    minutes: int
    hour_cents: int


def enrol(
    cohort_id: int,
    *,
    member_id: int,
    actor_id: int,
    now: datetime,
    first_day: date | None = None,
    replaces_id: int | None = None,
    bpf_status: str = "job_seeker",
    exempted_session_ids: Collection[int] = (),
    exemption_reason: str = "",
    despite_full: bool = False,
) -> Enrolment:
    """Somebody enters the cohort, unless said on its first day, or today when it has begun: nobody is late for what is past. They are a
    trainee, and in the cohort's group, from then on."""
    with transaction():
        cohort = live(cohort_id)
        entry = first_day or max(cohort.first_day, day_at(cohort.place_id, now))
        _refuse_outside(cohort, entry)
        if db.session.scalar(sa.select(sa.exists().where(Enrolment.cohort_id == cohort_id, Enrolment.member_id == member_id))):
            raise Refused(AlreadyEnrolled(name=db.session.get_one(Member, member_id).name))
        if replaces_id is not None and db.session.get_one(Enrolment, replaces_id).status != "left":
            raise Refused(NotLeft())
        if not despite_full and queries.seats_taken(cohort_id) >= cohort.capacity:
            raise Refused(CohortFull(capacity=cohort.capacity))
        belonging = members.join_group(
            group_id=cohort.group_id, member_id=member_id, since=entry, until=cohort.last_day, actor_id=actor_id, now=now
        )
        give_role(member_id, "trainee")
        row = Enrolment(
            place_id=cohort.place_id,
            cohort_id=cohort_id,
            member_id=member_id,
            first_day=entry,
            replaces_id=replaces_id,
            bpf_status=bpf_status,
            group_member_id=belonging.id,
            created_at=now,
        )
        db.session.add(row)
        db.session.flush()
        journal.record("enrolment.made", row.id, place_id=cohort.place_id, actor_id=actor_id, member_id=member_id, at=now)
        if exempted_session_ids:
            exempt(row.id, session_ids=exempted_session_ids, reason=exemption_reason, actor_id=actor_id, now=now)
        return row


def exempt(enrolment_id: int, *, session_ids: Collection[int], reason: str, actor_id: int, now: datetime) -> Enrolment:
    """The half-days that this person is not asked to follow, all of them at once (none: no more exemption)."""
    with transaction():
        row = _turn_of(enrolment_id)
        wanted = set(session_ids)
        if not wanted <= {session.id for session in queries.path_sessions(row)}:
            raise Refused(ExemptedElsewhere())
        db.session.execute(sa.delete(Exemption).where(Exemption.enrolment_id == enrolment_id))
        db.session.add_all(Exemption(enrolment_id=enrolment_id, session_id=session_id) for session_id in sorted(wanted))
        row.exempted_minutes, row.exemption_reason = HALF_DAY * len(wanted), reason if wanted else ""
        db.session.flush()
        journal.record(
            "enrolment.exempted",
            row.id,
            place_id=row.place_id,
            actor_id=actor_id,
            member_id=row.member_id,
            at=now,
            minutes=row.exempted_minutes,
        )
        return row


def leave(enrolment_id: int, *, last_day: date, half: str | None, reason: str, actor_id: int, now: datetime) -> Enrolment:
    """Somebody leaves after a half-day (none: the whole day). What they did, signed and handed in stays."""
    with transaction():
        row = _turn_of(enrolment_id)
        cohort = db.session.get_one(Cohort, row.cohort_id)
        if row.status != "enrolled":
            raise Refused(HasLeft())
        if not row.first_day <= last_day <= cohort.last_day:
            raise Refused(DayOutsideCohort(day=last_day, first=row.first_day, last=cohort.last_day))
        row.status, row.last_day, row.exit_half, row.exit_reason = "left", last_day, half, reason
        if row.group_member_id is not None:
            belonging = db.session.get(GroupMember, row.group_member_id)
            if belonging is not None:
                members.leave_group(belonging_id=belonging.id, last_day=last_day, actor_id=actor_id, now=now)
        db.session.flush()
        journal.record(
            "enrolment.left",
            row.id,
            place_id=row.place_id,
            actor_id=actor_id,
            member_id=row.member_id,
            at=now,
            last_day=last_day.isoformat(),
        )
        return row


def withdraw(enrolment_id: int, *, actor_id: int, now: datetime) -> Enrolment:
    """An enrolment that never was: the person did not come at all, their place is free again."""
    with transaction():
        row = _turn_of(enrolment_id)
        if row.status != "enrolled":
            raise Refused(HasLeft())
        if db.session.scalar(sa.select(_has_followed(enrolment_id))):
            raise Refused(HasFollowed(name=row.name))
        row.status = "withdrawn"
        if row.group_member_id is not None:
            members.leave_group(
                belonging_id=row.group_member_id, last_day=date.fromordinal(row.first_day.toordinal() - 1), actor_id=actor_id, now=now
            )
        db.session.flush()
        journal.record("enrolment.withdrawn", row.id, place_id=row.place_id, actor_id=actor_id, member_id=row.member_id, at=now)
        return row


def resume(enrolment_id: int, *, actor_id: int, now: datetime) -> Enrolment:
    """An exit, or a withdrawal, that was a mistake: they follow the cohort to its end again, and have what it may use from today."""
    with transaction():
        row = _turn_of(enrolment_id)
        cohort = db.session.get_one(Cohort, row.cohort_id)
        if row.status not in ("left", "withdrawn"):
            raise Refused(StillThere())
        if queries.seats_taken(row.cohort_id) >= cohort.capacity:
            raise Refused(CohortFull(capacity=cohort.capacity))
        row.status, row.last_day, row.exit_half, row.exit_reason = "enrolled", None, None, ""
        row.group_member_id = _belonging_again(row, cohort, actor_id=actor_id, now=now)
        db.session.flush()
        journal.record("enrolment.resumed", row.id, place_id=row.place_id, actor_id=actor_id, member_id=row.member_id, at=now)
        return row


def situate(enrolment_id: int, *, bpf_status: str, actor_id: int, now: datetime) -> Enrolment:
    """Their line of frame F-1, which the declaration of the year counts them in."""
    with transaction():
        row = _turn_of(enrolment_id)
        row.bpf_status = bpf_status
        db.session.flush()
        journal.record("enrolment.situated", row.id, place_id=row.place_id, actor_id=actor_id, member_id=row.member_id, at=now)
        return row


def fund(enrolment_id: int, funders: Sequence[Funder], *, actor_id: int, now: datetime) -> list[FundingLine]:
    """Who pays, all lines at once, in the order they are used."""
    with transaction():
        row = _turn_of(enrolment_id)
        left = queries.lines_of(enrolment_id)
        lines = []
        for rank, one in enumerate(funders):
            line = next((known for known in left if _said(known) == one), None)  # the same line keeps its bills
            if line is None:
                line = FundingLine(enrolment_id=enrolment_id, **asdict(one), rank=rank, created_at=now)
                db.session.add(line)
            else:
                left.remove(line)
                line.rank = rank
            lines.append(line)
        if billed([line.id for line in left]):
            raise Refused(FundingBilled())
        for line in left:
            db.session.delete(line)
        db.session.flush()
        journal.record("enrolment.funded", row.id, place_id=row.place_id, actor_id=actor_id, member_id=row.member_id, at=now)
        return lines


def _said(line: FundingLine) -> Funder:
    return Funder(line.organisation_id, line.scheme, line.reference, line.minutes, line.hour_cents)


def _has_followed(enrolment_id: int) -> sa.Exists:
    proves = sa.or_(Attendance.state == "present", Attendance.signed_at.is_not(None))
    return sa.exists().where(Attendance.enrolment_id == enrolment_id, proves)


def _belonging_again(row: Enrolment, cohort: Cohort, *, actor_id: int, now: datetime) -> int | None:
    """In the cohort's group again, after the day that had ended it; a cohort that is over gives nothing any more."""
    ended = db.session.get(GroupMember, row.group_member_id) if row.group_member_id is not None else None
    since = max(row.first_day, day_at(cohort.place_id, now), ended.until + timedelta(days=1) if ended and ended.until else row.first_day)
    if since > cohort.last_day:
        return row.group_member_id
    again = members.join_group(
        group_id=cohort.group_id, member_id=row.member_id, since=since, until=cohort.last_day, actor_id=actor_id, now=now
    )
    return again.id


def _turn_of(enrolment_id: int) -> Enrolment:
    """Inside a transaction: an enrolment as it is now, in its cohort's turn."""
    row = db.session.get_one(Enrolment, enrolment_id)
    live(row.cohort_id)
    db.session.refresh(row)
    return row


def _refuse_outside(cohort: Cohort, day: date) -> None:
    if not cohort.first_day <= day <= cohort.last_day:
        raise Refused(DayOutsideCohort(day=day, first=cohort.first_day, last=cohort.last_day))
