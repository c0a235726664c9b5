"""Who sees what of a trainee: the table of the course, cell by cell, by each door that shows it, with one's own eyes and another's."""

import re
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import transaction
from app.courses import services
from app.courses.models import CohortTrainer, Competence, FundingLine, ProgrammeVersion
from app.courses.services import absences, closing
from app.courses.services.closing import Mark
from app.members import services as members
from app.members.models import Member, Organisation
from tests.courses.cohorts import Class, make_class
from tests.courses.course import STARTER
from tests.factories import make_member, paris
from tests.pages import text_of


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


def test_each_thing_is_seen_by_whom_the_table_says_and_by_nobody_else(seen, log_in):
    one, cohort, morning = seen.school.enrolments[0], seen.school.cohort.id, seen.school.sessions[0]
    person, board = f"/manage/courses/enrolments/{one.id}", f"/manage/courses/cohorts/{cohort}/board"
    team, staff = {"trainer", "other trainer", "head"}, {"head", "manager"}
    sheet = f"/courses/half-days/{morning.id}"
    # (what is looked for, where: one's own page, the team's) and who finds it
    table = [
        ("preuve-secrete", ("/courses/skills", f"{person}/skills"), team | {"self"}),
        ("depot-secret", (f"/courses/work/{seen.work_id}", f"/manage/courses/submissions/{seen.submission_id}"), team | {"self"}),
        ("entretien-secret", ("/courses/interviews", f"{person}/interviews"), team | {"self"}),
        ("note-secrete", (f"{person}/skills",), {"trainer", "head"}),
        ("journal-secret", ("/courses/journal", "/courses/journals", f"{person}/skills"), {"self", "other trainer"}),
        ("Stagiaire1", (board,), team),
        ("maladie", (f"/courses/attendance/{morning.id}", sheet), staff | {"self"}),
        ("absence justifiée</span>", (f"/courses/attendance/{morning.id}", sheet), staff | {"self", "trainer"}),
    ]
    for what, addresses, expected in table:
        found = {who for who, member in seen.people.items() if any(_says(log_in(member), address, what) for address in addresses)}
        assert found == expected, what


def test_minutes_are_those_of_the_half_days_one_may_see_on_pages_and_by_the_interface(seen, log_in, client):
    """3 h 30 justified in the morning, 3 h 30 done in the afternoon: a trainer is told of their own half-day only."""
    cohort = seen.school.cohort.id
    shown = {
        who: text_of(log_in(seen.people[who]).get(f"/manage/courses/cohorts/{cohort}/board"))
        for who in ("trainer", "other trainer", "head")
    }
    rates = {who: re.search(r"Stagiaire1</a>.*?Heures : </span>([0-9]+ %)", page)[1] for who, page in shown.items()}
    assert rates == {"trainer": "0 %", "other trainer": "100 %", "head": "50 %"}
    hours = {"self": [420], "other": [420], "trainer": [210] * 3, "other trainer": [210] * 3, "head": [420] * 3, "manager": [420] * 3}
    for who, member in seen.people.items():
        token = members.new_token(member_id=member.id, purpose="api", scopes=("read",), now=clock.now())
        answer = client.get(f"/api/v1/cohorts/{cohort}/attendance", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == (200 if who in hours else 404), who
        if who in hours:
            assert [line["planned"] for line in answer.json["items"]] == hours[who], who


def test_a_manager_sees_no_more_with_the_eyes_of_a_trainee_or_of_a_trainer(seen, log_in):
    one, board = seen.school.enrolments[0], f"/manage/courses/cohorts/{seen.school.cohort.id}/board"
    person, handed = f"/manage/courses/enrolments/{one.id}", f"/manage/courses/submissions/{seen.submission_id}"
    own = [f"/courses/{page}" for page in ("skills", "work", f"work/{seen.work_id}", "journal", "journals", "interviews", "progress")]
    team = [board, handed, f"{person}/skills", f"{person}/interviews"]
    for whose, addresses in (("self", own), ("trainer", team), ("head", team)):
        theirs = log_in(seen.people[whose])
        assert [theirs.get(address).status_code for address in addresses] == [200] * len(addresses), whose
        manager = log_in(seen.people["manager"])
        manager.post(f"/manage/members/{seen.people[whose].id}/look")
        for address in own + team:
            assert manager.get(address).status_code == 403, (whose, address)
        page = manager.get("/courses/").text
        assert "Mes compétences</h2>" not in page and "Affiche" not in page


def _says(client, address: str, what: str) -> bool:
    page = client.get(address)
    return page.status_code == 200 and what in page.text
