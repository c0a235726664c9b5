"""What the events of a chain come to, read again from the first: the state of each half-day of each person."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.courses.rules.minutes import State

Pair = tuple[int, int]  # enrolment, session


@dataclass(frozen=True, slots=True)
class Told:
    """A half-day of a person, as the events say it."""

    state: str = State.PLANNED
    late: int = 0
    early: int = 0
    signed_rank: int | None = None
    countersigned_rank: int | None = None
    sheet_id: int | None = None
    category: str = ""
    justified: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """An event, as far as it says something of somebody."""

    rank: int
    kind: str
    session_id: int
    enrolment_id: int | None
    facts: str


def replayed(acts: Iterable[Act]) -> Mapping[Pair, Told]:
    """In the order of their rank."""
    found: dict[Pair, Told] = {}
    for act in acts:
        facts = json.loads(act.facts)
        for enrolment_id, changes in _changes(act, facts):
            pair = (enrolment_id, act.session_id)
            found[pair] = replace(found.get(pair, Told()), **changes)
    return found


def _changes(act: Act, facts: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    match act.kind, act.enrolment_id:
        case "signed", int(person):
            again = {"state": State.PLANNED, "category": "", "justified": False} if "was" in facts else {}
            yield person, {"signed_rank": act.rank} | again
        case "produced", int(person):
            yield person, {"signed_rank": act.rank}
        case "accepted", int(person):
            yield person, _said(State.PRESENT, 0, 0) | {"countersigned_rank": act.rank}
        case "returned", int(person):
            unsigned = {"signed_rank": None, "countersigned_rank": None}
            yield person, _said(State.PLANNED, 0, 0) | unsigned | {"category": "", "justified": False}
        case "closed", _:
            for person, late, early in facts["present"]:
                yield person, _said(State.PRESENT, late, early) | {"countersigned_rank": act.rank}
            for person in facts["absent"]:
                yield person, _said(State.ABSENT, 0, 0)
        case (("sheet" | "imported"), _):
            for person, late, early in facts["present"]:
                yield person, _said(State.PRESENT, late, early) | {"sheet_id": facts["paper"]}
            for person in facts["absent"]:
                yield person, _said(State.ABSENT, 0, 0)
        case (("marked" | "corrected"), int(person)):
            state, late, early = facts["to"]
            countersigned = {"countersigned_rank": act.rank} if act.kind == "corrected" and state == State.PRESENT else {}
            yield person, _said(state, late, early) | countersigned
        case "justified", int(person):
            yield person, {"category": facts["category"], "justified": True}
        case "unjustified", int(person):
            yield person, {"category": "", "justified": False}


def _said(state: str, late: int, early: int) -> dict[str, Any]:
    return {"state": state, "late": late, "early": early}
