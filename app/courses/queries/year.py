"""A year of training, for the bilan pédagogique et financier: hours followed, who paid them, trainers' hours, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import TRAINEE_NAME, Cohort, CourseSession, Enrolment, FundingLine, ProgrammeVersion
from app.courses.queries import presence
from app.courses.queries.programmes import outline
from app.courses.rules import bpf, funding
from app.courses.rules.bpf import Followed
from app.members.models import Member, Organisation
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class Product:
    """What a payer owes for the hours done in the year."""

    payer: str  # empty: the trainee
    scheme: str
    minutes: int
    cents: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing, and where to put it right."""

    kind: str  # a key of GAPS
    name: str
    cohort_id: int | None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """Everything that the declaration of a year asks."""

    year: int
    gaps: Sequence[Gap]
    centre: bpf.Frames  # without the company hours
    whole: bpf.Frames  # with them
    days: int  # when at least one half-day was held
    products: Sequence[Product]
    trainers: Sequence[tuple[str, int]]  # name, minutes
    unfunded: int = field(default=0)  # minutes done that nobody pays


def of_year(place: Place, year: int, *, now: datetime) -> Year:
    """Hours are those really followed, by the date of the half-day; money follows the hours, line after line."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    trainees: list[Followed] = []
    products: dict[tuple[str, str], list[int]] = {}
    gaps: list[Gap] = [Gap("no_number", place.name, None)] if not place.training_number else []
    days: set[date] = set()
    unfunded = 0
    for cohort in _cohorts(place.id, first, last):
        aim, speciality = _aim_of(cohort)
        if not speciality:
            gaps.append(Gap("no_speciality", cohort.name, cohort.id))
        people = _people(cohort.id)
        for enrolment_id, followed in presence.followed_in(cohort.id, now=now, last=last).items():
            enrolment, name = people[enrolment_id]
            this_year = [slot for slot in followed.slots if slot.day >= first]
            days |= {slot.day for slot in this_year if slot.minutes.done}
            before = presence.total(slot for slot in followed.slots if slot.day < first).done
            minutes = presence.total(this_year)
            company = presence.total(slot for slot in this_year if slot.where == bpf.COMPANY).done
            status = enrolment.bpf_status
            trainees.append(Followed(enrolment_id, status, aim, speciality or "?", minutes.done - company, company, minutes.to_regularise))
            if minutes.to_regularise:
                gaps.append(Gap("to_regularise", name, cohort.id, str(minutes.to_regularise)))
            if status not in bpf.STATUSES:
                gaps.append(Gap("no_status", name, cohort.id))
            unfunded += _share_out(products, enrolment_id, before, minutes.done)
    return Year(
        year=year,
        gaps=gaps,
        centre=bpf.frames(trainees, with_company=False),
        whole=bpf.frames(trainees, with_company=True),
        days=len(days),
        products=[Product(*key, minutes, cents) for key, (minutes, cents) in sorted(products.items())],
        trainers=_trainers(place.id, first, last, now),
        unfunded=unfunded,
    )


def _cohorts(place_id: int, first: date, last: date) -> Sequence[Cohort]:
    met = sa.exists().where(CourseSession.cohort_id == Cohort.id, CourseSession.day >= first, CourseSession.day <= last)
    return db.session.scalars(sa.select(Cohort).where(Cohort.place_id == place_id, met).order_by(Cohort.id)).all()


def _people(cohort_id: int) -> Mapping[int, tuple[Enrolment, str]]:
    rows = sa.select(Enrolment, TRAINEE_NAME).join(Member, Member.id == Enrolment.member_id).where(Enrolment.cohort_id == cohort_id)
    return {enrolment.id: (enrolment, name) for enrolment, name in db.session.execute(rows)}


def _aim_of(cohort: Cohort) -> tuple[str, str]:
    """The aim of a cohort's programme (frame F-3) and its speciality on three digits (F-4), as its file says them."""
    version = db.session.get_one(ProgrammeVersion, cohort.programme_version_id)
    programme = outline(version).document.get("programme", {}) if version.source else {}
    sought = programme.get("certification_visee") or {}
    codes = sought.get("codes_nsf") or []
    aim = f"rncp{sought.get('niveau')}" if sought.get("fiche_rncp") else "other"
    return aim, str(codes[0])[:3] if codes else ""


def _share_out(products: dict[tuple[str, str], list[int]], enrolment_id: int, before: int, done: int) -> int:
    """Add what each line carries of the hours of the year: of all those done to its end, less those done before. Minutes nobody pays."""
    rows = db.session.execute(
        sa.select(FundingLine, Organisation.name)
        .outerjoin(Organisation, Organisation.id == FundingLine.organisation_id)
        .where(FundingLine.enrolment_id == enrolment_id)
        .order_by(FundingLine.rank, FundingLine.id)
    ).all()
    lines = [funding.Line(row.FundingLine.minutes, row.FundingLine.hour_cents) for row in rows]
    earlier, _ = funding.shares(lines, before)
    now, left = funding.shares(lines, before + done)
    for row, old, new in zip(rows, earlier, now, strict=True):
        kept = products.setdefault((row.name or "", row.FundingLine.scheme), [0, 0])
        kept[0] += new.minutes - old.minutes
        kept[1] += new.cents - old.cents
    return min(left, done)


def _trainers(place_id: int, first: date, last: date, now: datetime) -> Sequence[tuple[str, int]]:
    """Hours given by each trainer: half-days that took place."""
    held = (
        sa.select(CourseSession.trainer_id, CourseSession.starts_at, CourseSession.ends_at)
        .where(CourseSession.place_id == place_id, CourseSession.state == "planned", CourseSession.ends_at <= now)
        .where(CourseSession.day >= first, CourseSession.day <= last)
    )
    minutes: dict[int, int] = {}
    for trainer_id, starts_at, ends_at in db.session.execute(held):
        if trainer_id is not None:
            minutes[trainer_id] = minutes.get(trainer_id, 0) + int((ends_at - starts_at).total_seconds() // 60)
    names = db.session.execute(sa.select(Member.id, Member.name).where(Member.id.in_(minutes)).order_by(Member.name, Member.id))
    return [(name, minutes[member_id]) for member_id, name in names]
