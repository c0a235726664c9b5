"""A command that cannot do its work says so in one French sentence."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.core import clock, state
from app.core import db as core_db
from tests.factories import make_place
from tests.ops.houses import House


@pytest.mark.parametrize("words", [["check"], ["tick"], ["worker", "--once"], ["place", "dump", "lieu.yaml"]])
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_tables_that_are_missing(new_house, engine, words):
    house = new_house(engine)
    with house.inside():
        core_db.db.metadata.drop_all(core_db.db.engine)
        with core_db.db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")

    result = house.run(*words)

    assert result.exit_code == 1
    assert result.stderr == "Les tables de la base ne sont pas à jour\u00a0: lancez «\u00a0flask db upgrade\u00a0».\n"


def test_tables_of_another_version_are_told_and_close_nothing(new_house):
    house = new_house("sqlite")

    for number, ending in (("0001", "lancez «\u00a0flask db upgrade\u00a0».\n"), ("9999", "reprenez la dernière version de Worklab.\n")):
        with house.inside(), core_db.db.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{number}'")

        checked = house.run("check")

        assert checked.exit_code == 1
        assert number in checked.stderr and checked.stderr.endswith(ending)
        with house.inside():
            assert state.recall(core_db.READ_ONLY) is None

    newer = house.run("db", "upgrade")

    assert newer.exit_code == 1
    assert (
        newer.stderr == "La base a été migrée (9999) par une version plus récente de Worklab\u00a0: prenez celle-ci ou une plus récente.\n"
    )


def test_a_database_that_someone_keeps(new_house, monkeypatch, tmp_path):
    house = new_house("sqlite")
    with house.inside():
        make_place()
    monkeypatch.setattr(core_db, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(house.url.removeprefix("sqlite:///"), isolation_level=None)) as someone:
        someone.execute("BEGIN IMMEDIATE")

        result = house.run("check")

    assert result.exit_code == 1
    assert result.stderr == "La base n’a pas répondu (database is locked). Rien n’a été fait à moitié\u00a0: recommencez plus tard.\n"


def test_a_lieu_that_is_read_only(new_house):
    house = new_house("sqlite")
    with house.inside():
        make_place()
        state.stop_writing("pour voir", at=clock.now())

    result = house.run("place", "load", Path("kits/lieu_boitron.yaml").resolve())

    assert result.exit_code == 1
    assert re.fullmatch(r"Le lieu se lit mais ne s’écrit pas\u00a0: .* dit pourquoi et comment en sortir\.\n", result.stderr)


def test_a_server_that_is_away(tmp_path):
    result = House("postgresql+psycopg://nobody@127.0.0.1:1/nothing", tmp_path).run("check")

    assert result.exit_code == 1
    assert result.stderr.startswith("La base n’a pas répondu (")
    assert "Traceback" not in result.stderr


def test_a_file_where_nothing_can_be_written(new_house, tmp_path):
    house, nowhere = new_house("sqlite"), tmp_path / "a file"
    nowhere.write_text("no folder")
    with house.inside():
        make_place()

    result = house.run("place", "dump", nowhere / "lieu.yaml")

    assert result.exit_code == 1
    assert result.stderr == f"{nowhere / 'lieu.yaml'} ne peut être ni lu ni écrit (Not a directory).\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["restore"], "Il manque FILE."),
        (["restore", "/no/such/file"], "FILE\u00a0: ce fichier n’existe pas ou ne se lit pas."),
        (["serve", "--port", "99999"], "--port\u00a0: on attend un nombre entier de 1 à 65535."),
        (["serve", "--port"], "L’option --port attend une valeur."),
        (["check", "--fast"], "L’option --fast n’existe pas."),
        (["dance"], "Cette commande n’existe pas."),
    ],
)
def test_a_command_said_wrong(new_house, words, sentence):
    result = new_house("sqlite").run(*words)

    assert result.exit_code == 2
    assert result.stderr.partition(" (L’aide\u00a0: ")[0] == sentence
    assert result.stderr.count("\n") == 1
