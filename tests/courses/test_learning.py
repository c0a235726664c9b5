"""What is learnt: progress and its reasons, work in versions, blocks, and the open course."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.refusals import Refused
from app.courses import gateways, queries, services
from app.courses.models import Competence, CourseSession, LessonRead, OpenCourse, QuizAttempt
from app.courses.queries import learning
from app.courses.rules import ProgrammeRefused, open_courses, quizzes
from app.courses.rules.learning import Verdict, blocks, is_commit, is_repository
from app.courses.services import closing, signing
from tests.courses.test_attendance_mails import letters
from tests.factories import make_member, paris
from tests.pages import text_of

OPEN = Path("kits/parcours_souplesse.yaml")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def running(course):
    cohort = course.cohort()
    course.pour(cohort, trainer=course.samir)
    services.start_cohort(cohort.id, actor_id=course.manager.id, now=clock.now())
    return cohort


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://codeberg.org/julie/affiche", True),
        ("http://forge.lieu.example/julie/affiche.git", True),
        ("https://codeberg.org", False),
        ("https://julie:secret@codeberg.org/julie/affiche", False),
        ("git@codeberg.org:julie/affiche.git", False),
        ("javascript:alert(1)", False),
        ("https://codeberg.org/a b", False),
        ("https://[::1/x", False),
        ("", False),
    ],
)
def test_the_address_of_a_repository_is_one_of_the_web(url, is_good):
    assert is_repository(url) is is_good


def test_a_commit_is_written_in_figures():
    assert is_commit(COMMIT) and is_commit("abc1234")
    assert not any(is_commit(text) for text in ("abc123", "ABC1234", "main", COMMIT + "0", "abc1234\n"))


def test_a_block_is_acquired_when_a_trainer_has_seen_all_its_competences_at_three():
    skills = [(f"CP{number}", "BC01" if number < 5 else "BC02", "") for number in range(1, 9)]
    levels = {"CP1": 3, "CP2": 4, "CP3": 3, "CP4": 2, "CP5": 4}

    assert [one.is_acquired for one in blocks(skills, levels)] == [False, False]
    assert [one.is_acquired for one in blocks(skills, levels | {"CP4": 3})] == [True, False]


def outline_of(required: int, optional: int = 0, questions: int = 0) -> open_courses.OpenOutline:
    lessons = tuple(open_courses.Lesson(f"L{number}", "", 10, number > required, "x") for number in range(1, required + optional + 1))
    asked = tuple(quizzes.Question("?", ("a", "b"), 1, "") for _ in range(questions))
    quiz = quizzes.Quiz("Q1", asked) if questions else None
    return open_courses.OpenOutline("C", "1", "T", "", 1, 70, (open_courses.Chapter("M", lessons, quiz),))


def test_eighteen_required_lessons_of_twenty_four_are_75_percent_whatever_is_optional():
    outline = outline_of(24, optional=2)
    read = {f"L{number}" for number in range(1, 19)}

    assert open_courses.followed(outline, read | {"L25", "L26"}, {}).percent == Decimal(75)
    assert open_courses.followed(outline, {lesson.code for lesson in outline.lessons}, {}).percent == Decimal(100)


@pytest.mark.parametrize(("score", "passes"), [(6, False), (7, True), (10, True)])
def test_seven_of_ten_passes_a_threshold_of_70(score, passes):
    outline = outline_of(1, questions=10)

    assert outline.passes(score, 10) is passes
    assert open_courses.followed(outline, {"L1"}, {"Q1": (score, 10)}).is_complete is passes


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("bonne: 3", "bonne: 4", "un nombre entier de 1 à 3"),
        ("code: L02", "code: L01", "« L01 » sert 2 fois"),
        ("format: worklab-parcours/1", "format: x", "ne décrit pas un parcours"),
        ("seuil_de_reussite_pourcent: 70", "seuil_de_reussite_pourcent: 170", "de 1 à 100"),
        ("minutes: 15", "minutes: -1", "de 1 à 600"),
    ],
)
def test_a_file_that_is_no_open_course_is_refused_in_french(before, after, said):
    with pytest.raises(ProgrammeRefused) as refused:
        open_courses.read(OPEN.read_text().replace(before, after, 1).encode())
    assert said in str(refused.value).replace("\u00a0", " ")


def test_the_starter_open_course_is_whole():
    outline, text = open_courses.read(OPEN.read_bytes())

    assert (len(outline.chapters), len(outline.lessons), len(outline.quizzes), outline.threshold) == (6, 24, 6, 70)
    assert all(len(lesson.text.split()) >= 400 for lesson in outline.lessons)
    assert open_courses.read(text.encode())[1] == text


# ---------------------------------------------------------------- progress


def test_after_eight_weeks_the_course_is_at_32_percent_and_the_centre_at_40(course, running, session, frozen, log_in):
    """280 of 875 and 280 of 700, and the page says why."""
    row = course.trainee(running, "Julie")
    half_days = session.scalars(
        sa.select(CourseSession).where(CourseSession.day <= date(2027, 3, 26)).order_by(CourseSession.starts_at)
    ).all()
    assert len(half_days) == 80
    for one in half_days:
        code = signing.code_of(one.id, now=one.starts_at)
        signing.sign(session_id=one.id, member_id=row.member_id, code=code, now=one.starts_at)
        closing.close(session_id=one.id, actor_id=course.samir.id, now=one.ends_at, checked=True)
    now = frozen("2027-03-26T18:00+01:00")

    found = learning.progress(row, now=now)

    assert (found.course.done / 60, found.course.whole / 60, found.course.percent) == (280, 875, Decimal("32.0"))
    assert (found.centre.whole / 60, found.centre.percent) == (700, Decimal("40.0"))
    page = text_of(log_in(row.member).get("/courses/progress"))
    assert "280 h 00" in page and "875 h 00" in page and "700 h 00" in page
    assert "32,0 %" in page and "40,0 %" in page


# ---------------------------------------------------------------- work


def test_work_is_handed_in_by_commit_and_every_version_is_kept(course, running, session, log_in, monkeypatch, app):
    """« À reprendre » on 2 of 5, version 2 acquired: both stay; a dead address is told before anything is sent."""
    row = course.trainee(running, "Julie")
    criteria = ["Sens", "Style", "Clavier", "Poids", "Adresse"]
    work = services.ask_work(running.id, title="Affiche", brief="**Une page**", criteria=criteria, due_at=paris("2027-02-12 17:00"),
                             peers=False, actor_id=course.samir.id, now=clock.now())  # fmt: skip
    julie, page = log_in(row.member), f"/courses/work/{work.id}"

    monkeypatch.setattr(gateways, "answers", lambda _url: False)
    sent = {"url": "https://codeberg.org/julie/affiche", "commit": COMMIT, "note": "Voilà"}
    dead = julie.post(page, data=sent)
    assert (dead.status_code, "Cette adresse ne répond pas" in dead.text) == (422, True)
    assert learning.works(row)[0].state == "to_do"
    monkeypatch.setattr(gateways, "answers", lambda _url: True)
    assert julie.post(page, data=sent | {"commit": "main"}).status_code == 422
    assert julie.post(page, data=sent).status_code == 302

    samir = log_in(course.samir)
    first = learning.works(row)[0].versions[0].submission
    board = f"/manage/courses/cohorts/{running.id}/board"
    assert "À relire" in samir.get(board).text
    verdicts = {f"verdict_{number}": "no" if number in (2, 3) else "yes" for number in range(5)}
    assert samir.post(f"/manage/courses/submissions/{first.id}", data=verdicts | {"word_2": "au clavier on se perd"}).status_code == 302
    assert learning.works(row)[0].state == "to_redo"
    with app.test_request_context():
        [((_kind, to), told)] = letters("work.reviewed").items()
    assert to == row.member_id and told.startswith("Travail à reprendre : Affiche\n") and page in told
    assert (
        "– Sens : acquis\n– Style : acquis\n– Clavier : à reprendre (au clavier on se perd)\n– Poids : à reprendre\n– Adresse : acquis"
        in told
    )
    assert text_of(log_in(row.member).get(page)).count("à reprendre") >= 3

    second = services.hand_in(work.id, enrolment_id=row.id, url=sent["url"], commit="f" * 40, note="", now=clock.now())
    assert second.version == 2
    acquired = [Verdict(one, acquired=True) for one in criteria]
    services.review(second.id, verdicts=acquired, comment="Bravo", reviewer_id=course.samir.id, by_peer=False, now=clock.now())
    with app.test_request_context():
        assert letters("work.reviewed")["work.reviewed", row.member_id].startswith("Travail acquis : Affiche\n")
    found = learning.works(row)[0]
    assert [(one.submission.version, one.submission.commit, one.state) for one in found.versions] == [
        (2, "f" * 40, "acquired"),
        (1, COMMIT, "to_redo"),
    ]
    assert "À relire" not in log_in(course.samir).get(board).text
    with pytest.raises(Refused) as refused:
        services.review(second.id, verdicts=acquired[:3], comment="", reviewer_id=course.samir.id, by_peer=False, now=clock.now())
    assert refused.value.codes == ["criteria_missing"]


def test_levels_of_a_trainer_make_a_block_and_one_s_own_never_do(course, running, session, log_in):
    row = course.trainee(running, "Julie")
    wanted = {one.code: one.id for one in session.scalars(sa.select(Competence))}
    julie = log_in(row.member)
    for code in ("CP1", "CP2", "CP3", "CP4"):
        assert julie.post("/courses/skills", data={"competence_id": wanted[code], "level": 4, "evidence": ""}).status_code == 302
    assert not learning.blocks(learning.skills(row))[0].is_acquired

    samir = log_in(course.samir)
    for code, level in (("CP1", 3), ("CP2", 4), ("CP3", 3), ("CP4", 2)):
        said = {"competence_id": wanted[code], "level": level, "evidence": "affiche"}
        assert samir.post(f"/manage/courses/enrolments/{row.id}/level", data=said).status_code == 302
    assert not learning.blocks(learning.skills(row))[0].is_acquired
    samir.post(f"/manage/courses/enrolments/{row.id}/level", data={"competence_id": wanted["CP4"], "level": 3, "evidence": "ECF"})
    assert [one.is_acquired for one in learning.blocks(learning.skills(row))] == [True, False]
    for passed in ("no", "yes"):
        said = {"block_code": "RNCP37674BC01", "taken_on": "2027-03-25", "passed": passed, "comment": ""}
        samir.post(f"/manage/courses/enrolments/{row.id}/test", data=said)
    assert [(one.is_resit, one.passed) for one in learning.tests(row.id)] == [(False, False), (True, True)]
    assert "rattrapage" in log_in(row.member).get("/courses/skills").text


def test_grades_journal_and_notes_are_seen_by_whom_they_may_be(course, running, session, log_in):
    """Grades: oneself and the team, sums for the manager. Journal: whom its owner chose. Notes: their author and the head."""
    row, other = course.trainee(running, "Julie"), course.trainee(running, "Mehdi")
    assistant = make_member("Aline", roles=("member", "trainer"))
    services.set_trainers(running.id, {course.samir.id: True, assistant.id: False}, actor_id=course.manager.id, now=clock.now())
    services.assess(row.id, competence_id=session.scalars(sa.select(Competence.id)).first(), level=3, by_self=False, evidence="preuve-d-elle",
                    assessor_id=course.samir.id, now=clock.now())  # fmt: skip
    log_in(row.member).post("/courses/journal", data={"text": "semaine-secrete", "readers": "self"})
    services.write_note(row.id, text="note-de-samir", author_id=course.samir.id, now=clock.now())
    services.write_note(row.id, text="note-d-aline", author_id=assistant.id, now=clock.now())
    page, board = f"/manage/courses/enrolments/{row.id}/skills", f"/manage/courses/cohorts/{running.id}/board"

    samir, aline = log_in(course.samir).get(page).text, log_in(assistant).get(page).text
    assert "preuve-d-elle" in samir and "preuve-d-elle" in aline
    assert ("note-de-samir" in samir, "note-d-aline" in samir) == (True, True)
    assert ("note-de-samir" in aline, "note-d-aline" in aline) == (False, True)
    assert "semaine-secrete" not in samir + aline
    manager = log_in(course.manager)
    assert manager.get(page).status_code == 404
    assert "Julie" not in manager.get(board).text and "Combien à chaque niveau" in manager.get(board).text
    for stranger in (other.member, row.member, make_member("Camille")):
        client = log_in(stranger)
        assert (client.get(page).status_code, client.get(board).status_code) == (404, 404)
    log_in(row.member).post("/courses/journal", data={"text": "semaine-partagee", "readers": "trainers"})
    assert "semaine-partagee" in log_in(course.samir).get(page).text


# ---------------------------------------------------------------- the open course


def test_anybody_follows_the_open_course_to_its_attestation_and_a_later_lesson_takes_nothing_back(course, session, log_in):
    services.load_open_course(OPEN.read_bytes(), place_id=course.place.id, actor_id=None, now=clock.now())
    camille, base = make_member("Camille"), "/courses/open/MOOC-SOUPLESSE"
    client = log_in(camille)
    assert "Travailler en souplesse" in client.get("/courses/open/").text
    assert client.get(base).headers["X-Offline"] == client.get(f"{base}/all").headers["X-Offline"] == "keep"
    assert client.post(f"{base}/enrolment").location.endswith("/lessons/L01")

    outline = queries.open_outline(session.scalars(sa.select(OpenCourse)).one())
    for lesson in outline.lessons[:18]:
        assert client.post(f"{base}/lessons/{lesson.code}/reading").status_code == 302
        client.post(f"{base}/lessons/{lesson.code}/reading")
    assert session.scalar(sa.select(sa.func.count()).select_from(LessonRead)) == 18
    assert "75 %" in text_of(client.get(base))
    assert client.post(f"{base}/attestation").location.endswith(base)
    for lesson in outline.lessons[18:]:
        client.post(f"{base}/lessons/{lesson.code}/reading")
    for quiz in outline.quizzes:
        right = {f"q{number}": str(question.right) for number, question in enumerate(quiz.questions)}
        for answers in ({}, right, {"q0": "99", "q1": "é"}):
            page = client.post(f"{base}/quizzes/{quiz.code}", data=answers)
        assert "5 sur 5" in text_of(page)
    assert client.post(f"{base}/attestation").location.endswith("/attestation")
    assert "version 2026-12" in text_of(client.get(f"{base}/attestation"))

    longer = OPEN.read_text().replace("version: '2026-12'", "version: '2027-01'").replace(
        "  quiz:\n    code: Q6", "  - code: L25\n    titre: Encore\n    texte: Une de plus.\n  quiz:\n    code: Q6")  # fmt: skip
    services.load_open_course(longer.encode(), place_id=course.place.id, actor_id=None, now=clock.now())
    assert "96 %" in text_of(client.get(base))
    assert "version 2026-12" in text_of(client.get(f"{base}/attestation"))


def test_a_stranger_reads_the_open_course_and_tries_its_quizzes_and_nothing_is_kept(course, session, client):
    services.load_open_course(OPEN.read_bytes(), place_id=course.place.id, actor_id=None, now=clock.now())
    base = "/courses/open/MOOC-SOUPLESSE"
    assert base in client.get("/courses/open/").text and "/courses/open/" in client.get("/").text
    assert "Lire la première leçon" in client.get(base).text
    assert "Ce que coûte un trajet" in client.get(f"{base}/lessons/L01").text
    chapters = [client.get(f"{base}/all?chapter={number}", headers={"Accept-Encoding": "identity"}) for number in range(1, 8)]
    assert [page.status_code for page in chapters] == [200] * 6 + [404]
    assert {page.headers.get("X-Offline") for page in chapters[:6]} == {"keep"} and max(len(page.data) for page in chapters) < 25_000
    assert sum(page.text.count("<article") for page in chapters) == 24
    quiz = queries.open_outline(session.scalars(sa.select(OpenCourse)).one()).quizzes[0]
    right = {f"q{number}": question.right for number, question in enumerate(quiz.questions)}
    assert "Rien n’est gardé" not in client.get(f"{base}/quizzes/Q1").text

    answered = text_of(client.get(f"{base}/quizzes/Q1", query_string=right | {"q0": 0, "q1": "99"}))

    assert "3 sur 5" in answered and "Rien n’est gardé sans compte" in answered
    for path in ("enrolment", "lessons/L01/reading", "quizzes/Q1"):
        assert client.post(f"{base}/{path}").location.startswith("/login")
    assert session.scalar(sa.select(sa.func.count()).select_from(QuizAttempt)) == 0
