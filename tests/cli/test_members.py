"""`flask members …`: what it prints, how it ends, what it writes."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import db
from app.members import queries
from app.members.models import Member
from app.members.services import sign_in
from app.members.services.entering import Device
from tests.factories import make_member, make_place


@pytest.fixture
def flask(app, session):
    """`flask("members", …)`: the result of the command."""
    make_place()

    def flask(*words, given=None):
        result = app.test_cli_runner().invoke(args=[*words], input=given)
        db.session.expire_all()
        return result

    return flask


def people(session):
    return {person.email: person for person in session.scalars(sa.select(Member))}


def test_create_opens_an_active_and_confirmed_account(flask, session):
    result = flask("members", "create", "Ana@Exemple.fr", "--name", "Ana Gé", "--role", "gestionnaire", "--role", "référente machine")

    ana = people(session)["ana@exemple.fr"]
    assert result.exit_code == 0, result.output
    assert (ana.name, ana.status, ana.roles) == ("Ana Gé", "active", {"manager", "machine_lead"})
    assert ana.confirmed_at is not None and ana.password_hash is None


def test_the_password_comes_by_the_standard_input(flask):
    result = flask("members", "create", "ana@exemple.fr", "--name", "Ana", "--password-stdin", given="trois poules rousses\n")

    assert result.exit_code == 0, result.output
    assert "poules" not in result.output
    assert sign_in(email="ana@exemple.fr", password="trois poules rousses", device=Device(address="::1"), now=clock.now())


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["nobody", "--name", "X"], 2, "adresse électronique"),
        (["a@exemple.fr", "--name", "X", "--role", "roi"], 2, "n’est pas un rôle"),
        (["a@exemple.fr"], 2, "--name"),
        (["a@exemple.fr", "--name", " "], 2, "120 caractères"),
        (["known@exemple.fr", "--name", "X"], 1, "Quelqu’un a déjà cette adresse"),
        (["a@exemple.fr", "--name", "X", "--password-stdin"], 1, "12 caractères"),
    ],
)
def test_create_refuses_with_a_sentence(flask, session, words, code, says):
    flask("members", "create", "known@exemple.fr", "--name", "Known")

    result = flask("members", "create", *words, given="short\n")

    assert result.exit_code == code
    assert says in result.stderr and "Traceback" not in result.output
    assert set(people(session)) == {"known@exemple.fr"}


def test_token_is_alone_on_the_output_and_opens_what_pages_do(flask, session):
    member, manager = make_member("Camille"), make_member("Ines", roles=("manager",))

    of_member, of_manager = flask("members", "token", member.email), flask("members", "token", manager.email)

    for result, scopes in ((of_member, "read write"), (of_manager, "read write manage")):
        assert result.stdout.count("\n") == 1 and result.stderr == ""
        assert queries.by_access_token(result.stdout.strip(), "api", now=clock.now()).scopes == scopes


def test_token_may_open_less_but_not_more(flask):
    member = make_member("Camille")

    less, more = flask("members", "token", member.email, "--scope", "read"), flask("members", "token", member.email, "--scope", "manage")

    assert queries.by_access_token(less.stdout.strip(), "api", now=clock.now()).scopes == "read"
    assert (more.exit_code, more.stdout) == (1, "")
    assert flask("members", "token", "nobody@exemple.fr").exit_code == 1


FILE = """Prénom;Nom;Courriel;Date de naissance;Rôle;Badge;Tarif
Éloïse;Martin;Eloise@Exemple.fr;8/12/1970;coworker, formatrice;oui;solidaire
Noé;Petit;noe@exemple.fr;3 mai 2014;;;

Ana;Gé;ana@exemple.fr;;;;
"""


@pytest.fixture
def file(tmp_path):
    def file(text=FILE, encoding="utf-8") -> str:
        path = tmp_path / "people.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_import_opens_all_the_accounts_whatever_wrote_the_file(flask, session, file, encoding):
    result = flask("members", "import", file(encoding=encoding))

    found = people(session)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "3 personnes ajoutées, 0 déjà là."
    eloise = found["eloise@exemple.fr"]
    assert (eloise.name, eloise.roles, eloise.badge) == ("Éloïse Martin", {"coworker", "trainer"}, True)
    assert (str(eloise.birth_date), eloise.tariff_group, eloise.status) == ("1970-12-08", "solidaire", "active")
    assert found["noe@exemple.fr"].status == "unconfirmed"  # twelve years old: a guardian must agree
    assert found["ana@exemple.fr"].roles == {"member"}


def test_import_twice_changes_nothing(flask, session, file):
    flask("members", "import", file())

    result = flask("members", "import", file())

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "0 personne ajoutée, 3 déjà là."


def test_a_dry_run_says_everything_and_writes_nothing(flask, session, file):
    result = flask("members", "import", file(), "--dry-run")

    assert result.exit_code == 0
    assert "ligne 2 : Éloïse Martin (eloise@exemple.fr)" in result.stdout.replace("\u00a0", " ")
    assert "seraient ajoutées" in result.stdout
    assert people(session) == {}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("nom,courriel\nAna,ana@exemple.fr\nBob,bob\n", ["ligne 3 : l’adresse électronique « bob » n’est pas complète"]),
        ("nom,courriel\nAna,a@exemple.fr\nBob,A@exemple.fr\n", ["ligne 3 : l’adresse a@exemple.fr est déjà celle de la ligne 2"]),
        ("nom\tcourriel\nAna\tana@exemple.fr\n\tbob@exemple.fr\n", ["ligne 3 : le nom manque"]),
        ("nom;courriel;né le\nAna;a@exemple.fr;31/02/1990\n", ["ligne 2 : la date de naissance « 31/02/1990 » n’est pas une date"]),
        ("nom;courriel;né le\nAna;a@exemple.fr;01/01/2099\n", ["ligne 2 : la date de naissance « 01/01/2099 » n’est pas une date"]),
        ("nom;courriel;rôle\nAna;a@exemple.fr;reine\n", ["ligne 2 : le rôle « reine » n’existe pas"]),
        ("nom;courriel;tarif\nAna;a@exemple.fr;gratuit\n", ["ligne 2 : le tarif « gratuit » n’existe pas ici (plein, solidaire)"]),
        ("nom;courriel;badge\nAna;a@exemple.fr;peut-être\n", ["ligne 2 : badge : on attend oui ou non, pas « peut-être »"]),
        ("nom;courriel\nAna;a@exemple.fr;trop\n", ["ligne 2 : il y a plus de cases que de colonnes"]),
        ("nom;courriel;pointure\nAna;a@exemple.fr;38\n", ["Colonnes inconnues : « pointure »"]),
        ("prénom;téléphone\nAna;02\n", ["La première ligne doit nommer les colonnes"]),
        ('nom;courriel\n"Ana;a@exemple.fr\n', ["des guillemets s’ouvrent sans se fermer"]),
        ("", ["Le fichier est vide."]),
        ("a\0b", ["Ce n’est pas un fichier CSV"]),
        ("nom;courriel\n" + "A;a@exemple.fr\n" * 5001, ["plus de 5000 lignes"]),
        ("x" * 2_000_001, ["trop lourd"]),
    ],
)
def test_one_wrong_line_and_nothing_is_written(flask, session, file, text, faults):
    result = flask("members", "import", file(text))

    said = result.stderr.replace("\u00a0", " ").replace("\u202f", " ")
    assert (result.exit_code, result.stdout) == (1, "")
    assert all(fault in said for fault in faults), said
    assert people(session) == {}


def test_formulas_and_invisible_signs_are_only_text(flask, session, file):
    flask("members", "import", file("nom;courriel\n=1+1\u202e\u200b;a@exemple.fr\n"))

    assert people(session)["a@exemple.fr"].name == "=1+1"


def test_a_minor_whose_guardian_agreed_is_active(flask, session, file):
    text = (
        "nom;courriel;né le;responsable;courriel du responsable;autorisation\nNoé;noe@exemple.fr;3/5/2014;Léa;lea@exemple.fr;12/11/2026\n"
    )

    result = flask("members", "import", file(text))

    noe = people(session)["noe@exemple.fr"]
    assert result.exit_code == 0, result.output
    assert (noe.status, noe.guardian_name, noe.in_directory) == ("active", "Léa", False)


def test_a_missing_file_is_bad_use(flask, tmp_path):
    assert flask("members", "import", str(tmp_path / Path("none.csv"))).exit_code == 2
