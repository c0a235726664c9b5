"""What is taught, as its file says it: read and checked, covered, put in order, changed. Pure: text in, values or faults out.

The file is the programme (format `worklab-programme/1`): what we do not know of it is kept as it is, so that what a lieu
exports is what it imported. Hours are multiples of 3.5, counted here in minutes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core import plain_yaml
from app.courses.rules.reading import HALF_DAY, MOST_MINUTES, FileReader

FORMAT = "worklab-programme/1"
MOST_BYTES = 1_000_000
WEEKDAYS = {"lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6}


class ProgrammeRefused(Exception):
    """The file cannot be taken: every fault with its path, in French."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Skill:
    """A competence; transversal when it has no block."""

    code: str
    title: str
    block_code: str = ""
    block_title: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A sequence: some half-days on one aim."""

    code: str
    title: str
    minutes: int
    skill: str  # code of the principal competence
    linked: tuple[str, ...] = ()
    objective: str = ""
    activities: tuple[str, ...] = ()
    way: str = ""
    proof: str = ""
    bring: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A module."""

    code: str
    title: str
    in_company: bool
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.steps)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An assessment that the programme foresees: in a week, in a sequence, on some competences."""

    code: str
    kind: str
    week: int | None
    sequence: str
    block: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A programme, checked. `weeks`: for each week of the plan, (module, half-days) in order; none: modules one after the other."""

    code: str
    label: str
    title: str
    capacity: int
    weekdays: tuple[int, ...]
    morning: tuple[int, int]  # minutes of the day
    afternoon: tuple[int, int]
    skills: tuple[Skill, ...]
    parts: tuple[Part, ...]
    weeks: tuple[tuple[tuple[str, int], ...], ...]
    evaluations: tuple[Evaluation, ...]
    document: Mapping[str, Any] = field(repr=False)

    @property
    def steps(self) -> list[Step]:
        return [step for part in self.parts for step in part.steps]

    @property
    def minutes(self) -> int:
        return sum(part.minutes for part in self.parts)

    @property
    def company_minutes(self) -> int:
        return sum(part.minutes for part in self.parts if part.in_company)

    @property
    def company_steps(self) -> frozenset[str]:
        return frozenset(step.code for part in self.parts if part.in_company for step in part.steps)


# ---------------------------------------------------------------- reading


def read(content: bytes) -> tuple[Outline, str]:
    """A programme and its file as we write it, or `ProgrammeRefused` with all its faults.

    What begins the file as a comment stays; the rest is written in our way, which is that of our own files.
    """
    try:
        raw = plain_yaml.read(content, most_bytes=MOST_BYTES)
    except plain_yaml.Unreadable as error:
        raise ProgrammeRefused([str(error)]) from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ProgrammeRefused([f"Le fichier ne décrit pas un programme : il commence par « format: {FORMAT} »."])
    outline = check(raw)
    return outline, write(raw, preamble=preamble_of(content.decode("utf-8-sig")))


def check(document: Mapping[str, Any]) -> Outline:
    """The document as values, or `ProgrammeRefused`."""
    reader = _Reader()
    outline = reader.outline(document)
    if reader.faults or outline is None:
        raise ProgrammeRefused(reader.faults[:60])
    return outline


def preamble_of(text: str) -> str:
    """The comment at the top of a file."""
    lines = text.replace("\r\n", "\n").splitlines(keepends=True)
    kept = 0
    while kept < len(lines) and lines[kept].startswith("#"):
        kept += 1
    return "".join(lines[:kept])


def write(document: Mapping[str, Any], *, preamble: str = "") -> str:
    return preamble + plain_yaml.write(document)


class _Reader(FileReader):
    """A programme's file."""

    def outline(self, document: Mapping[str, Any]) -> Outline | None:
        head = document.get("programme")
        if not isinstance(head, dict):
            self.fault("programme", "valeur manquante.")
            return None
        label = self.line(document, "version", "fichier", most=40)
        code, title = self.code(head, "programme"), self.line(head, "titre", "programme", most=200)
        capacity = self.whole(head.get("capacite", 12), "programme.capacite", least=1, most=200)
        weekdays, morning, afternoon = self.rhythm(head.get("rythme", {}))
        skills = tuple(self.skills(document))
        known = {skill.code for skill in skills}
        parts = tuple(self.parts(document, known))
        self.twice("blocs", (skill.code for skill in skills))
        self.twice("modules", (part.code for part in parts))
        self.twice("séquences", (step.code for part in parts for step in part.steps))
        evaluations = tuple(self.evaluations(document, {step.code for part in parts for step in part.steps}))
        weeks = tuple(self.weeks(document, parts))
        self.sums(document, head, parts)
        if self.faults:
            return None
        return Outline(
            *(code, label, title, capacity, weekdays, morning, afternoon, skills, parts, weeks, evaluations),
            document=document,
        )

    def rhythm(self, said: Any) -> tuple[tuple[int, ...], tuple[int, int], tuple[int, int]]:
        usual = (0, 1, 2, 3, 4), (540, 750), (810, 1020)
        if not isinstance(said, dict):
            self.fault("programme.rythme", "une liste de clés est attendue ici.")
            return usual
        names = self.lines(said, "jours_ouverts", "programme.rythme") or tuple(list(WEEKDAYS)[:5])
        if unknown := [name for name in names if name not in WEEKDAYS]:
            self.fault("programme.rythme.jours_ouverts", f"« {unknown[0]} » n’est pas un jour de la semaine.")
            return usual
        halves = {"matin": usual[1], "apres_midi": usual[2]}
        for row, path in self.list_of(said, "demi_journees", "programme.rythme", required=False):
            name = self.line(row, "code", path)
            begins, ends = self.hour(row, "debut", path), self.hour(row, "fin", path)
            if name not in halves:
                self.fault(f"{path}.code", "« matin » ou « apres_midi ».")
            elif begins is not None and ends is not None:
                if ends - begins != HALF_DAY:
                    self.fault(path, "une demi-journée dure 3 h 30.")
                halves[name] = (begins, ends)
        if halves["matin"][1] > halves["apres_midi"][0]:
            self.fault("programme.rythme.demi_journees", "l’après-midi commence quand le matin est fini.")
        return tuple(sorted({WEEKDAYS[name] for name in names})), halves["matin"], halves["apres_midi"]

    def hour(self, of: Mapping[str, Any], key: str, path: str) -> int | None:
        text = self.line(of, key, path, most=5)
        hour, _, minute = text.partition(":")
        if hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60:
            return int(hour) * 60 + int(minute)
        self.fault(f"{path}.{key}", "une heure est attendue, comme '09:00'.")
        return None

    def skills(self, document: Mapping[str, Any]) -> Iterator[Skill]:
        for block, path in self.list_of(document, "blocs", ""):
            code, title = self.code(block, path), self.line(block, "intitule", path)
            for row, inner in self.list_of(block, "competences", path):
                yield Skill(self.code(row, inner), self.line(row, "intitule", inner), code, title)
        for row, path in self.list_of(document, "transversales", "", required=False):
            yield Skill(self.code(row, path), self.line(row, "intitule", path))

    def parts(self, document: Mapping[str, Any], known: set[str]) -> Iterator[Part]:
        for row, path in self.list_of(document, "modules", ""):
            code, title = self.code(row, path), self.line(row, "titre", path, most=200)
            place = self.line(row, "lieu", path, required=False)
            steps = tuple(self.step(one, inner, known) for one, inner in self.list_of(row, "sequences", path))
            said = self.minutes(row["heures"], f"{path}.heures") if "heures" in row else None
            found = sum(step.minutes for step in steps)
            if said is not None and found and said != found:
                self.fault(f"{path}.heures", f"le module {code} annonce {_hours(said)} h, ses séquences en font {_hours(found)}.")
            yield Part(code, title, "entreprise" in place, steps)

    def step(self, row: Mapping[str, Any], path: str, known: set[str]) -> Step:
        skill = self.line(row, "competence_principale", path, most=40)
        linked = self.lines(row, "competences_liees", path, most=40)
        for code in (skill, *linked):
            if code and code not in known:
                self.fault(path, f"la compétence « {code} » n’est pas décrite dans les blocs.")
        if skill in linked or len(set(linked)) < len(linked):
            self.fault(f"{path}.competences_liees", "une compétence est dite deux fois.")
        return Step(
            code=self.code(row, path),
            title=self.line(row, "titre", path, most=200),
            minutes=self.minutes(row.get("heures"), f"{path}.heures"),
            skill=skill,
            linked=linked,
            objective=self.text(row, "objectif", path, most=2000),
            activities=self.lines(row, "activites", path),
            way=self.line(row, "modalite", path, most=120, required=False),
            proof=self.line(row, "preuve_attendue", path, required=False),
            bring=self.line(row, "a_apporter", path, required=False),
            content=self.text(row, "contenu", path),
        )

    def evaluations(self, document: Mapping[str, Any], steps: set[str]) -> Iterator[Evaluation]:
        for row, path in self.list_of(document, "evaluations", "", required=False):
            sequence = self.line(row, "sequence", path, most=40, required=False)
            if sequence and sequence not in steps:
                self.fault(f"{path}.sequence", f"la séquence « {sequence} » n’est dans aucun module.")
            yield Evaluation(
                code=self.code(row, path),
                kind=self.line(row, "type", path, most=40),
                week=self.whole(row["semaine"], f"{path}.semaine", least=1, most=200) if "semaine" in row else None,
                sequence=sequence,
                block=self.line(row, "bloc", path, most=40, required=False),
                skills=self.lines(row, "porte_sur", path),
            )

    def weeks(self, document: Mapping[str, Any], parts: Iterable[Part]) -> Iterator[tuple[tuple[str, int], ...]]:
        total = {part.code: part.minutes for part in parts}
        planned: Counter[str] = Counter()
        for row, path in self.list_of(document, "plan_hebdomadaire", "", required=False):
            modules = row.get("modules")
            if not isinstance(modules, dict) or len(modules) > 50:
                self.fault(f"{path}.modules", "une liste « module: heures » est attendue.")
                continue
            week = []
            for code, hours in modules.items():
                minutes = self.minutes(hours, f"{path}.modules.{code}", zero=True)
                if code not in total:
                    self.fault(f"{path}.modules", f"le module « {code} » n’est pas décrit.")
                planned[code] += minutes
                week.append((code, minutes // HALF_DAY))
            yield tuple(week)
        for code, minutes in planned.items():
            if code in total and total[code] != minutes:
                self.fault(
                    "plan_hebdomadaire", f"il place {_hours(minutes)} h du module {code}, dont les séquences font {_hours(total[code])} h."
                )
        if planned and (absent := [code for code in total if code not in planned]):
            self.fault("plan_hebdomadaire", f"il oublie le module {absent[0]}.")

    def sums(self, document: Mapping[str, Any], head: Mapping[str, Any], parts: tuple[Part, ...]) -> None:
        """The totals that the file announces are those of its sequences."""
        total = sum(part.minutes for part in parts)
        company = sum(part.minutes for part in parts if part.in_company)
        if total > MOST_MINUTES:
            self.fault("modules", f"{MOST_MINUTES // 60} heures au plus.")
        said = head.get("heures")
        if isinstance(said, dict):
            for key, found in (("total", total), ("entreprise", company), ("centre", total - company)):
                if key in said and self.minutes(said[key], f"programme.heures.{key}", zero=True) != found:
                    self.fault(f"programme.heures.{key}", f"{said[key]} h annoncées, les séquences en font {_hours(found)}.")
        control = document.get("controle")
        announced = control.get("heures_centre_par_competence_principale") if isinstance(control, dict) else None
        if isinstance(announced, dict):
            found_by = Counter[str]()
            for part in parts:
                if not part.in_company:
                    found_by.update({step.skill: 0 for step in part.steps})
                    for step in part.steps:
                        found_by[step.skill] += step.minutes
            for code, hours in announced.items():
                path = f"controle.heures_centre_par_competence_principale.{code}"
                if self.minutes(hours, path, zero=True) != found_by.get(code, 0):
                    self.fault(path, f"{hours} h annoncées, les séquences en font {_hours(found_by.get(code, 0))}.")


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g}"


# ---------------------------------------------------------------- what it covers


@dataclass(frozen=True, slots=True)
class Covered:
    """How long a competence is worked on: as the principal one at the centre and in company, and beside another."""

    skill: Skill
    centre: int
    company: int
    linked: int
    sequences: tuple[str, ...]  # where it is the principal one


def coverage(outline: Outline) -> list[Covered]:
    """Minutes by competence, exact: the principal ones add up to the whole programme."""
    found = []
    for skill in outline.skills:
        main = [(part.in_company, step) for part in outline.parts for step in part.steps if step.skill == skill.code]
        found.append(
            Covered(
                skill=skill,
                centre=sum(step.minutes for in_company, step in main if not in_company),
                company=sum(step.minutes for in_company, step in main if in_company),
                linked=sum(step.minutes for step in outline.steps if skill.code in step.linked),
                sequences=tuple(step.code for _, step in main),
            )
        )
    return found


# ---------------------------------------------------------------- in which order


def order(outline: Outline) -> list[str]:
    """The code of the sequence of each half-day, in the order of the weekly plan, else of the modules.

    In a week, a module gives its next half-days; a sequence that an evaluation ties to a week waits for it when another can go.
    """
    left = {part.code: {step.code: step.minutes // HALF_DAY for step in part.steps} for part in outline.parts}
    tied = {one.sequence: one.week for one in outline.evaluations if one.sequence and one.week}
    if not outline.weeks:
        return [code for steps in left.values() for code, count in steps.items() for _ in range(count)]
    ordered: list[str] = []
    for number, week in enumerate(outline.weeks, 1):
        for module, count in week:
            for _ in range(count):
                waiting = [code for code, halves in left[module].items() if halves]
                code = next((one for one in waiting if (tied.get(one) or 0) <= number), waiting[0])
                left[module][code] -= 1
                ordered.append(code)
    return ordered


# ---------------------------------------------------------------- changing it


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
