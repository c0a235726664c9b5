"""The papers beside presence: programme, booklet of evaluation, surveys; what an auditor is handed, and who may read grades in it."""

import io
import zipfile
from datetime import date, time

from app.core import clock
from app.courses import services
from app.courses.queries import learning as reads
from app.courses.services import booklets, company, elections, listening, programmes
from app.courses.services.audit import audit_file
from app.courses.services.documents import weekly_sheet
from tests.courses.cohorts import local
from tests.factories import make_member

SAID = {
    "company": "Menuiserie Lebrun", "siret": "", "address": "Boitron", "tutor_name": "Hélène", "tutor_role": "", "tutor_email": "h@example.org",
    "tasks": "Le site",
}  # fmt: skip


def test_an_auditor_is_handed_every_paper_and_grades_go_to_who_may_read_them(course, session, log_in, frozen):
    cohort, by = course.cohort(), {"actor_id": course.manager.id}
    people = [course.trainee(cohort, name) for name in ("Julie", "Karim", "Léa", "Marc", "Nora")]
    course.pour(cohort, trainer=course.samir)
    services.start_cohort(cohort.id, now=clock.now(), **by)
    evening = local(date(2027, 2, 5), time(18))
    frozen(evening.isoformat())
    julie = people[0]
    for passed, day in ((False, 3), (True, 5)):
        services.record_test(
            julie.id, block_code="RNCP37674BC01", taken_on=date(2027, 2, day), passed=passed, comment="", assessor_id=course.samir.id, now=evening
        )  # fmt: skip
    for number, one in enumerate(reads.competences(cohort.programme_version_id)[:4]):
        services.assess(
            julie.id,
            competence_id=one.id,
            level=3 + number % 2,
            by_self=number > 2,
            evidence="TP",
            assessor_id=course.samir.id,
            now=evening,
        )
    row = company.agree(julie.id, first_day=date(2027, 5, 31), last_day=date(2027, 7, 2), signed_on=None, now=evening, **SAID, **by)
    vote = elections.call_election(cohort.id, "delegate", now=evening, **by)
    elections.open_vote(vote.id, now=evening, **by)
    listening.ask_surveys(now=evening)
    for one, marks in zip(people, ((5, 4), (4, 4), (4, 5), (4, 5), (4, 3)), strict=True):
        listening.answer_survey(cohort.id, "entry", marks=dict(enumerate((*marks, 2))), words="", member_id=one.member_id)

    booklet = booklets.booklet(julie, now=evening)
    first, tests, *_second = booklet.tables
    assert first.title.endswith("sécurisée\u00a0: en cours"), "the fourth level is one's own, which never counts"
    assert [line[1] for line in first.rows] == ["3, fait seul·e", "4, transmet", "3, fait seul·e", "0, à venir"]
    assert [(line[0], line[1], line[2]) for line in tests.rows] == [
        ("3\u00a0février 2027", "ECF", "non acquis"), ("5\u00a0février 2027", "rattrapage", "acquis"),
    ]  # fmt: skip
    assert booklet.pdf() == booklets.booklet(julie, now=local(date(2027, 2, 6), time(9))).pdf()
    paper = programmes.paper(course.version)
    assert ("Durée", "875\u00a0h\u00a000, dont 175\u00a0h\u00a000 en entreprise") in paper.facts
    assert (len(paper.tables), sum(len(table.rows) for table in paper.tables)) == (14, 76)
    voices = listening.voices_paper(cohort.id)
    assert voices.tables[0].title == "À l’entrée\u00a0: 5 réponses sur 5, soit 100,0\u00a0%"
    assert [line[1] for line in voices.tables[0].rows] == ["4,2", "4,2", "2,0"]
    week = weekly_sheet(cohort.id, date(2027, 2, 1), now=evening)
    assert week.tables[0].rows[-1][1] == "Faire promotion, Samir" and len(week.tables[0].widths) == len(week.tables[0].columns) == 12

    head, stranger = make_member("Claire", roles=("trainer", "head_of_course")), make_member("Luc", roles=("trainee",))
    services.set_trainers(cohort.id, {course.samir.id: False, head.id: True}, now=evening, **by)
    whole = f"/courses/cohorts/{cohort.id}/bundles"
    mine = f"/courses/enrolments/{julie.id}"
    grades = "livret-evaluation.pdf"
    for person, of_booklet, of_mine, of_whole in (
        (julie.member, 200, 200, 404), (course.samir, 200, 404, 404), (head, 200, 200, 200), (course.manager, 404, 200, 200),
        (stranger, 404, 404, 404),
    ):  # fmt: skip
        client = log_in(person)
        assert client.get(f"{mine}/booklet.pdf").status_code == of_booklet
        assert client.get(f"/courses/cohorts/{cohort.id}/programme.pdf").status_code == (404 if person is stranger else 200)
        answer = client.get(f"{mine}/audit.zip")
        assert answer.status_code == of_mine
        if of_mine == 200:
            held = set(_names(answer.data))
            assert {"programme.pdf", "convocation.pdf", "election-delegate.pdf", "LISEZMOI.txt"} <= held
            assert {f"entreprise-{row.first_day}/{name}.pdf" for name in ("convention", "2027-05-31", "2027-06-28")} <= held
            assert (grades in held) == (person is not course.manager)
        assert client.get(whole).status_code == of_whole
    for with_grades in (True, False):
        made = audit_file(cohort.id, now=evening, with_grades=with_grades)
        names = _names(made)
        assert "enquetes-et-suivi.pdf" in names
        assert len([name for name in names if name.endswith(grades)]) == len(people) * with_grades
        assert made == audit_file(cohort.id, now=evening, with_grades=with_grades)


def _names(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()
