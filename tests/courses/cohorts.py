"""Cohorts for the tests of presence: the smallest that can be signed, and cohort A of the examples."""

from collections.abc import Sequence as Several
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count

from app.core import clock
from app.core.db import db, transaction
from app.courses import models
from app.courses.models import Cohort, CohortTrainer, Competence, CourseSession, Enrolment, Module, Programme, ProgrammeVersion
from app.courses.services import closing, signing
from app.members.models import Group, Member
from app.place.models import Place
from tests.factories import PARIS, make_member, make_place, make_thing

_numbers = count(1)
FILE = """format: worklab-programme/1
version: '1'
programme: {code: DWWM, titre: Développer des applications web}
blocs:
- code: B1
  intitule: Le bloc
  competences:
  - {code: CP1, intitule: Installer}
modules:
- code: M1
  titre: Premiers pas
  sequences:
  - {code: S1, titre: Courriels, heures: 3.5, competence_principale: CP1}
"""
HALVES = {"morning": (time(9), time(12, 30)), "afternoon": (time(13, 30), time(17))}
CLOSED = {date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 7), date(2027, 5, 17), date(2027, 7, 14)}  # holidays, and a closure


@dataclass
class Class:
    """A cohort, its people and its half-days."""

    place: Place
    cohort: Cohort
    samir: Member  # its trainer
    claire: Member  # its head
    ines: Member  # the manager
    enrolments: list[Enrolment]
    sessions: list[CourseSession] = field(default_factory=list)

    def at(self, day: str, half: str = "morning") -> CourseSession:
        return next(one for one in self.sessions if one.day.isoformat() == day and one.half == half)

    def sign(self, session: CourseSession, *enrolments: Enrolment, at: datetime | None = None) -> None:
        """Each one signs, at the start unless told."""
        now = at or session.starts_at
        code = signing.code_of(session.id, now=now)
        for enrolment in enrolments or self.enrolments:
            signing.sign(session_id=session.id, member_id=enrolment.member_id, code=code, now=now)

    def close(self, session: CourseSession, marks: dict[int, closing.Mark] | None = None) -> closing.Closed:
        return closing.close(session_id=session.id, actor_id=self.samir.id, marks=marks, now=session.ends_at)

    def hold(self, session: CourseSession, *present: Enrolment) -> None:
        """A half-day from end to end: those present sign, the trainer closes."""
        self.sign(session, *present)
        self.close(session)


def local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, PARIS)


def make_class(
    *, people: int = 12, days: Several[date] = (date(2027, 3, 2),), tolerance: int = 0, capacity: int = 12, **more: object
) -> Class:
    """A class of so many people over these days, mornings and afternoons, in a room of its own."""
    place = make_place()
    room = make_thing(place, "classe", kind="room", name="Salle de classe", capacity=capacity)
    samir, claire = make_member("Samir", roles=("trainer",)), make_member("Claire", roles=("trainer",))
    ines = make_member("Inès", roles=("manager",), email=f"ines{next(_numbers)}@example.org")
    members = [make_member(f"Stagiaire{number}", roles=("trainee",)) for number in range(1, people + 1)]
    now = clock.now()
    with transaction() as session:
        number = next(_numbers)
        programme = Programme(place_id=place.id, code=f"dwwm{number}", created_at=now)
        session.add(programme)
        session.flush()
        version = ProgrammeVersion(
            place_id=place.id, programme_id=programme.id, label="1", title="Développer des applications web", source=FILE, minutes=52_500,
            company_minutes=10_500, capacity=12, created_at=now,
        )  # fmt: skip
        group = Group(code=f"promo{number}", name="Promotion", created_at=now)
        session.add_all([version, group])
        session.flush()
        competence = Competence(version_id=version.id, code="CP1", title="Installer", rank=1)
        module = Module(version_id=version.id, code="M1", title="Premiers pas", rank=1)
        session.add_all([competence, module])
        session.flush()
        sequence = models.Sequence(
            version_id=version.id, module_id=module.id, competence_id=competence.id, code="S1", title="Courriels, agenda, tâches différées",
            minutes=210, rank=1,
        )  # fmt: skip
        cohort = Cohort(
            place_id=place.id, code=f"a{number}", name="Promotion A", programme_version_id=version.id, first_day=days[0], last_day=days[-1],
            room_id=room.id, capacity=12, group_id=group.id, tolerance_minutes=tolerance, state="running", started_at=now, created_at=now,
        )  # fmt: skip
        session.add_all([sequence, cohort])
        session.flush()
        session.add(CohortTrainer(cohort_id=cohort.id, member_id=samir.id))
        session.add(CohortTrainer(cohort_id=cohort.id, member_id=claire.id, is_head=True))
        enrolments = [
            Enrolment(place_id=place.id, cohort_id=cohort.id, member_id=member.id, first_day=days[0], created_at=now) for member in members
        ]
        session.add_all(enrolments)
        sessions = [
            CourseSession(
                place_id=place.id, cohort_id=cohort.id, sequence_id=sequence.id, starts_at=local(day, start), ends_at=local(day, end), day=day,
                half=half, trainer_id=samir.id, room_id=room.id, uid=f"session-{number}-{day}-{half}", created_at=now, changed_at=now,
                where_="company" if date(2027, 5, 31) <= day <= date(2027, 7, 2) and len(days) > 20 else "centre",
            )
            for day in days
            for half, (start, end) in HALVES.items()
        ]  # fmt: skip
        session.add_all(sessions)
        session.flush()
    return Class(place, cohort, samir, claire, ines, enrolments, sessions)


def make_cohort_a(people: int = 12) -> Class:
    """1 February to 30 July 2027, 125 days: no session on public holidays nor on 7 May."""
    days = [date(2027, 2, 1) + timedelta(days=number) for number in range(180)]
    return make_class(people=people, days=[day for day in days if day.weekday() < 5 and day not in CLOSED])


def regularly_held(school: Class, until: date | None = None) -> None:
    """Write what a perfect attendance would have left, without the thousands of gestures: for the sums, not for the evidence."""
    with transaction() as session:
        session.add_all(
            models.Attendance(
                enrolment_id=enrolment.id, session_id=one.id, place_id=school.place.id, state="present", signed_at=one.starts_at, signed_rank=1,
                countersigned_at=one.ends_at, countersigned_rank=2, countersigned_by_id=school.samir.id,
            )
            for one in school.sessions
            for enrolment in school.enrolments
            if until is None or one.day <= until
        )  # fmt: skip
    db.session.expire_all()
