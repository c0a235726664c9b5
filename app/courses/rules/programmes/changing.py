"""A programme changed sequence by sequence: its totals and its weekly plan follow."""

from collections import Counter
from collections.abc import Mapping
from typing import Any


def with_step(document: Mapping[str, Any], code: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document with one sequence changed (keys as in the file; an empty one goes); totals follow."""
    return _rewritten(document, lambda row: {key: value for key, value in (row | changes).items() if value not in (None, "", [])}, code)


def with_new_step(document: Mapping[str, Any], module: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The document with one more sequence at the end of a module."""
    changed = _copied(document)
    for part in changed["modules"]:
        if part["code"] == module:
            part["sequences"].append(dict(row))
    return _summed(changed)


def without_step(document: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The document without one sequence; without its module when it was the last."""
    changed = _copied(document)
    for part in changed["modules"]:
        part["sequences"] = [row for row in part["sequences"] if row["code"] != code]
    changed["modules"] = [part for part in changed["modules"] if part["sequences"]]
    return _summed(changed)


def with_label(document: Mapping[str, Any], label: str) -> dict[str, Any]:
    return {**document, "version": label}


def _rewritten(document: Mapping[str, Any], change: Any, code: str) -> dict[str, Any]:
    changed = _copied(document)
    for part in changed["modules"]:
        part["sequences"] = [change(row) if row["code"] == code else row for row in part["sequences"]]
    return _summed(changed)


def _copied(document: Mapping[str, Any]) -> dict[str, Any]:
    """Deep enough that changing a sequence, a week or a total leaves the first document as it was."""
    copied = dict(document)
    copied["programme"] = {**document["programme"]}
    copied["modules"] = [{**part, "sequences": [dict(row) for row in part["sequences"]]} for part in document["modules"]]
    if "plan_hebdomadaire" in document:
        copied["plan_hebdomadaire"] = [{**week, "modules": dict(week["modules"])} for week in document["plan_hebdomadaire"]]
    return copied


def _summed(document: dict[str, Any]) -> dict[str, Any]:
    """Every total that the file announces, as its sequences now make it; the plan gives or takes at the end of a module."""
    totals: dict[str, float] = {}
    for part in document["modules"]:
        totals[part["code"]] = sum(row["heures"] for row in part["sequences"])
        if "heures" in part:
            part["heures"] = _number(totals[part["code"]])
    company = sum(totals[part["code"]] for part in document["modules"] if "entreprise" in str(part.get("lieu", "")))
    head = document["programme"]
    if isinstance(head.get("heures"), dict):
        said = {"centre": sum(totals.values()) - company, "entreprise": company, "total": sum(totals.values())}
        head["heures"] = {key: _number(said[key]) if key in said else value for key, value in head["heures"].items()}
    if "plan_hebdomadaire" in document:
        _replan(document["plan_hebdomadaire"], totals)
    if isinstance(document.get("controle"), dict):
        document["controle"] = _controlled(document, document["controle"], sum(totals.values()))
    return document


def _replan(weeks: list[dict[str, Any]], totals: Mapping[str, float]) -> None:
    for week in weeks:
        week["modules"] = {code: hours for code, hours in week["modules"].items() if code in totals}
    for code, total in totals.items():
        with_it = [week for week in weeks if code in week["modules"]] or weeks[-1:]
        missing = total - sum(week["modules"].get(code, 0) for week in weeks)
        for week in reversed(with_it):
            before = week["modules"].get(code, 0)
            after = max(before + missing, 0)
            missing -= after - before
            week["modules"][code] = _number(after)
            if not after:
                del week["modules"][code]
            if not missing:
                break
    for week in weeks:
        if "heures" in week:
            week["heures"] = _number(sum(week["modules"].values()))


def _controlled(document: Mapping[str, Any], control: Mapping[str, Any], total: float) -> dict[str, Any]:
    by_skill: Counter[str] = Counter()
    for part in document["modules"]:
        if "entreprise" not in str(part.get("lieu", "")):
            for row in part["sequences"]:
                by_skill[row["competence_principale"]] += row["heures"]
    said = dict(control)
    if "heures_centre_par_competence_principale" in said:
        before = said["heures_centre_par_competence_principale"]
        said["heures_centre_par_competence_principale"] = {code: _number(by_skill[code]) for code in [*before, *by_skill] if by_skill[code]}
    if "somme_modules" in said:
        said["somme_modules"] = _number(total)
    return said


def _number(hours: float) -> int | float:
    """7 rather than 7.0, as people write it."""
    return int(hours) if hours == int(hours) else hours
