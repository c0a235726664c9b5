"""The course of the examples: a classroom, a trainer, a head, and cohorts A and B on the starter programme."""

from datetime import date
from pathlib import Path

from app.booking.rules import Thing
from app.core import clock
from app.courses import services
from app.courses.models import Cohort, CourseSession, Enrolment, ProgrammeVersion
from app.members.models import Member
from app.place.models import Place
from tests.factories import make_member, make_place, make_thing

STARTER = Path("kits/programme_dwwm.yaml")


class Course:
    """A lieu with its course, ready for cohorts."""

    def __init__(self) -> None:
        self.place: Place = make_place()
        self.room: Thing = make_thing(self.place, "classe", kind="room", name="Salle de classe", capacity=14)
        self.manager: Member = make_member("Inès", email="ines@lieu.example", roles=("member", "manager"))
        self.samir: Member = make_member("Samir", roles=("member", "trainer"))
        loaded = services.load_programme(STARTER.read_bytes(), place_id=self.place.id, actor_id=self.manager.id, now=clock.now())
        self.version: ProgrammeVersion = loaded.version

    def cohort(self, code: str = "A", first: str = "2027-02-01", last: str = "2027-07-30", **more: object) -> Cohort:
        """Cohort A of the examples unless said otherwise, not poured yet."""
        closures = more.pop("closures", [(date(2027, 5, 7), date(2027, 5, 7), "pont")])
        company = more.pop("company", (date(2027, 5, 31), date(2027, 7, 2)))
        fields: dict[str, object] = {"room_id": self.room.id, "company_first_day": company[0], "company_last_day": company[1]}
        cohort = services.open_cohort(
            place_id=self.place.id,
            code=code,
            name=f"Promotion {code}",
            programme_version_id=self.version.id,
            first_day=date.fromisoformat(first),
            last_day=date.fromisoformat(last),
            actor_id=self.manager.id,
            now=clock.now(),
            **fields | more,
        )
        services.set_closures(cohort.id, closures, actor_id=self.manager.id, now=clock.now())
        services.set_trainers(cohort.id, {self.samir.id: True}, actor_id=self.manager.id, now=clock.now())
        return cohort

    def cohort_b(self, **more: object) -> Cohort:
        holidays = [(date(2027, 12, 27), date(2027, 12, 31), "fêtes")]
        return self.cohort("B", "2027-09-06", "2028-03-03", **{"closures": holidays, "company": (None, None)} | more)

    def pour(self, cohort: Cohort, *, trainer: Member | None = None, despite: bool = False):
        return services.pour_timetable(
            cohort.id, trainer_id=trainer.id if trainer else None, actor_id=self.manager.id, now=clock.now(), despite=despite
        )

    def trainee(self, cohort: Cohort, name: str, **more: object) -> Enrolment:
        member = make_member(name)
        return services.enrol(cohort.id, member_id=member.id, actor_id=self.manager.id, now=clock.now(), **more)

    def move(self, session: CourseSession, day: str, half: str, **more: object) -> CourseSession:
        return services.move_session(session.id, day=date.fromisoformat(day), half=half, actor_id=self.manager.id, now=clock.now(), **more)
