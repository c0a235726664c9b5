"""The doctor says what is well, what to watch and what is ill, each with its remedy."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic import command

from app.cli import demo, schema
from app.cli.check import check_and_remember
from app.cli.tick import tick
from app.core import clock, journal, state
from app.core.db import transaction
from tests.factories import make_member, make_place
from tests.ops.houses import House


def told(house: House) -> tuple[int, str]:
    result = house.run("doctor")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout.replace("\u00a0", " ")


@pytest.fixture
def house(new_house) -> House:
    return new_house("sqlite", now=None)


@pytest.fixture
def set_up(house, monkeypatch):
    def set_up(**settings):
        for name, value in settings.items():
            monkeypatch.setitem(house.app.config, name, value)

    return set_up


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_house_that_is_well_has_nothing_to_do(new_house, engine):
    house = new_house(engine, now=None)
    with house.inside():
        make_place()
        tick()
        check_and_remember(now=clock.now())
        state.note("backup", at=clock.now(), rows=1, bytes=1000)

    code, said = told(house)

    assert code == 0, said
    assert "→" not in said
    assert set(re.findall(r"^(.) ", said, re.MULTILINE)) == {"✓"}


def test_a_new_house_is_told_what_has_not_been_done_yet(house):
    code, said = told(house)

    assert code == 0
    assert "! Le travail de fond n’a encore jamais tourné : ni rappels ni courrier." in said
    assert "! Rien n’a encore été vérifié." in said
    assert "! Pas de sauvegarde depuis deux jours." in said


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"MAIL_URL": "smtp://127.0.0.1:1"}, "✗ Le courrier ne part pas : "),
        ({"MAIL_URL": "file:/proc/nowhere"}, "✗ Le courrier ne part pas : "),
        ({"PUBLIC_URL": "https://lieu.exemple.fr"}, "✗ Le courrier est écrit dans un dossier : personne ne le reçoit."),
        ({"PUBLIC_URL": "https://lieu.exemple.fr"}, "! Le lieu est en https et aucun mandataire n’est déclaré"),
        ({"HOST": "0.0.0.0"}, "! Le lieu est ouvert au réseau sans https"),
        ({"WORKLAB_NOW": clock.now()}, "! L’horloge est arrêtée"),
    ],
)
def test_a_setting_that_does_not_suit_is_told(house, set_up, settings, line):
    set_up(**settings)

    code, said = told(house)

    assert line in said
    assert (code == 1) == ("✗" in said)


def test_folders_that_everyone_can_read_are_told(house):
    house.folder.chmod(0o755)

    assert f"✗ {house.folder} peut être lu par n’importe qui sur cette machine.\n    → chmod o= {house.folder}" in told(house)[1]


@pytest.mark.parametrize("which", ["files", "database"])
def test_a_full_disk_is_told_of_the_files_and_of_the_database(house, monkeypatch, which):
    full = house.folder if which == "files" else Path(house.url.removeprefix("sqlite:///")).parent
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=100_000_000 if path == full else 10**11))

    assert "✗ Place sur le disque : 100,0 Mo" in told(house)[1]


def test_a_clock_that_went_back_is_told(house):
    with house.inside(), transaction():
        journal.record("from.the.future", at=clock.now() + timedelta(days=1))

    assert "✗ L’horloge de cette machine est en retard" in told(house)[1]


def test_tables_that_are_late_are_told_and_nothing_more_is_asked_of_them(house):
    with house.inside():
        command.downgrade(schema.alembic(), "0001")

    code, said = told(house)

    assert code == 1
    assert f"✗ Tables en retard (0001, attendu {schema.head()}).\n    → flask --app wsgi db upgrade\n" in said
    assert said.endswith("db upgrade\n")


def test_a_demonstration_open_to_everyone_is_told(house, set_up):
    with house.inside():
        make_place(is_demo=True)
    set_up(PUBLIC_URL="https://lieu.exemple.fr")

    assert "! Le lieu vient du fichier de démonstration" in told(house)[1]  # nobody may sign in with a known password
    with house.inside():
        make_member("Nadia", email=demo.ACCOUNTS[0][0])
    assert "✗ C’est un lieu de démonstration, ouvert à tous" in told(house)[1]


def test_a_lieu_that_cannot_be_written_says_the_way_out(house):
    with house.inside():
        state.stop_writing("Le fichier de la base est abîmé.", at=clock.now())

    code, said = told(house)

    assert code == 1
    assert "Le fichier de la base est abîmé.\n    → Réparez ou restaurez (flask restore --replace)" in said


def test_mail_that_waits_is_told(house):
    with house.inside(), transaction():
        journal.record("booking.confirmed", at=clock.now() - timedelta(hours=3))

    assert "! Du courrier attend depuis 3 h." in told(house)[1]


def test_a_database_that_does_not_answer_is_told_without_a_traceback(house):
    broken = House("postgresql+psycopg://nobody@127.0.0.1:1/nothing", house.folder)

    code, said = told(broken)

    assert code == 1
    assert "✗ La base ne répond pas : " in said
