"""What the papers of presence say, gathered from the events."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.core.db import db, table
from app.core.refusals import N_, Reason, Refused
from app.courses.models import AttendanceEvent, Certificate, Cohort, Enrolment, FundingLine, ProgrammeVersion
from app.courses.papers import presence as papers
from app.courses.papers.certificates import Certified, certificate
from app.courses.papers.presence import Column, Document, House, Line, Row
from app.courses.queries import occasions, planned_minutes, presence, timetable
from app.courses.queries.presence import Followed, Slot
from app.members.models import Member, Organisation
from app.place.models import Place
from app.web.typography import WORDS

_EVENT = table(AttendanceEvent)
_SAY = WORDS["fr"]
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is made


class NoHalfDay(Reason):
    code = "no_half_day"
    sentence = N_("Cette promotion n’a aucune demi-journée à ces dates.")


def house_of(place: Place) -> House:
    """L'organisme de formation."""
    lines = [
        place.legal_form,
        place.address,
        f"SIRET {place.siret}" if place.siret else "",
        f"Déclaration d’activité nº\u00a0{place.training_number}" if place.training_number else "",
    ]
    return House(name=place.name, lines=[line for line in lines if line])


def weekly_sheet(cohort_id: int, monday: date, *, now: datetime, blank: bool = False) -> Document:
    """The sheet of a week, signed on screen or to be signed by hand."""
    cohort, place = _cohort(cohort_id)
    sunday = monday + timedelta(days=6)
    half_days = occasions.of_cohort_between(cohort_id, monday, sunday)
    if not half_days:
        raise Refused(NoHalfDay())
    followed = presence.followed_in(cohort_id, now=now, first=monday, last=sunday)
    names = occasions.names_of(list(followed))
    rows = []
    for enrolment_id, name in names.items():
        by_session = {slot.session_id: slot for slot in followed[enrolment_id].slots}
        cells = [_cell(by_session.get(one.id), place) for one in half_days]
        rows.append(Row(name=name, cells=cells, minutes=presence.total(followed[enrolment_id].slots)))
    reasons = occasions.holiday_reasons([one.id for one in half_days])
    closings = _closings([one.id for one in half_days])
    columns = [
        Column(
            day=one.day,
            half=one.half,
            hours=_SAY.hours_range(one.starts_at, one.ends_at, place.tz),
            title=one.title,
            trainer=one.trainer,
            closed=_closed(closings.get(one.id), place),
            is_distance=one.where == "distance",
            holiday_reason=reasons.get(one.id, ""),
        )
        for one in half_days
    ]
    return papers.weekly_sheet(
        house_of(place),
        course=title_of(cohort),
        cohort=cohort.name,
        monday=monday,
        columns=columns,
        rows=rows,
        corrections=[] if blank else _corrections([one.id for one in half_days], names, place),
        head=_head(_EVENT.c.session_id.in_([one.id for one in half_days])),
        blank=blank,
        distance=presence.done_at_distance(slot for one in followed.values() for slot in one.slots),
    )


def monthly_statement(enrolment_id: int, month: date, *, now: datetime) -> Document:
    """One trainee's month, half-day by half-day."""
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    cohort, place = _cohort(enrolment.cohort_id)
    slots = _of_month(presence.followed_by(enrolment_id, now=now), month)
    lines = [Line(label=f"{_SAY.day(slot.day)}, {_half(slot)}", minutes=slot.minutes, note=_cell(slot, place)) for slot in slots]
    return papers.monthly_statement(
        house_of(place),
        title="Relevé mensuel de présence",
        under=_SAY.month(month),
        month=month,
        person=[("Stagiaire", enrolment.name), ("Formation", title_of(cohort)), ("Promotion", cohort.name)],
        lines=lines,
        heading="Demi-journée",
        distance=presence.done_at_distance(slots),
        head=_head(_EVENT.c.session_id.in_([slot.session_id for slot in slots])),
    )


def funder_statement(cohort_id: int, organisation_id: int, month: date, *, now: datetime) -> Document:
    """A funder's trainees over a month: hours only, never a reason."""
    cohort, place = _cohort(cohort_id)
    paid = sa.select(FundingLine.enrolment_id).join(Enrolment).where(Enrolment.cohort_id == cohort_id)
    mine = set(db.session.scalars(paid.where(FundingLine.organisation_id == organisation_id)))
    followed = presence.followed_in(cohort_id, now=now, first=month, last=_last_of(month))
    names = occasions.names_of([enrolment_id for enrolment_id in followed if enrolment_id in mine])
    sessions = {slot.session_id for enrolment_id in names for slot in followed[enrolment_id].slots}
    return papers.monthly_statement(
        house_of(place),
        title="Relevé mensuel de présence",
        under=_SAY.month(month),
        month=month,
        person=[
            ("Financeur", db.session.get_one(Organisation, organisation_id).name),
            ("Formation", title_of(cohort)),
            ("Promotion", cohort.name),
        ],
        lines=[Line(label=name, minutes=presence.total(followed[enrolment_id].slots)) for enrolment_id, name in names.items()],
        heading="Stagiaire",
        distance=presence.done_at_distance(slot for enrolment_id in names for slot in followed[enrolment_id].slots),
        head=_head(_EVENT.c.session_id.in_(sessions)),
    )


def attestation(enrolment_id: int, day: date, *, now: datetime) -> Document:
    """Attestation d'assiduité, from the entry to a day."""
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    cohort, place = _cohort(enrolment.cohort_id)
    slots = presence.followed_by(enrolment_id, now=now).between(cohort.first_day, day)
    if not slots:
        raise Refused(NoHalfDay())
    last = min(day, enrolment.last_day or cohort.last_day)
    return papers.attendance_attestation(
        house_of(place),
        name=enrolment.name,
        course=title_of(cohort),
        first=max(enrolment.first_day, cohort.first_day),
        last=last,
        minutes=presence.total(slots),
        head=_head(_EVENT.c.session_id.in_([slot.session_id for slot in slots])),
        signer=place.name,
        distance=presence.done_at_distance(slots),
    )


def certificate_pdf(row: Certificate) -> bytes:
    """The paper as it was issued; of one that was cancelled, with what takes its place."""
    said = Certified(**json.loads(row.printed))
    banner = ""
    if row.cancelled_at:
        by = db.session.scalar(sa.select(Certificate.number).where(Certificate.replaces_id == row.id))
        banner = f"ANNULÉ, remplacé par {by}" if by else "ANNULÉ"
    return certificate(said, cancelled=banner).pdf()


def convocation(enrolment_id: int) -> Document:
    """Convocation: to whom, for what, from when to when, where."""
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    cohort, place = _cohort(enrolment.cohort_id)
    slots = timetable(cohort.id, enrolment.first_day)
    if not slots:
        raise Refused(NoHalfDay())
    return papers.convocation(
        house_of(place),
        name=enrolment.name,
        course=title_of(cohort),
        cohort=cohort.name,
        first=enrolment.first_day,
        last=enrolment.last_day or cohort.last_day,
        minutes=planned_minutes(cohort.id)[enrolment.id],
        session=_SAY.span(slots[0].starts_at, slots[0].ends_at, place.tz),
        where=", ".join(filter(None, (slots[0].room, place.name, place.address))),
        disability_referent=place.disability_referent,
        written_on=enrolment.created_at.astimezone(place.tz).date(),
    )


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


# ---------------------------------------------------------------- private


def _cohort(cohort_id: int) -> tuple[Cohort, Place]:
    cohort = db.session.get_one(Cohort, cohort_id)
    return cohort, db.session.get_one(Place, cohort.place_id)


def title_of(cohort: Cohort) -> str:
    return db.session.get_one(ProgrammeVersion, cohort.programme_version_id).title


def _half(slot: Slot) -> str:
    return "matin" if slot.half == "morning" else "après-midi"


def _last_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _of_month(followed: Followed, month: date) -> Sequence[Slot]:
    slots = [slot for slot in followed.between(month, _last_of(month)) if slot.is_over]
    if not slots:
        raise Refused(NoHalfDay())
    return slots


def _cell(slot: Slot | None, place: Place) -> str:
    if slot is None:
        return "—"
    facts = slot.facts
    late = facts.late if facts.late > facts.tolerance else 0
    return papers.cell(
        state=facts.state,
        signed=slot.signed_at,
        on_paper=facts.on_paper,
        late=late,
        early=facts.early,
        justified=facts.justified,
        is_over=slot.is_over,
        zone=place.tz,
        is_distance=slot.where == "distance",
        accepted=slot.countersigned_at,
    )


def _closings(session_ids: Sequence[int]) -> dict[int, tuple[str, datetime]]:
    """Who countersigned each half-day last, and when."""
    rows = (
        sa.select(_EVENT.c.session_id, Member.name, _EVENT.c.at)
        .join(Member, Member.id == _EVENT.c.actor_id)
        .where(_EVENT.c.session_id.in_(session_ids), _EVENT.c.kind == "closed")
        .order_by(_EVENT.c.rank)
    )
    return {row.session_id: (row.name, row.at) for row in db.session.execute(rows)}


def _closed(closing: tuple[str, datetime] | None, place: Place) -> str:
    return f"{closing[0]}, {_SAY.moment(closing[1], place.tz)}" if closing else ""


def _corrections(session_ids: Sequence[int], names: Mapping[int, str], place: Place) -> list[str]:
    """Each correction with both its values, its author and its reason."""
    told = []
    for act in occasions.corrections(session_ids):
        name = names.get(act.enrolment_id or 0)
        if name is not None:
            before, after = (_mark(act.facts[side]) for side in ("from", "to"))
            told.append(
                f"nº\u00a0{act.rank}, {_SAY.moment(act.at, place.tz)}, {act.who}\u00a0: {name}, {before} devient {after} "
                f"(corrige le nº\u00a0{act.cites})\u00a0: {act.facts['reason']}"
            )
    return told


def _mark(values: Sequence[object]) -> str:
    state, late, early = values
    if state == "absent":
        return "absence"
    if state == "planned":
        return "rien de noté"
    parts = [f"{minutes}\u00a0min {word}" for minutes, word in ((late, "de retard"), (early, "avant la fin")) if minutes]
    return ", ".join(["présence", *parts])


def _head(which: sa.ColumnElement[bool]) -> str:
    """The last event behind a paper, printed at its foot."""
    found = db.session.execute(sa.select(_EVENT.c.rank, _EVENT.c.hash).where(which).order_by(_EVENT.c.rank.desc()).limit(1)).first()
    return (
        f"Dernier événement\u00a0: nº\u00a0{found.rank}, empreinte {found.hash}" if found else "Aucun événement d’émargement à ces dates."
    )
