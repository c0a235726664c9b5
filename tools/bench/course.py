"""A cohort of thirty in a house to measure, and half-days that they may sign now."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from time import perf_counter

import sqlalchemy as sa

from app.booking.models import Resource
from app.core import clock
from app.core.db import db, transaction
from app.courses import models
from app.courses.models import Cohort, Competence, CourseSession, Enrolment, Module, Programme, ProgrammeVersion
from app.courses.services import load_programme, open_cohort, pour_timetable, signing
from app.members.models import Group
from app.place.models import Place
from config import ROOT
from tools.bench.houses import House

PEOPLE = range(60, 90)


class Course:
    """Thirty people of the lieu, who follow the same half-days."""

    def __init__(self, house: House) -> None:
        self.house, self._numbers = house, count(1)
        now = clock.now()
        today = now.astimezone(house.zone).date()
        with house.inside(), transaction() as session:
            self.place_id = session.scalars(sa.select(Place.id)).one()
            programme = Programme(place_id=self.place_id, code="bench", created_at=now)
            group = Group(code="bench", name="Promotion", created_at=now)
            session.add_all([programme, group])
            session.flush()
            version = ProgrammeVersion(
                place_id=self.place_id, programme_id=programme.id, label="1", title="Mesure", source="", minutes=210, company_minutes=0,
                capacity=30, created_at=now,
            )  # fmt: skip
            session.add(version)
            session.flush()
            competence = Competence(version_id=version.id, code="C", title="Signer", rank=1)
            module = Module(version_id=version.id, code="M", title="Signer", rank=1)
            session.add_all([competence, module])
            session.flush()
            sequence = models.Sequence(
                version_id=version.id, module_id=module.id, competence_id=competence.id, code="S", title="Signer", minutes=210, rank=1
            )
            cohort = Cohort(
                place_id=self.place_id, code="bench", name="Promotion", programme_version_id=version.id, first_day=today,
                last_day=today + timedelta(days=400), capacity=30, group_id=group.id, state="running", created_at=now,
            )  # fmt: skip
            session.add_all([sequence, cohort])
            session.flush()
            people = [house.people[number] for number in PEOPLE]
            session.add_all(
                Enrolment(place_id=self.place_id, cohort_id=cohort.id, member_id=one, first_day=today, created_at=now) for one in people
            )
            self.cohort_id, self.sequence_id, self.today = cohort.id, sequence.id, today

    def half_days(self) -> Iterator[int]:
        """Half-days that have just begun, one after the other."""
        for number in self._numbers:
            now = clock.now()
            with self.house.inside(), transaction() as session:
                row = CourseSession(
                    place_id=self.place_id, cohort_id=self.cohort_id, sequence_id=self.sequence_id, starts_at=now, half="morning",
                    ends_at=now + timedelta(minutes=210), day=self.today + timedelta(days=number), uid=f"bench-{number}", created_at=now,
                    changed_at=now,
                )  # fmt: skip
                session.add(row)
                session.flush()
                made = row.id
            yield made

    def code(self, session_id: int) -> str:
        with self.house.inside():
            return signing.code_of(session_id, now=clock.now())

    def signed(self, session_id: int) -> Sequence[int]:
        with self.house.inside():
            return list(db.session.scalars(sa.select(models.Attendance.enrolment_id).where(models.Attendance.session_id == session_id)))


def poured(house: House, *, code: str) -> float:
    """The 875 hours of the starter programme in the timetable of a cohort, and its room taken: seconds."""
    now = clock.now()
    monday = now.astimezone(house.zone).date() + timedelta(days=400)
    with house.inside():
        place_id, actor_id = db.session.scalars(sa.select(Place.id)).one(), house.people[0]
        with transaction() as session:
            room = Resource(place_id=place_id, code=code, kind="room", name=f"Salle {code}", capacity=14)
            session.add(room)
            session.flush()
        programme = (ROOT / "kits/programme_dwwm.yaml").read_bytes()
        version = load_programme(programme, place_id=place_id, actor_id=actor_id, now=now).version
        cohort = open_cohort(
            place_id=place_id, code=code, name=f"Promotion {code}", programme_version_id=version.id, first_day=monday,
            last_day=monday + timedelta(days=230), room_id=room.id, actor_id=actor_id, now=now,
        )  # fmt: skip
        begun = perf_counter()
        pouring, without = pour_timetable(cohort.id, trainer_id=None, actor_id=actor_id, now=now)
        seconds = perf_counter() - begun
        assert pouring.minutes == 875 * 60 and not without
        return seconds
