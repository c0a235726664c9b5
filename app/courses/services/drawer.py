"""The drawer of papers: what people send is kept as it came, with its fingerprint; opening it leaves a line; a sheet may be validated."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.core import journal, papers
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.courses.models import CoursePaper, CourseSession, Enrolment
from app.courses.queries import presence
from app.courses.queries.presence import Slot
from app.courses.rules import sending as rules
from app.courses.rules.absences import CATEGORIES, UnknownCategory
from app.courses.rules.minutes import State
from app.courses.services import absences, evidence
from app.courses.services.closing import Mark
from app.courses.services.signing import change


def keep_sheet(
    *, cohort_id: int, place_id: int, first_day: date, last_day: date, content: bytes, actor_id: int, now: datetime
) -> CoursePaper:
    """Put a scanned sheet in the drawer. The same scan twice is one paper."""
    return _keep("sheet", cohort_id, place_id, None, first_day, last_day, content, "", actor_id, now)


def send_reason(
    *, enrolment_id: int, first_day: date, last_day: date, category: str, content: bytes, actor_id: int, now: datetime
) -> CoursePaper:
    """A trainee sends what explains an absence: a category, and the paper that the manager alone opens."""
    if category not in CATEGORIES:
        raise Refused(UnknownCategory())
    with transaction() as session:
        enrolment = session.get_one(Enrolment, enrolment_id)
        place_id, cohort_id = enrolment.place_id, enrolment.cohort_id
        return _keep("absence", cohort_id, place_id, enrolment_id, first_day, last_day, content, category, actor_id, now)


def open_paper(paper_id: int, *, actor_id: int, now: datetime) -> CoursePaper | None:
    """The paper, and the line that says who opened it."""
    with transaction() as session:
        row = session.get(CoursePaper, paper_id)
        if row is not None:
            member_id = session.get_one(Enrolment, row.enrolment_id).member_id if row.enrolment_id else None
            journal.record("course_paper.opened", row.id, place_id=row.place_id, actor_id=actor_id, member_id=member_id, at=now)
        return row


def validate_sheet(
    paper_id: int, *, present: Mapping[int, Collection[int]], absent: Mapping[int, Collection[int]], actor_id: int, now: datetime
) -> int:
    """Both signatures are on this sheet: for each half-day, who was present, who was absent. How many half-days of people it settles.

    What was already proved, or said otherwise, is not touched: that is a correction.
    """
    with transaction() as session:
        paper = session.get_one(CoursePaper, paper_id)
        settled = 0
        for session_id in sorted({*present, *absent}):
            half_day = session.get(CourseSession, session_id)
            if half_day is not None and half_day.cohort_id == paper.cohort_id and half_day.ends_at <= now:
                here, away = present.get(session_id, ()), absent.get(session_id, ())
                marks = {**{key: Mark(is_present=False) for key in away}, **{key: Mark(is_present=True) for key in here}}
                settled += settle(half_day, paper, "sheet", marks, actor_id=actor_id, now=now)
        if paper.validated_at is None:
            paper.validated_at, paper.validated_by_id = now, actor_id
            journal.record("course_paper.validated", paper.id, place_id=paper.place_id, actor_id=actor_id, at=now, settled=settled)
        return settled


def answer_reason(paper_id: int, *, accepted: bool, actor_id: int, now: datetime) -> int:
    """What a trainee sent is accepted, and justifies what they missed on these days; or it is not. How many half-days it justifies."""
    with transaction() as session:
        paper = session.get_one(CoursePaper, paper_id, populate_existing=True)
        assert paper.enrolment_id is not None
        if paper.validated_at or paper.refused_at:
            return 0
        member_id = session.get_one(Enrolment, paper.enrolment_id).member_id
        about: dict[str, Any] = {"place_id": paper.place_id, "actor_id": actor_id, "member_id": member_id, "at": now}
        if not accepted:
            paper.refused_at = now
            journal.record("course_paper.refused", paper.id, **about)
            return 0
        paper.validated_at, paper.validated_by_id = now, actor_id
        journal.record("course_paper.validated", paper.id, **about)
        count = 0
        for slot in presence.followed_by(paper.enrolment_id, now=now).between(paper.first_day, paper.last_day):
            away = slot.facts.state == State.ABSENT or (slot.facts.state == State.PRESENT and slot.facts.missed)
            if away and not slot.facts.justified:
                absences.justify(
                    session_id=slot.session_id, enrolment_id=slot.enrolment_id, category=paper.category, actor_id=actor_id, now=now
                )
                count += 1
        return count


def papers_of(cohort_id: int) -> Sequence[CoursePaper]:
    return db.session.scalars(sa.select(CoursePaper).where(CoursePaper.cohort_id == cohort_id).order_by(CoursePaper.id.desc())).all()


def papers_sent_by(enrolment_id: int) -> Sequence[CoursePaper]:
    return db.session.scalars(sa.select(CoursePaper).where(CoursePaper.enrolment_id == enrolment_id).order_by(CoursePaper.id.desc())).all()


def settle(session: CourseSession, paper: CoursePaper, kind: str, marks: Mapping[int, Mark], *, actor_id: int, now: datetime) -> int:
    """One event for one half-day, from a paper that carries both signatures: it settles those of whom nothing was proved yet."""
    evidence.take_turn(session.cohort_id, place_id=session.place_id)
    slots = {slot.enrolment_id: slot for slot in presence.expected_at(session.id, now=now)}
    open_to = [key for key in marks if key in slots and may_settle(slots[key], marks[key])]
    if not open_to:
        return 0
    here = [key for key in open_to if marks[key].is_present]
    away = [key for key in open_to if not marks[key].is_present]
    written = evidence.append(
        place_id=session.place_id,
        cohort_id=session.cohort_id,
        kind=kind,
        act=f"{kind}:{paper.id}:{session.id}:{min(open_to)}",
        at=now,
        actor_id=actor_id,
        session_id=session.id,
        facts={
            "paper": paper.id,
            "sha256": paper.sha256,
            "present": [[key, marks[key].late, marks[key].early] for key in here],
            "absent": away,
        },
    )
    for key in here:
        values: dict[str, Any] = {"state": State.PRESENT, "late": marks[key].late, "early": marks[key].early, "sheet_id": paper.id}
        change(key, session.id, place_id=session.place_id, **values)
    for key in away:
        change(key, session.id, place_id=session.place_id, state=State.ABSENT, late=0, early=0)
    journal.record(f"attendance.{kind}", session.id, place_id=session.place_id, actor_id=actor_id, at=now, rank=written.rank)
    return len(open_to)


def may_settle(slot: Slot, mark: Mark) -> bool:
    """Whether a paper may say this: nothing is proved yet. At distance no signature proves anybody's work: a paper only says who did none."""
    return slot.minutes.to_regularise > 0 and not (slot.where == "distance" and mark.is_present)


def _keep(
    kind: str,
    cohort_id: int,
    place_id: int,
    enrolment_id: int | None,
    first_day: date,
    last_day: date,
    content: bytes,
    category: str,
    actor_id: int,
    now: datetime,
) -> CoursePaper:
    reasons = [*rules.reasons_scan(content)]
    scan = rules.scan_of(content)
    preview = papers.picture_of(content, scan.extension) if scan and not reasons else None
    if not reasons and preview is None:
        reasons.append(rules.NotAScan())
    if reasons or scan is None:
        raise Refused(*reasons)
    return store(
        kind=kind, cohort_id=cohort_id, place_id=place_id, enrolment_id=enrolment_id, first_day=first_day, last_day=last_day, content=content,
        media_type=scan.media_type, preview=preview, category=category, actor_id=actor_id, now=now,
    )  # fmt: skip


def store(
    *, kind: str, cohort_id: int, place_id: int, first_day: date, last_day: date, content: bytes, media_type: str, actor_id: int,
    now: datetime, enrolment_id: int | None = None, preview: bytes | None = None, category: str = "",
) -> CoursePaper:  # fmt: skip
    """The row of a paper; the one that is already there when the same bytes were sent before."""
    sha256 = hashlib.sha256(content).hexdigest()
    of_person = CoursePaper.enrolment_id.is_(None) if enrolment_id is None else CoursePaper.enrolment_id == enrolment_id
    with transaction() as session:
        same = sa.select(CoursePaper).where(
            CoursePaper.cohort_id == cohort_id,
            CoursePaper.kind == kind,
            CoursePaper.sha256 == sha256,
            of_person,
        )
        known = session.scalars(same).first()
        if known is not None:
            return known
        row = CoursePaper(
            kind=kind, cohort_id=cohort_id, place_id=place_id, enrolment_id=enrolment_id, first_day=first_day, last_day=last_day,
            content=content, media_type=media_type, preview=preview, category=category, sha256=sha256, uploaded_by_id=actor_id, uploaded_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        member_id = session.get_one(Enrolment, enrolment_id).member_id if enrolment_id else None
        journal.record(
            "course_paper.added", row.id, place_id=place_id, actor_id=actor_id, member_id=member_id, at=now, kind=kind, sha256=sha256
        )
        return row
