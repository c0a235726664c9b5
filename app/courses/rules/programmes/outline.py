"""What a programme says: its parts, its sequences, what they cover, in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.courses.rules.quizzes import Quiz
from app.courses.rules.reading import HALF_DAY


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
    quiz: Quiz | None = None


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
    threshold: int  # percent of right answers from which a quiz is passed
    document: Mapping[str, Any] = field(repr=False)

    @property
    def steps(self) -> list[Step]:
        return [step for part in self.parts for step in part.steps]

    @property
    def quizzes(self) -> list[Quiz]:
        return [step.quiz for step in self.steps if step.quiz is not None]

    @property
    def minutes(self) -> int:
        return sum(part.minutes for part in self.parts)

    @property
    def company_minutes(self) -> int:
        return sum(part.minutes for part in self.parts if part.in_company)

    @property
    def company_steps(self) -> frozenset[str]:
        return frozenset(step.code for part in self.parts if part.in_company for step in part.steps)


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
