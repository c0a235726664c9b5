"""A programme: its file in and out, what it covers, its versions; and files that are not programmes."""

import random

import pytest
import sqlalchemy as sa

from app.core import clock, plain_yaml
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.models import Programme, ProgrammeVersion, Sequence
from app.courses.rules import ProgrammeRefused, coverage, programmes
from tests.courses.course import STARTER

HEAD = "format: worklab-programme/1\nversion: '1'\nprogramme:\n  code: P\n  titre: Essai\n"
BLOCK = "blocs:\n- code: B1\n  intitule: Bloc\n  competences:\n  - code: C1\n    intitule: Savoir\n"
SMALL = HEAD + BLOCK + "modules:\n- code: M1\n  titre: Un\n  sequences:\n  - {code: S1, titre: A, heures: 3.5, competence_principale: C1}\n"


def starter():
    return programmes.read(STARTER.read_bytes())


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(ProgrammeRefused) as refused:
        programmes.read(text.encode() if isinstance(text, str) else text)
    return refused.value.faults


def test_the_starter_programme_goes_in_and_out_byte_for_byte():
    outline, text = starter()

    assert text.encode() == STARTER.read_bytes()
    assert (outline.minutes, outline.company_minutes) == (875 * 60, 175 * 60)
    assert (len(outline.parts), len(outline.steps)) == (14, 76)
    assert programmes.read(text.encode())[1] == text


def test_what_it_covers_is_exact():
    outline, _ = starter()

    centre = {one.skill.code: one.centre / 60 for one in coverage(outline)}

    assert centre == {
        "CP1": 17.5,
        "CP2": 42,
        "CP3": 91,
        "CP4": 122.5,
        "CP5": 56,
        "CP6": 49,
        "CP7": 150.5,
        "CP8": 45.5,
        "TR-COM": 105,
        "TR-PB": 17.5,
        "TR-VEILLE": 3.5,
    }
    assert sum(one.centre + one.company for one in coverage(outline)) == 875 * 60


def test_sequences_come_in_the_order_of_the_weekly_plan_and_wait_for_their_evaluation():
    outline, _ = starter()
    order = programmes.order(outline)

    assert len(order) == 250
    assert {code: 210 * order.count(code) for code in set(order)} == {step.code: step.minutes for step in outline.steps}
    week = [1 + number // 10 for number, code in enumerate(order) if code == "M13-S2"]
    assert week == [24, 24]  # the second ECF, on the day that the plan gives it
    assert order[:4] == ["M01-S1", "M01-S2", "M01-S3", "M01-S3"]


def test_a_changed_sequence_carries_every_total_with_it():
    outline, _ = starter()

    shorter = programmes.check(programmes.with_step(outline.document, "M04-S2", {"heures": 10.5, "contenu": "# Agir\n\nDu texte."}))
    without = programmes.check(programmes.without_step(outline.document, "M04-S2"))
    row = {"code": "M01-S7", "titre": "Lire", "heures": 3.5, "competence_principale": "CP1"}
    longer = programmes.check(programmes.with_new_step(outline.document, "M01", row))

    assert [programme.minutes / 60 for programme in (shorter, without, longer)] == [868, 857.5, 878.5]
    assert outline.minutes == 875 * 60
    assert next(step for step in shorter.steps if step.code == "M04-S2").content == "# Agir\n\nDu texte."
    assert len(programmes.order(longer)) == 251


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("", "ne décrit pas un programme"),
        ("- 1\n- 2", "ne décrit pas un programme"),
        ("format: worklab-lieu/1", "ne décrit pas un programme"),
        (b"\xff\xfe\x00", "n’est pas un YAML lisible"),
        ("format: !!python/object/apply:os.system ['id']", "n’est pas un YAML lisible"),
        ("a: &x [1]\nb: *x", "n’est pas un YAML lisible"),
        ("a: 1\na: 2", "n’est pas un YAML lisible (ligne 2)"),
        ("? [1, 2]\n: 3", "n’est pas un YAML lisible"),
        ("[" * 5000, "n’est pas un YAML lisible"),
        ("x" * 1_000_001, "trop gros"),
        (HEAD, "blocs : une liste est attendue."),
        (SMALL.replace("3.5", "4"), "4 h n’est pas un multiple de 3.5"),
        (SMALL.replace("3.5", "0"), "0 h n’est pas un multiple de 3.5"),
        (SMALL.replace("3.5", ".nan"), "un nombre d’heures est attendu"),
        (SMALL.replace("3.5", "-3.5"), "entre 3.5 et 3000 heures"),
        (SMALL.replace("3.5", "1.0e+300"), "entre 3.5 et 3000 heures"),
        (SMALL.replace("3.5", "true"), "un nombre d’heures est attendu"),
        (SMALL.replace("3.5", "'3.5'"), "un nombre d’heures est attendu"),
        (SMALL.replace("competence_principale: C1", "competence_principale: C9"), "la compétence « C9 » n’est pas décrite"),
        (SMALL.replace("code: S1", "code: 'S 1'"), "sans espace"),
        (SMALL.replace("titre: A", "titre: {b: 1}"), "un texte est attendu"),
        (SMALL.replace("titre: Un", "titre: Un\n  heures: 7"), "annonce 7 h, ses séquences en font 3.5"),
        (SMALL + "- code: M1\n  titre: Deux\n  sequences: [{code: S2, titre: B, heures: 7, competence_principale: C1}]", "« M1 » sert 2 fois"),
        (SMALL + "plan_hebdomadaire:\n- modules: {M1: 7}", "il place 7 h du module M1, dont les séquences font 3.5 h"),
        (SMALL + "plan_hebdomadaire:\n- modules: {M2: 3.5}", "le module « M2 » n’est pas décrit"),
        (SMALL + "controle:\n  heures_centre_par_competence_principale: {C1: 7}", "7 h annoncées, les séquences en font 3.5"),
        (SMALL.replace("titre: Essai", "titre: Essai\n  heures: {total: 7}"), "7 h annoncées, les séquences en font 3.5"),
        (SMALL.replace("titre: Essai", "titre: Essai\n  rythme: {jours_ouverts: [lundy]}"), "« lundy » n’est pas un jour"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_programme_is_refused_in_french(file, said):
    assert said in "\n".join(faults(file))


def test_a_small_programme_is_enough():
    outline, text = programmes.read(SMALL.encode())

    assert (outline.minutes, outline.capacity, outline.weekdays) == (210, 12, (0, 1, 2, 3, 4))
    assert programmes.order(outline) == ["S1"]
    assert plain_yaml.read(text.encode(), most_bytes=10_000) == plain_yaml.read(SMALL.encode(), most_bytes=10_000)


def test_a_file_spoilt_anywhere_is_refused_or_read_and_never_breaks():
    """A thousand spoilt copies of a small file: a programme, or faults in French."""
    chance = random.Random(7)
    for _ in range(1000):
        spoilt = list(SMALL)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(len(spoilt))] = chance.choice("{}[]:-!&*'\"\n\t 0x.#|>%@é\x00\U0001f600")
        try:
            programmes.read("".join(spoilt).encode())
        except ProgrammeRefused as refused:
            assert refused.faults


def test_loaded_twice_it_changes_nothing_and_its_version_is_frozen_when_a_cohort_starts(course, session):
    """Corrections reach the same version until a cohort starts on it; then it takes a copy."""
    again = services.load_programme(STARTER.read_bytes(), place_id=course.place.id, actor_id=None, now=clock.now())
    assert not again.has_changed
    assert session.scalar(sa.select(sa.func.count(Sequence.id))) == 76

    corrected = STARTER.read_bytes().replace(b"Faire promotion", b"Faire connaissance")
    assert not services.load_programme(corrected, place_id=course.place.id, actor_id=None, now=clock.now()).is_new
    assert session.scalar(sa.select(Sequence.title).where(Sequence.code == "M01-S1")) == "Faire connaissance"

    cohort = course.cohort()
    course.pour(cohort)
    with pytest.raises(Refused) as refused:
        services.remove_sequence(course.version.id, code="M01-S1", actor_id=course.manager.id, now=clock.now())
    assert refused.value.codes == ["version_poured"]
    services.start_cohort(cohort.id, actor_id=course.manager.id, now=clock.now())
    for change in (
        lambda: services.load_programme(STARTER.read_bytes(), place_id=course.place.id, actor_id=None, now=clock.now()),
        lambda: services.change_sequence(
            course.version.id, code="M01-S1", changes={"titre": "Non"}, actor_id=course.manager.id, now=clock.now()
        ),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.codes == ["version_frozen"]

    copy = services.copy_version(course.version.id, label="2027-06", actor_id=course.manager.id, now=clock.now())
    changed = services.change_sequence(copy.id, code="M01-S1", changes={"titre": "Oui"}, actor_id=course.manager.id, now=clock.now())
    assert queries.outline(changed).steps[0].title == "Oui"
    assert queries.outline(session.get_one(ProgrammeVersion, course.version.id)).steps[0].title == "Faire connaissance"
    assert session.scalar(sa.select(sa.func.count(Programme.id))) == 1


def test_the_command_loads_and_writes_the_same_bytes(app, course, tmp_path):
    run = app.test_cli_runner().invoke
    out, wrong = tmp_path / "out.yaml", tmp_path / "wrong.yaml"
    wrong.write_text(SMALL.replace("3.5", "4"))

    loaded = run(args=["courses", "load", str(STARTER)])
    dumped = run(args=["courses", "dump", "DWWM-RURAL-1", str(out)])
    refused = run(args=["courses", "load", str(wrong)])

    assert "est déjà à jour" in loaded.output
    assert dumped.exit_code == 0
    assert out.read_bytes() == STARTER.read_bytes()
    assert (refused.exit_code, "multiple de 3.5" in refused.output) == (1, True)
