"""Certificats de réalisation: issued with the next number of the year, cancelled with what replaces them, checked by anybody."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.courses.models import Certificate, Cohort, Enrolment, ProgrammeVersion
from app.courses.papers.certificates import Certified
from app.courses.queries import occasions, presence
from app.courses.queries.presence import Followed, Slot
from app.courses.rules import certificates as rules
from app.courses.services import documents, evidence
from app.members.models import Member
from app.place.models import Place
from app.web.typography import WORDS

TURNS = 7254  # whose turn it is to take the next number of a lieu
NATURE = "Action de formation"
_SAY = WORDS["fr"]


def issue(*, enrolment_id: int, actor_id: int, now: datetime, reason: str = "") -> Certificate:
    """A new certificate. `reason`: why it is given though hours are still to regularise; it is printed."""
    with transaction() as session:
        enrolment = session.get_one(Enrolment, enrolment_id)
        return _issue(enrolment, actor_id=actor_id, now=now, reason=reason.strip(), replaces=None)


def issue_all(cohort_id: int, *, actor_id: int, now: datetime) -> list[Certificate]:
    """One for each person whose course is over and who has none; whoever has hours to regularise waits for them."""
    followed = presence.followed_in(cohort_id, now=now)
    held = {row.enrolment_id for row in of_cohort(cohort_id) if row.cancelled_at is None}
    ready = [key for key, one in followed.items() if key not in held and _is_settled(one)]
    return [issue(enrolment_id=key, actor_id=actor_id, now=now) for key in occasions.names_of(ready)]


def replace(*, certificate_id: int, why: str, actor_id: int, now: datetime, reason: str = "") -> Certificate:
    """Cancel a certificate, and issue the one that takes its place. Both stay, each naming the other."""
    with transaction() as session:
        old = _cancel(certificate_id, why=why, actor_id=actor_id, now=now)
        return _issue(session.get_one(Enrolment, old.enrolment_id), actor_id=actor_id, now=now, reason=reason.strip(), replaces=old)


def cancel(*, certificate_id: int, why: str, actor_id: int, now: datetime) -> Certificate:
    """Cancel a certificate that nothing replaces; it stays in the list with its reason."""
    with transaction():
        return _cancel(certificate_id, why=why, actor_id=actor_id, now=now)


def found_by_code(number: str, code: str) -> Certificate | None:
    """The certificate of this number, for who also holds its code."""
    known = rules.parsed(number)
    if known is None:
        return None
    year, rank = known
    for row in db.session.scalars(
        sa.select(Certificate).where(Certificate.year == year, Certificate.rank == rank).order_by(Certificate.id)
    ):
        given = code.strip().upper().encode("utf-8", "ignore")
        if hmac.compare_digest(code_of(row).encode(), given):
            return row
    return None


def code_of(certificate: Certificate) -> str:
    """What its paper prints beside its number."""
    return rules.check_code(_key(), f"{certificate.place_id}:{certificate.number}", certificate.issued_on)


def replaced_by(certificate: Certificate) -> Certificate | None:
    return db.session.scalars(sa.select(Certificate).where(Certificate.replaces_id == certificate.id)).first()


def of_cohort(cohort_id: int) -> Sequence[Certificate]:
    """Every certificate of a cohort, those cancelled too, in the order of their numbers."""
    rows = sa.select(Certificate).join(Enrolment, Enrolment.id == Certificate.enrolment_id).where(Enrolment.cohort_id == cohort_id)
    return db.session.scalars(rows.order_by(Certificate.year, Certificate.rank)).all()


def held_by(enrolment_id: int) -> Sequence[Certificate]:
    """Those of one person that are worth something."""
    rows = sa.select(Certificate).where(Certificate.enrolment_id == enrolment_id, Certificate.cancelled_at.is_(None))
    return db.session.scalars(rows.order_by(Certificate.year, Certificate.rank)).all()


def unsettled(slots: Sequence[Slot]) -> list[str]:
    """The half-days still to regularise, as a refusal lists them."""
    return [f"{_SAY.day(slot.day)} {'matin' if slot.half == 'morning' else 'après-midi'}" for slot in slots if slot.minutes.to_regularise]


def _is_settled(followed: Followed) -> bool:
    """Whether a course is over, with something done and nothing left to regularise."""
    minutes = followed.to_date
    return all(slot.is_over for slot in followed.slots) and minutes.done > 0 and not minutes.to_regularise


def _issue(enrolment: Enrolment, *, actor_id: int, now: datetime, reason: str, replaces: Certificate | None) -> Certificate:
    session = db.session()
    lock(TURNS, enrolment.place_id)
    followed = presence.followed_by(enrolment.id, now=now)
    minutes = followed.to_date
    hours = _SAY.hours_exact(minutes.to_regularise)
    reasons = [*rules.reasons_certificate(minutes, unsettled=unsettled(followed.slots), hours=hours, reason=reason)]
    if reasons:
        raise Refused(*reasons)
    place = session.get_one(Place, enrolment.place_id)
    issued_on = now.astimezone(place.tz).date()
    last = sa.select(sa.func.coalesce(sa.func.max(Certificate.rank), 0))
    rank = session.scalars(last.where(Certificate.place_id == place.id, Certificate.year == issued_on.year)).one() + 1
    number = rules.number(issued_on.year, rank)
    row = Certificate(
        place_id=place.id,
        enrolment_id=enrolment.id,
        year=issued_on.year,
        rank=rank,
        number=number,
        issued_on=issued_on,
        issued_at=now,
        issued_by_id=actor_id,
        minutes_done=minutes.done,
        printed="",
        replaces_id=replaces.id if replaces else None,
    )
    cohort = session.get_one(Cohort, enrolment.cohort_id)
    house = documents.house_of(place)
    said = Certified(
        number=number,
        code=code_of(row),
        url=f"{current_app.config['PUBLIC_URL']}/verify/{number}",
        house_name=house.name,
        house_lines=house.lines,
        signer=session.get_one(Member, actor_id).name,
        name=enrolment.name,
        course=session.get_one(ProgrammeVersion, cohort.programme_version_id).title,
        nature=NATURE,
        first_day=max(enrolment.first_day, cohort.first_day).isoformat(),
        last_day=min(enrolment.last_day or cohort.last_day, cohort.last_day, issued_on).isoformat(),
        minutes_done=minutes.done,
        minutes_planned=minutes.planned,
        minutes_at_distance=presence.done_at_distance(followed.slots),
        minutes_to_regularise=minutes.to_regularise,
        reason=reason if minutes.to_regularise else "",
        issued_on=issued_on.isoformat(),
        town=place.town,
        replaces=replaces.number if replaces else "",
    )
    row.printed = json.dumps(asdict(said), ensure_ascii=False, sort_keys=True)
    session.add(row)
    session.flush()
    journal.record("certificate.issued", row.id, place_id=place.id, actor_id=actor_id, member_id=enrolment.member_id, at=now, number=number)
    return row


def _cancel(certificate_id: int, *, why: str, actor_id: int, now: datetime) -> Certificate:
    row = db.session.get_one(Certificate, certificate_id, populate_existing=True, with_for_update=True)
    if row.cancelled_at is not None:
        raise Refused(rules.CertificateCancelled())
    if not why.strip():
        raise Refused(rules.ReasonMissing())
    row.cancelled_at, row.cancelled_by_id, row.cancel_reason = now, actor_id, why.strip()
    db.session.flush()
    journal.record("certificate.cancelled", row.id, place_id=row.place_id, actor_id=actor_id, at=now, number=row.number)
    return row


def _key() -> bytes:
    return evidence.derived_key("certificate code")
