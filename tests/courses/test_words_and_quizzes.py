"""Quizzes of a programme, journals and whom they are shown to, interviews."""

from datetime import date

import pytest

from app.core import clock
from app.courses import queries, services
from app.courses.queries import learning
from app.courses.rules import ProgrammeRefused, programmes, quizzes
from tests.courses.course import STARTER
from tests.courses.test_attendance_mails import letters
from tests.factories import make_member, paris
from tests.pages import fields_of, text_of

WRITTEN = """Que veut dire HTML ?
- un langage de style
+ un langage de balises
- une base de données
> Il dit ce que sont les choses,
> pas à quoi elles ressemblent.

Une page sans feuille de style se lit-elle ?
+ oui
- non
"""


def test_a_quiz_is_written_as_people_write_and_comes_back_the_same():
    said = quizzes.from_text(WRITTEN)

    assert said is not None and [(row["bonne"], len(row["choix"])) for row in said["questions"]] == [(2, 3), (1, 2)]
    assert said["questions"][0]["pourquoi"] == "Il dit ce que sont les choses,\npas à quoi elles ressemblent."
    quiz = quizzes.Quiz("S1", tuple(quizzes.Question(row["question"], tuple(row["choix"]), row["bonne"] - 1, row.get("pourquoi", ""))
                                    for row in said["questions"]))  # fmt: skip
    assert quizzes.as_text(quiz) == WRITTEN.strip()
    assert quizzes.from_text(WRITTEN.replace("\n\n", "\n")) == said
    signed = quizzes.from_text("- 3 + 5 ?\n+ 2\n- 8\n\n> 1, c’est ?\n- petit\n+ plus grand que 1")
    assert signed and [row["question"] for row in signed["questions"]] == ["- 3 + 5 ?", "> 1, c’est ?"]
    assert quizzes.from_text(" \n\n ") is None and quizzes.as_text(None) == ""
    assert quiz.answers({"q0": "1", "q1": "٢", "q2": "1"}) == [1, None]
    assert quizzes.best([("S1", 1, 2), ("S1", 2, 2), ("S1", 0, 2)]) == {"S1": (2, 2)}


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("Seule\n+ oui", "de deux à huit réponses"),
        ("Deux bonnes\n+ oui\n+ non", "un nombre entier de 1 à 2"),
        ("Aucune bonne\n- oui\n- non", "un nombre entier de 1 à 2"),
        ("+ oui\n- non", "question : valeur manquante"),
        ("La même\n+ oui\n- oui", "toutes différentes"),
        ("Trop\n" + "\n".join(f"- {number}" for number in range(9)) + "\n+ x", "de deux à huit"),
    ],
)
def test_a_quiz_that_cannot_be_asked_is_refused_with_its_place(written, fault):
    outline, _text = programmes.read(STARTER.read_bytes())
    changed = programmes.with_step(outline.document, outline.steps[0].code, {"quiz": quizzes.from_text(written)})

    with pytest.raises(ProgrammeRefused) as refused:
        programmes.check(changed)
    assert fault in str(refused.value) and "quiz.questions[1]" in str(refused.value)


def test_a_trainee_passes_the_quiz_of_a_sequence_and_the_best_attempt_counts(course, log_in):
    cohort = course.cohort()
    step = queries.outline(course.version).steps[0]
    editor = f"/manage/courses/programmes/{course.version.id}/sequences/{step.code}"
    manager = log_in(course.manager)
    sent = fields_of(manager.get(editor).text)
    assert "réponses, toutes différentes" in manager.post(editor, data=sent | {"quiz": "Seule\n+ oui"}).text
    assert manager.post(editor, data=sent | {"quiz": WRITTEN}).status_code == 302
    assert "un langage de balises" in manager.get(editor).text
    course.pour(cohort, trainer=course.samir)
    services.start_cohort(cohort.id, actor_id=course.manager.id, now=clock.now())
    row = course.trainee(cohort, "Julie")

    julie, page = log_in(row.member), f"/courses/quizzes/{step.code}"
    assert step.title in julie.get("/courses/work").text and "à refaire" not in text_of(julie.get(page))
    for answers, said in (({"q0": "0"}, "0 sur 2"), ({"q0": "1", "q1": "0"}, "2 sur 2"), ({"q0": "99", "q1": "0"}, "1 sur 2")):
        assert said in text_of(julie.post(page, data=answers))
    (tried,) = learning.quizzes(row)
    assert (tried.best, tried.passes) == ((2, 2), True)
    assert learning.progress(row, now=clock.now()).quizzes.percent == 100
    assert "Quiz réussis : 100,0 %" in text_of(julie.get("/courses/progress"))
    assert julie.get("/courses/quizzes/nowhere").status_code == 404
    assert log_in(make_member("Camille")).get(page).status_code == 404
    assert "1/1" in text_of(log_in(course.samir).get(f"/manage/courses/cohorts/{cohort.id}/board"))


@pytest.fixture
def running(course):
    cohort = course.cohort()
    course.pour(cohort, trainer=course.samir)
    services.start_cohort(cohort.id, actor_id=course.manager.id, now=clock.now())
    return cohort


def test_a_journal_is_read_by_whom_its_owner_chooses_week_after_week(course, running, log_in):
    julie, mehdi, kevin = (course.trainee(running, name) for name in ("Julie", "Mehdi", "Kevin"))
    sophie = course.trainee(course.cohort("B", "2027-09-06", "2028-03-03", company=(None, None), closures=[]), "Sophie")
    camille = make_member("Camille")

    def readers(text: str) -> set[str]:
        people = {
            "mehdi": mehdi.member,
            "kevin": kevin.member,
            "sophie": sophie.member,
            "camille": camille,
            "samir": course.samir,
            "ines": course.manager,
        }
        return {name for name, person in people.items() if text in log_in(person).get("/courses/journals").text}

    def write(text: str, readers: str, *also: int) -> int:
        return log_in(julie.member).post("/courses/journal", data={"text": text, "readers": readers, "also": list(also)}).status_code

    for circle, also, expected in (
        ("self", (), set()),
        ("self", (mehdi.member_id,), {"mehdi"}),
        ("trainers", (kevin.member_id,), {"samir", "kevin"}),
        ("cohort", (), {"samir", "mehdi", "kevin"}),
        ("self", (course.samir.id,), {"samir"}),
    ):
        assert write(f"semaine-{circle}-{len(also)}", circle, *also) == 302
        assert readers(f"semaine-{circle}-{len(also)}") == expected
    assert write("ailleurs", "self", sophie.member_id) == 422
    assert write("semaine-fin", "cohort") == 302
    services.leave(mehdi.id, last_day=date(2027, 2, 5), half=None, reason="job", actor_id=course.manager.id, now=clock.now())
    assert readers("semaine-fin") == {"samir", "kevin"}
    assert "semaine-fin" in log_in(course.samir).get(f"/manage/courses/enrolments/{julie.id}/skills").text
    assert "semaine-fin" not in log_in(julie.member).get("/courses/journals").text


def test_an_interview_is_noted_read_and_answered_and_seen_by_nobody_else(app, course, running, log_in):
    julie, mehdi = course.trainee(running, "Julie"), course.trainee(running, "Mehdi")
    page = f"/manage/courses/enrolments/{julie.id}/interviews"
    said = {"kind": "mid", "held_on": "2027-04-02", "said": "Elle **avance** <script>x</script>", "decided": "Un point chaque lundi"}

    assert log_in(course.samir).post(page, data=said | {"said": ""}).status_code == 422
    assert log_in(course.samir).post(page, data=said).status_code == 302
    with app.test_request_context():
        [((_kind, to), told)] = letters("enrolment.interviewed").items()
    assert to == julie.member_id and "/courses/interviews" in told
    assert "avance" not in told and "lundi" not in told, "a mailbox may be read by others"
    shown = log_in(julie.member).get("/courses/interviews").text
    assert "<strong>avance</strong>" in shown and "<script>x" not in shown and "Bilan de mi-parcours" in shown
    answer = shown.split("/courses/interviews/")[1].split("/answer")[0]
    assert log_in(julie.member).post(f"/courses/interviews/{answer}/answer", data={"text": "D’accord"}).status_code == 302
    assert "D’accord" in log_in(course.samir).get(page).text
    for person in (mehdi.member, course.manager, make_member("Camille")):
        client = log_in(person)
        assert (client.get(page).status_code, client.get(f"/courses/interviews/{answer}/answer").status_code) == (404, 404)
    assert "Un point chaque lundi" not in log_in(mehdi.member).get("/courses/interviews").text


def test_a_peer_reads_another_s_work_again_where_it_is_allowed_and_decides_nothing(course, running, log_in):
    julie, mehdi, kevin = (course.trainee(running, name) for name in ("Julie", "Mehdi", "Kevin"))
    ask = {"brief": "", "criteria": ["Sens"], "due_at": paris("2027-02-12 17:00"), "actor_id": course.samir.id, "now": clock.now()}
    shared, alone = (services.ask_work(running.id, title=title, peers=peers, **ask) for title, peers in (("Affiche", True), ("ECF", False)))
    sent, secret = (
        services.hand_in(one.id, enrolment_id=julie.id, url="https://codeberg.org/j/a", commit="f" * 40, note="", now=clock.now())
        for one in (shared, alone)
    )
    reader = log_in(mehdi.member)
    page = f"/courses/work/versions/{sent.id}/peer"

    assert page in reader.get(f"/courses/work/{shared.id}").text
    assert "Relire Julie" in reader.get(page).text
    assert reader.post(page, data={"verdict_0": "yes", "word_0": "clair", "comment": "Bravo"}).status_code == 302
    assert "Mehdi" in log_in(julie.member).get(f"/courses/work/{shared.id}").text
    assert learning.works(julie)[0].state == "handed_in"  # a peer helps; a trainer decides
    assert reader.get(f"/courses/work/versions/{secret.id}/peer").status_code == 404
    assert log_in(julie.member).get(page).status_code == 404
    assert log_in(make_member("Camille")).get(page).status_code == 404
    assert "Bravo" not in log_in(kevin.member).get(f"/courses/work/{shared.id}").text
