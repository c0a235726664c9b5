"""The weeks in a company: the agreement, each week signed by trainee and tutor, the tutor's grid, the visit."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.core import journal, mail
from app.core.db import db, insert_unless_there, lock, transaction
from app.core.refusals import Refused
from app.courses.models import Cohort, CompanyAgreement, CompanyLevel, CompanyWeek, CoursePaper, CourseSession, Enrolment
from app.courses.papers import company as papers
from app.courses.papers.presence import Document
from app.courses.queries import company as queries
from app.courses.rules import company as rules
from app.courses.services import drawer
from app.courses.services.closing import Mark
from app.courses.services.documents import house_of, title_of
from app.members.services import mark_of
from app.place.models import Place
from app.place.queries import day_at

TURNS = 7251  # whose turn it is to change an agreement


def agree(
    enrolment_id: int, *, first_day: date, last_day: date, signed_on: date | None, actor_id: int, now: datetime, **fields: str
) -> CompanyAgreement:
    """Write the agreement of a trainee with a company, still to be signed unless the three have."""
    with transaction() as session:
        enrolment = session.get_one(Enrolment, enrolment_id)
        _check(enrolment, first_day, last_day, signed_on)
        row = CompanyAgreement(
            place_id=enrolment.place_id, enrolment_id=enrolment_id, first_day=first_day, last_day=last_day, signed_on=signed_on,
            created_at=now, **fields,
        )  # fmt: skip
        session.add(row)
        session.flush()
        _tell("placement.agreed" if signed_on else "placement.written", row, actor_id=actor_id, now=now)
        return row


def change_agreement(
    agreement_id: int, *, first_day: date, last_day: date, signed_on: date | None, actor_id: int, now: datetime, **fields: str
) -> CompanyAgreement:
    """Until the three have signed, everything may change; afterwards only the tutor's address, for a person may leave."""
    with transaction() as session:
        row = _turn_of(agreement_id)
        if row.signed_on is not None:
            kept = {name: getattr(row, name) for name in ("company", "siret", "address", "tasks", "first_day", "last_day", "signed_on")}
            asked = fields | {"first_day": first_day, "last_day": last_day, "signed_on": signed_on}
            if any(asked[name] != value for name, value in kept.items()):
                raise Refused(rules.WeekAgreed())
        else:
            _check(row.enrolment, first_day, last_day, signed_on, but=row.id)
        was_agreed = row.signed_on is not None
        row.first_day, row.last_day, row.signed_on = first_day, last_day, signed_on
        for name, value in fields.items():
            setattr(row, name, value)
        session.flush()
        _tell("placement.agreed" if signed_on and not was_agreed else "placement.written", row, actor_id=actor_id, now=now)
        return row


def note_visit(agreement_id: int, *, visited_on: date | None, notes: str, actor_id: int, now: datetime) -> CompanyAgreement:
    with transaction():
        row = _turn_of(agreement_id)
        row.visited_on, row.visit_notes = visited_on, notes
        _tell("placement.visited", row, actor_id=actor_id, now=now)
        return row


def sign_own_week(agreement_id: int, monday: date, *, present: Collection[int], work: str, actor_id: int, now: datetime) -> CompanyWeek:
    """The trainee says at which half-days they were, once the week is over."""
    return _sign(agreement_id, monday, "trainee", present, {"work": work}, actor_id=actor_id, now=now)


def sign_tutor_week(token: str, *, present: Collection[int], remark: str, levels: Mapping[int, int], now: datetime) -> CompanyWeek:
    """The tutor says the same of their side, by their link; and how far the trainee masters what they saw."""
    with transaction() as session:
        agreement, monday = by_token(token, now=now)
        for competence_id, level in levels.items():
            session.merge(CompanyLevel(agreement_id=agreement.id, competence_id=competence_id, level=level, graded_at=now))
        return _sign(agreement.id, monday, "tutor", present, {"remark": remark}, actor_id=None, now=now)


def token_of(row: CompanyAgreement, monday: date) -> str:
    """What a tutor's link of one week carries: it dies with the tutor's address, and three weeks after its week."""
    return _signer().dumps([row.id, monday.isoformat(), mark_of(row.tutor_email)[:16]])


def by_token(token: str, *, now: datetime) -> tuple[CompanyAgreement, date]:
    """The week that a link opens. Raises LookupError when it opens nothing (any more)."""
    try:
        agreement_id, written, mark = _signer().loads(token)
    except BadSignature as broken:
        raise LookupError from broken
    row, monday = queries.agreement(agreement_id), date.fromisoformat(written)
    if row is None or mark != mark_of(row.tutor_email)[:16] or not rules.link_serves(monday, today=day_at(row.place_id, now)):
        raise LookupError
    return row, monday


def ask_for_weeks(*, now: datetime) -> int:
    """When a week is over, ask both for what it was, once: the tutor by their link, the trainee in their account."""
    asked = 0
    for row in queries.signed_around(now.date(), 14):
        for week in queries.weeks(row):
            if week.ends_at <= now <= week.ends_at + timedelta(days=7):
                asked += _ask(row, week, now)
    return asked


def agreement_paper(row: CompanyAgreement) -> Document:
    enrolment, place = row.enrolment, db.session.get_one(Place, row.place_id)
    cohort = db.session.get_one(Cohort, enrolment.cohort_id)
    minutes = 210 * len(queries.half_days(row.enrolment_id, row.first_day, row.last_day))
    return papers.agreement(row, house=house_of(place), trainee=enrolment.name, course=title_of(cohort), minutes=minutes)


def week_paper(row: CompanyAgreement, week: queries.Week) -> Document:
    """The sheet of a week, as signed so far; to be signed by hand when nobody has."""
    place = db.session.get_one(Place, row.place_id)
    return papers.week_sheet(row, week, house=house_of(place), trainee=row.enrolment.name, zone=place.tz)


# ---------------------------------------------------------------- private


def _check(enrolment: Enrolment, first_day: date, last_day: date, signed_on: date | None, but: int = 0) -> None:
    lock(TURNS, enrolment.id)
    reasons = list(rules.reasons_signature(signed_on, first_day)) if signed_on else []
    if first_day > last_day or not queries.half_days(enrolment.id, first_day, last_day):
        reasons.append(rules.CompanyDaysOutside())
    if any(one.id != but and one.first_day <= last_day and one.last_day >= first_day for one in queries.agreements_of([enrolment.id])):
        reasons.append(rules.CompanyOverlap())
    if reasons:
        raise Refused(*reasons)


def _turn_of(agreement_id: int) -> CompanyAgreement:
    row = db.session.get_one(CompanyAgreement, agreement_id)
    lock(TURNS, row.enrolment_id)
    db.session.refresh(row)
    return row


def _sign(
    agreement_id: int, monday: date, who: str, present: Collection[int], words: dict[str, str], *, actor_id: int | None, now: datetime
) -> CompanyWeek:
    with transaction() as session:
        agreement = _turn_of(agreement_id)
        week = queries.week(agreement, monday)
        if agreement.signed_on is None:
            raise Refused(rules.NotAgreed())
        if week is None or week.ends_at > now:
            raise Refused(rules.WeekNotOver())
        session.execute(
            insert_unless_there(CompanyWeek).values(
                agreement_id=agreement.id, monday=monday, place_id=agreement.place_id, work="", remark=""
            )
        )
        row = session.get_one(CompanyWeek, (agreement.id, monday), populate_existing=True)
        if getattr(row, f"{who}_signed_at") is not None:
            raise Refused(rules.WeekSigned())
        mine = {one.id for one in week.half_days}
        values: dict[str, Any] = {f"{who}_said": sorted(mine & set(present)), f"{who}_signed_at": now, **words}
        for name, value in values.items():
            setattr(row, name, value)
        session.flush()
        journal.record(
            f"placement.{who}_signed", agreement.id, place_id=agreement.place_id, actor_id=actor_id,
            member_id=agreement.enrolment.member_id, at=now, week=monday.isoformat(),
        )  # fmt: skip
        _settle(agreement, queries.Week(monday, week.half_days, row), now)
        return row


def _settle(agreement: CompanyAgreement, week: queries.Week, now: datetime) -> None:
    """Signed by both, the sheet is kept as a paper, with its fingerprint, and settles the half-days on which they agree."""
    told, row = week.settled, week.row
    if told is None or row is None:
        return
    enrolment = agreement.enrolment
    paper: CoursePaper = drawer.store(
        kind="company", cohort_id=enrolment.cohort_id, place_id=agreement.place_id, enrolment_id=enrolment.id, first_day=week.monday,
        last_day=week.half_days[-1].day, content=week_paper(agreement, week).pdf(), media_type="application/pdf",
        actor_id=enrolment.member_id, now=now,
    )  # fmt: skip
    paper.validated_at, row.paper_id = now, paper.id
    for one in week.half_days:
        if one.id not in told.disputed:
            half_day = db.session.get_one(CourseSession, one.id)
            marks = {enrolment.id: Mark(is_present=one.id in told.present)}
            drawer.settle(half_day, paper, "sheet", marks, actor_id=enrolment.member_id, now=now)


def _ask(row: CompanyAgreement, week: queries.Week, now: datetime) -> int:
    facts = {"agreement": row.id, "monday": week.monday.isoformat()}
    fact = f"company:{row.id}:{week.monday.isoformat()}"
    about: dict[str, Any] = {"place_id": row.place_id, "facts": facts, "now": now}
    asked = 0
    if week.row is None or week.row.tutor_signed_at is None:
        theirs = f"{fact}:{mark_of(row.tutor_email)[:8]}"
        asked += mail.queue("placement.tutor_due", fact=theirs, to_address=row.tutor_email, **about)
    if week.row is None or week.row.trainee_signed_at is None:
        asked += mail.queue("placement.week_due", fact=fact, member_id=row.enrolment.member_id, **about)
    return asked


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="company tutor")


def _tell(event: str, row: CompanyAgreement, *, actor_id: int, now: datetime) -> None:
    journal.record(event, row.id, place_id=row.place_id, actor_id=actor_id, member_id=row.enrolment.member_id, at=now)
