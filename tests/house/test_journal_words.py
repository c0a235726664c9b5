"""Every line of the journal can be read by a person: none is left in code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.booking.models import Status
from app.portal.chronicle_words import KINDS, NOT_TOLD, WORDS

APP = Path(__file__).resolve().parent.parent.parent / "app"


def events() -> Iterator[tuple[str, str]]:
    """(where, event) of each call of `journal.record` whose event is written out."""
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("journal.record") and node.args:
                said = [part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant) and "." in str(part.value)]
                yield from ((path.name, str(event)) for event in said)


def test_every_event_has_its_words():
    said = {(where, event) for where, event in events() if not event.endswith(".")}

    assert len(said) > 30
    assert {(where, event) for where, event in said if event not in WORDS and event not in NOT_TOLD} == set()
    assert {f"booking.{status}" for status in Status} <= set(WORDS)


def test_every_event_may_be_asked_for_by_its_kind():
    assert {event.partition(".")[0] for event in WORDS} == set(KINDS)
