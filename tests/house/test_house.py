"""Promises that the whole house keeps. A new room keeps them without asking."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.refusals import Reason
from tools.translations import sentences

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = sorted(path.parent for path in (ROOT / "app").glob("*/__init__.py"))
SOURCES = sorted((ROOT / "app").rglob("*.py"))
NBSP, NARROW = "\u00a0", "\u202f"


def reasons(parent: type[Reason] = Reason) -> Iterator[type[Reason]]:
    for child in parent.__subclasses__():
        yield child
        yield from reasons(child)


def test_every_refusal_has_its_own_sentence(app):
    """A code may have several: « full » says how many places are missing, or that two half-days would do."""
    said = [reason for reason in reasons() if reason.__module__.startswith("app.")]

    assert len({reason.sentence for reason in said}) == len(said)
    for reason in said:
        assert re.fullmatch(r"[a-z][a-z_]+", reason.code), reason
        assert reason.sentence.endswith("."), reason.code
        assert reason.next_step == "" or reason.next_step.endswith("."), reason.code


def test_every_template_compiles(app):
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


FOR_FEW_VISITS = {"alembic", "cryptography", "holidays", "pikepdf", "PIL", "radicale", "stripe", "typst", "webauthn", "xlsxwriter"}


def test_what_few_visits_need_is_not_loaded_at_the_start():
    """Each of them would weigh in every process, all day long."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, app.factory; print(*sys.modules)"], cwd=ROOT, capture_output=True, check=True
    )

    assert FOR_FEW_VISITS & set(loaded.stdout.decode().split()) == set()


ASKS_THE_TIME = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("time.time", "time.localtime", "time.gmtime", "func.now", "func.current_timestamp"),
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_clock_asks_the_time(path):
    if path == ROOT / "app/core/clock.py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            asked = ".".join(ast.unparse(node).split(".")[-2:])
            assert asked not in ASKS_THE_TIME, f"line {node.lineno}: {asked}, where clock.now() is meant"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_says_what_it_is(room):
    lines = [line for line in (room / "README.md").read_text().splitlines() if line.strip()]

    assert lines[0].startswith("# ")
    assert len(lines) >= 5


def test_no_drawer_for_odds_and_ends():
    vague = {"utils", "util", "helpers", "helper", "manager", "data", "info", "misc", "common"}

    assert [str(path) for path in SOURCES if path.stem in vague or path.parent.name in vague] == []


def test_the_screens_speak_french_as_it_is_printed():
    """’ and not ', « » and not quotation marks, … and not three dots, and no line break before : ; ! ?"""
    wrong = [
        text
        for message in sentences()
        for text in ([message.id] if isinstance(message.id, str) else message.id)
        if re.search(
            rf"""'|"|\.\.\.|[^\s{NBSP}{NARROW}] [:;!?»]|« |\w[;!?](\s|$)|«[^{NBSP}{NARROW}]""",
            re.sub(r"<[^>]*>|%\(\w+\)\w|\{{[^}}]*\}}", "x", text),
        )
    ]

    assert wrong == []
