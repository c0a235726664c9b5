"""A programme read from its file, checked whole, and written back byte for byte."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.core import plain_yaml
from app.courses.rules import quizzes
from app.courses.rules.programmes.outline import Evaluation, Outline, Part, Skill, Step
from app.courses.rules.reading import HALF_DAY, MOST_MINUTES, FileReader

FORMAT = "worklab-programme/1"


MOST_BYTES = 1_000_000


WEEKDAYS = {"lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6}


class ProgrammeRefused(Exception):
    """The file cannot be taken: every fault with its path, in French."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


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
        percent = head.get("seuil_de_reussite_pourcent", quizzes.THRESHOLD)
        threshold = self.whole(percent, "programme.seuil_de_reussite_pourcent", least=1, most=100)
        self.sums(document, head, parts)
        if self.faults:
            return None
        return Outline(
            *(code, label, title, capacity, weekdays, morning, afternoon, skills, parts, weeks, evaluations, threshold),
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
        code = self.code(row, path)
        return Step(
            code=code,
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
            quiz=quizzes.read(self, row, "quiz", path, code=code),
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
