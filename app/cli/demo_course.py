"""The demonstration's cohort: it began two weeks ago, signs its half-days, and its trainer closes them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from app.booking import queries as booking
from app.cli.demo_learning import learn, own_version
from app.core.db import db
from app.core.period import monday_of
from app.core.refusals import Refused
from app.courses import services
from app.courses.models import Cohort, CourseSession, ProgrammeVersion
from app.courses.services import Funder, closing, signing
from app.members.models import Group, Member, Organisation
from app.place.models import Place

KITS = Path(__file__).resolve().parent.parent.parent / "kits"
BEGUN = timedelta(weeks=2)  # before the Monday of this week
COMPANY = (timedelta(weeks=16), timedelta(weeks=21) - timedelta(days=3))  # from the first Monday to a Friday
LAST = timedelta(weeks=26) - timedelta(days=3)
TRAINEES = ("Julie Morel", "Mehdi Cherif", "Sophie Duval", "Kevin Hamel")
AWAY = {("Kevin Hamel", 4), ("Kevin Hamel", 5), ("Mehdi Cherif", 12)}  # (who, which half-day since the first)


def load_course(place: Place, people: Mapping[str, Member], *, now: datetime) -> None:
    """A programme, a cohort with its timetable, four trainees, who pays, and two weeks of presence."""
    manager, trainer = people["Inès Caron"], people["Samir Haddad"]
    file = KITS / str(place.extras.get("programme") or "programme_dwwm.yaml")
    services.load_open_course((KITS / "parcours_souplesse.yaml").read_bytes(), place_id=place.id, actor_id=manager.id, now=now)
    starter = services.load_programme(file.read_bytes(), place_id=place.id, actor_id=manager.id, now=now).version
    version = own_version(starter, actor_id=manager.id, now=now)
    today = now.astimezone(place.tz).date()
    first = monday_of(today) - BEGUN
    cohort = _cohort(place, version, first, manager, trainer, now=now)
    services.start_cohort(cohort.id, actor_id=manager.id, now=now)
    region = Organisation(name="Région Normandie", siren="123456782", email="formation@region.example", town="Rouen", created_at=now)
    db.session.add(region)
    db.session.flush()
    for name in TRAINEES:
        row = services.enrol(cohort.id, member_id=people[name].id, first_day=cohort.first_day, actor_id=manager.id, now=now)
        services.fund(row.id, [Funder(region.id, "region", "2026-61", version.minutes, 800)], actor_id=manager.id, now=now)
    _live(cohort, people, trainer, now=now)
    learn(cohort, people, trainer, now=now)


def _cohort(place: Place, version: ProgrammeVersion, first: date, manager: Member, trainer: Member, *, now: datetime) -> Cohort:
    room = booking.directory(place).by_code("classe", "room")
    cohort = services.open_cohort(
        place_id=place.id,
        code="AUTOMNE",
        name="Promotion d’automne",
        programme_version_id=version.id,
        first_day=first,
        last_day=first + LAST,
        company_first_day=first + COMPANY[0],
        company_last_day=first + COMPANY[1],
        room_id=room.id if room else None,
        actor_id=manager.id,
        now=now,
    )
    db.session.get_one(Group, cohort.group_id).tariff_group = "solidaire"
    services.set_trainers(cohort.id, {trainer.id: True}, actor_id=manager.id, now=now)
    plan = services.preview_pouring(cohort.id, trainer_id=trainer.id, actor_id=manager.id, now=now).pouring
    if plan.missing_in_company:  # public holidays in it
        longer = first + COMPANY[1] + timedelta(days=3 + plan.missing_in_company // 420)
        services.change_cohort(cohort.id, company_last_day=longer, actor_id=manager.id, now=now)
        plan = services.preview_pouring(cohort.id, trainer_id=trainer.id, actor_id=manager.id, now=now).pouring
    if plan.proposed_last_day is not None:
        services.change_cohort(cohort.id, last_day=plan.proposed_last_day, actor_id=manager.id, now=now)
    services.pour_timetable(cohort.id, trainer_id=trainer.id, actor_id=manager.id, now=now, despite=True)
    return cohort


def _live(cohort: Cohort, people: Mapping[str, Member], trainer: Member, *, now: datetime) -> None:
    """What already happened: people sign as they come, the trainer closes; the last half-day still waits for it."""
    over = sa.select(CourseSession).where(CourseSession.cohort_id == cohort.id, CourseSession.ends_at <= now)
    sessions = db.session.scalars(over.order_by(CourseSession.starts_at)).all()
    for number, session in enumerate(sessions):
        for name in TRAINEES:
            if (name, number) not in AWAY:
                signing.sign(
                    session_id=session.id,
                    member_id=people[name].id,
                    code=signing.code_of(session.id, now=session.starts_at),
                    now=session.starts_at,
                )
        if session is not sessions[-1]:
            _close(session, trainer)


def _close(session: CourseSession, trainer: Member) -> None:
    """A half-day that its coherence checks question stays to be looked at, as in life."""
    try:
        closing.close(session_id=session.id, actor_id=trainer.id, now=session.ends_at, checked=True)
    except Refused:
        return
