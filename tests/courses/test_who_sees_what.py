"""Who sees what of a trainee: the table of the course, cell by cell, by each door that shows it, with one's own eyes and another's."""

import re

from app.core import clock
from app.members import services as members
from tests.pages import text_of


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
