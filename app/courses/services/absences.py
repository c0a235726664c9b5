"""Absences: giving a reason its category, taking it back, warning early; and what is asked of people each evening."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

import sqlalchemy as sa

from app.core import journal, mail, state
from app.core.db import db, insert_unless_there, transaction
from app.core.refusals import Refused
from app.courses.models import AbsenceAlert, Cohort, CohortTrainer, CourseSession, Enrolment
from app.courses.queries import occasions, presence
from app.courses.queries.presence import Slot
from app.courses.rules import absences as rules
from app.courses.rules import alerts
from app.courses.rules.closing import ReasonMissing
from app.courses.rules.minutes import State
from app.courses.rules.signing import NotYourSession
from app.courses.services import closing, distance, evidence
from app.courses.services.signing import change
from app.place.models import Place

EVENING = 18  # o'clock in the lieu: the day's half-days are over


def justify(*, session_id: int, enrolment_id: int, category: str, actor_id: int, now: datetime) -> None:
    """What was missed of a half-day has a reason that is accepted. Only its category is kept."""
    with transaction():
        session, slot = _missed(session_id, enrolment_id, now)
        reasons = [*rules.reasons_justify(category, missed=_minutes_missed(slot))]
        if reasons:
            raise Refused(*reasons)
        if slot.facts.justified and slot.category == category:
            return
        _write(session, slot, "justified", {"category": category}, {"category": category, "justified": True}, actor_id=actor_id, now=now)


def withdraw(*, session_id: int, enrolment_id: int, reason: str, actor_id: int, now: datetime) -> None:
    """The reason was not one after all."""
    with transaction():
        session, slot = _missed(session_id, enrolment_id, now)
        if not reason.strip():
            raise Refused(ReasonMissing())
        if slot.facts.justified:
            facts = {"category": slot.category, "reason": reason.strip()}
            _write(session, slot, "unjustified", facts, {"category": "", "justified": False}, actor_id=actor_id, now=now)


def warn(cohort_id: int, *, now: datetime) -> list[AbsenceAlert]:
    """Give the alerts that are due in a cohort, each level once in a life."""
    given: dict[int, set[str]] = {}
    rows = sa.select(AbsenceAlert.enrolment_id, AbsenceAlert.level).join(Enrolment).where(Enrolment.cohort_id == cohort_id)
    for enrolment_id, level in db.session.execute(rows):
        given.setdefault(enrolment_id, set()).add(level)
    due = [
        (enrolment_id, level, followed.to_date)
        for enrolment_id, followed in presence.followed_in(cohort_id, now=now).items()
        for level in alerts.alerts_due([slot.facts for slot in followed.over()], followed.to_date, given=given.get(enrolment_id, ()))
    ]
    with transaction():
        return [
            alert
            for enrolment_id, level, minutes in due
            if (alert := _warn(enrolment_id, level, minutes.unjustified, minutes.planned, now))
        ]


def evening(*, now: datetime) -> int:
    """Once each evening: remind trainers of what they have not countersigned, trainees of what they have not signed, and warn."""
    count = 0
    for place in db.session.scalars(sa.select(Place).order_by(Place.id)).all():
        day = now.astimezone(place.tz).date()
        mark = f"course_evening:{place.id}"
        last = state.recall(mark)
        if now.astimezone(place.tz).hour < EVENING or (last is not None and last.facts["day"] == day.isoformat()):
            continue
        with transaction():
            count += _remind(place, day, now)
            for cohort_id in _met_on(place.id, day):
                count += len(warn(cohort_id, now=now))
            state.note(mark, at=now, day=day.isoformat())
    return count


def _missed(session_id: int, enrolment_id: int, now: datetime) -> tuple[CourseSession, Slot]:
    session = db.session.get(CourseSession, session_id)
    if session is None:
        raise Refused(NotYourSession())
    evidence.take_turn(session.cohort_id, place_id=session.place_id)
    slot = presence.slot_of(session_id, enrolment_id, now=now)
    if slot is None:
        raise Refused(NotYourSession())
    return session, slot


def _minutes_missed(slot: Slot) -> int:
    if slot.facts.state == State.ABSENT:
        return slot.facts.length
    return slot.facts.missed if slot.facts.state == State.PRESENT else 0


def _write(
    session: CourseSession, slot: Slot, kind: str, facts: dict[str, str], values: dict[str, object], *, actor_id: int, now: datetime
) -> None:
    cites = evidence.last_rank(session.id, slot.enrolment_id)
    act = f"{kind}:{session.id}:{slot.enrolment_id}:{cites or 0}"
    evidence.append_of(session, slot.enrolment_id, kind, act=act, cites_rank=cites, facts=facts, actor_id=actor_id, now=now)
    change(slot.enrolment_id, session.id, place_id=session.place_id, **values)


def _warn(enrolment_id: int, level: str, unjustified: int, planned: int, now: datetime) -> AbsenceAlert | None:
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    values = {"enrolment_id": enrolment_id, "level": level, "place_id": enrolment.place_id, "unjustified": unjustified, "planned": planned}
    new = insert_unless_there(AbsenceAlert).values(**values, given_at=now).returning(AbsenceAlert.level)
    if db.session.execute(new).first() is None:
        return None
    journal.record(
        "attendance.alerted",
        enrolment_id,
        place_id=enrolment.place_id,
        member_id=enrolment.member_id,
        at=now,
        level=level,
        unjustified=unjustified,
        planned=planned,
        staff=sorted(_heads(enrolment.cohort_id)),
    )
    return db.session.get_one(AbsenceAlert, (enrolment_id, level))


def _heads(cohort_id: int) -> Collection[int]:
    heads = sa.select(CohortTrainer.member_id).where(CohortTrainer.cohort_id == cohort_id, CohortTrainer.is_head)
    return db.session.scalars(heads).all()


def _met_on(place_id: int, day: date) -> Collection[int]:
    """The cohorts that met that day."""
    met = sa.select(CourseSession.cohort_id).where(CourseSession.place_id == place_id, CourseSession.day == day)
    return db.session.scalars(met.join(Cohort).where(Cohort.state == "running").distinct().order_by(CourseSession.cohort_id)).all()


def _is_for_trainer(slot: Slot) -> bool:
    """At distance the trainer waits for what is produced, like everybody."""
    return distance.is_waiting(slot) if slot.where == "distance" else closing.is_open(slot)


def _remind(place: Place, day: date, now: datetime) -> int:
    count = 0
    for kind, fact, member_id, facts in _reminders(place, day, now):
        count += mail.queue(kind, fact=fact, member_id=member_id, place_id=place.id, facts=facts, now=now)
    return count


def _reminders(place: Place, day: date, now: datetime) -> Iterator[tuple[str, str, int, dict[str, int]]]:
    """(kind of mail, its fact, whose, what it needs): one for each half-day of a trainer, one a day for each trainee.

    None for days in a company: they are said once the week is over, and asked for then.
    """
    told: set[int] = set()
    for occasion, _people in occasions.to_countersign(now=now, place_id=place.id, since=day):
        slots = [slot for slot in presence.expected_at(occasion.id, now=now) if slot.minutes.to_regularise]
        if occasion.trainer_id and any(_is_for_trainer(slot) for slot in slots):
            yield "attendance.countersign_due", f"countersign:{occasion.id}", occasion.trainer_id, {"session": occasion.id}
        for slot in slots:
            if slot.signed_at is None and slot.where != "company" and slot.enrolment_id not in told:
                told.add(slot.enrolment_id)
                member_id = db.session.get_one(Enrolment, slot.enrolment_id).member_id
                yield "attendance.unsigned", f"unsigned:{slot.enrolment_id}:{day}", member_id, {"enrolment": slot.enrolment_id}
