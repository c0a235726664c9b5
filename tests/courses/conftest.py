"""The course of the examples, and a half-day with something of each kind to see."""

from typing import NamedTuple

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import transaction
from app.courses import services
from app.courses.models import CohortTrainer, Competence, FundingLine, ProgrammeVersion
from app.courses.services import absences, closing
from app.courses.services.closing import Mark
from app.members.models import Member, Organisation
from tests.courses.cohorts import Class, make_class
from tests.courses.course import STARTER, Course
from tests.factories import make_member, paris


@pytest.fixture
def course(session, frozen) -> Course:
    """In January 2027, before cohort A begins."""
    frozen("2027-01-11T09:00+01:00")
    return Course()


class Seen(NamedTuple):
    school: Class
    people: dict[str, Member]
    work_id: int
    submission_id: int


@pytest.fixture
def seen(session, frozen) -> Seen:
    """A morning that Samir closed, Stagiaire1 away with a reason; an afternoon of Aline's; something of each kind to see."""
    frozen("2027-03-02T18:00+01:00")
    school = make_class(people=3)
    aline = make_member("Aline", roles=("trainer",))
    morning, afternoon = school.sessions
    one = school.enrolments[0]
    now = clock.now()
    with transaction() as writing:
        afternoon.trainer_id = aline.id
        writing.add(CohortTrainer(cohort_id=school.cohort.id, member_id=aline.id))
        region = Organisation(name="Région", created_at=now)
        writing.add(region)
        writing.flush()
        writing.add(FundingLine(enrolment_id=one.id, organisation_id=region.id, minutes=52_500, hour_cents=800, created_at=now))
        competence = writing.scalars(sa.select(Competence)).one()
        competence.block_code = "BC01"
        writing.get_one(ProgrammeVersion, school.cohort.programme_version_id).source = STARTER.read_text()
    school.sign(morning, *school.enrolments[1:])
    school.close(morning, {one.id: Mark(is_present=False)})
    absences.justify(session_id=morning.id, enrolment_id=one.id, category="illness", actor_id=school.ines.id, now=now)
    school.sign(afternoon)
    closing.close(session_id=afternoon.id, actor_id=aline.id, now=afternoon.ends_at)
    ask = {"brief": "", "due_at": paris("2027-03-12 17:00"), "peers": False, "actor_id": school.samir.id, "now": now}
    work = services.ask_work(school.cohort.id, title="Affiche", criteria=["Sens"], **ask)
    handed = services.hand_in(work.id, enrolment_id=one.id, url="https://codeberg.org/un/depot-secret", commit="a" * 40, note="", now=now)
    services.assess(
        one.id, competence_id=competence.id, level=3, by_self=False, evidence="preuve-secrete", assessor_id=school.samir.id, now=now
    )
    services.write_note(one.id, text="note-secrete", author_id=school.samir.id, now=now)
    services.note_interview(
        one.id, kind="mid", held_on=morning.day, said="entretien-secret", decided="", held_by_id=school.samir.id, now=now
    )
    services.write_journal(one.id, week=morning.day, text="journal-secret", readers="self", also=[aline.id], now=now)
    people = {
        "self": one.member,
        "other": school.enrolments[1].member,
        "trainer": school.samir,
        "other trainer": aline,
        "head": school.claire,
        "manager": school.ines,
        "funder": make_member("Fonds", roles=("funder",), organisation_id=region.id),
        "treasurer": make_member("Trésor", roles=("treasurer",)),
        "stranger": make_member("Passant"),
    }
    return Seen(school, people, work.id, handed.id)
