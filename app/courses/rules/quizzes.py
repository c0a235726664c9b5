"""A quiz: its questions as a file says them, as a page writes them, and what answers are worth. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.courses.rules.reading import FileReader

THRESHOLD = 70  # percent of right answers from which a quiz is passed, unless its course says otherwise
MOST_QUESTIONS = 50


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    choices: tuple[str, ...]
    right: int  # which choice, from 0
    why: str


@dataclass(frozen=True, slots=True)
class Quiz:
    code: str
    questions: tuple[Question, ...]

    def score(self, answers: Sequence[int | None]) -> int:
        """How many right answers; a question left out is wrong."""
        return sum(given == question.right for question, given in zip(self.questions, answers, strict=False))

    def answers(self, sent: Mapping[str, str]) -> list[int | None]:
        """What was ticked, from `q0`, `q1`…; anything else is an answer left out."""
        said = [sent.get(f"q{number}", "") for number in range(len(self.questions))]
        return [
            int(one) if one.isascii() and one.isdecimal() and len(one) < 3 and int(one) < len(question.choices) else None
            for one, question in zip(said, self.questions, strict=True)
        ]


def passes(score: int, questions: int, *, threshold: int) -> bool:
    return questions > 0 and 100 * score >= threshold * questions


def best(attempts: Iterable[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    """(score, questions) of the best attempt at each quiz, from (quiz, score, questions)."""
    found: dict[str, tuple[int, int]] = {}
    for quiz, score, questions in attempts:
        before = found.get(quiz)
        if before is None or score * before[1] > before[0] * questions:
            found[quiz] = (score, questions)
    return found


# ---------------------------------------------------------------- in a file


def read(reader: FileReader, row: Mapping[str, Any], key: str, path: str, *, code: str | None = None) -> Quiz | None:
    """The quiz under `key`, if there is one; its faults go to `reader`. Without a `code` of ours, it has its own."""
    said = row.get(key)
    if said is None:
        return None
    inner = f"{path}.{key}"
    if not isinstance(said, dict):
        reader.fault(inner, "une liste de clés est attendue ici.")
        return None
    return Quiz(reader.code(said, inner) if code is None else code, tuple(_questions(reader, said, inner)))


def _questions(reader: FileReader, said: Mapping[str, Any], path: str) -> Iterator[Question]:
    rows = list(reader.list_of(said, "questions", path))
    if len(rows) > MOST_QUESTIONS:
        reader.fault(f"{path}.questions", f"{MOST_QUESTIONS} questions au plus.")
    for one, inner in rows[:MOST_QUESTIONS]:
        choices = reader.lines(one, "choix", inner)
        if not 2 <= len(choices) <= 8 or len(set(choices)) < len(choices):
            reader.fault(f"{inner}.choix", "de deux à huit réponses, toutes différentes.")
        right = reader.whole(one.get("bonne", 0), f"{inner}.bonne", least=1, most=max(len(choices), 1))
        yield Question(reader.line(one, "question", inner, most=500), choices, right - 1, reader.text(one, "pourquoi", inner, most=2000))


# ---------------------------------------------------------------- in a page


def as_text(quiz: Quiz | None) -> str:
    """As a person writes it: the question, a line for each answer (`+` the right one, `-` the others), `>` why; a blank line between."""
    return "\n\n".join(_as_lines(question) for question in (quiz.questions if quiz else ()))


def _as_lines(question: Question) -> str:
    answers = [f"{'+' if number == question.right else '-'} {choice}" for number, choice in enumerate(question.choices)]
    why = [f"> {line}" for line in question.why.splitlines()]
    return "\n".join([question.text, *answers, *why])


def from_text(text: str) -> dict[str, Any] | None:
    """The same as the file says it; what it lacks, reading the file will tell."""
    asked = [_as_row(lines) for lines in _blocks(text)]
    return {"questions": asked} if asked else None


def _blocks(text: str) -> Iterator[list[str]]:
    """Questions are apart by blank lines, or begin after the answers of the one before. The first line may begin with any sign."""
    block: list[str] = []
    for line in (line.strip() for line in [*text.splitlines(), ""]):
        starts_anew = len(block) > 1 and line[:1] not in ("+", "-", ">") and block[-1][:1] in ("+", "-", ">")
        if block and (not line or starts_anew):
            yield block
            block = []
        if line:
            block.append(line)


def _as_row(lines: Sequence[str]) -> dict[str, Any]:
    asked, said = _asked(lines)
    answers = [line for line in said if line[0] in "+-"]
    right = [number for number, line in enumerate(answers, 1) if line[0] == "+"]
    why = "\n".join(line[1:].strip() for line in said if line[0] == ">")
    row = {
        "question": " ".join([*asked, *(line for line in said if line[0] not in "+->")]),
        "choix": [line[1:].strip() for line in answers],
        "bonne": right[0] if len(right) == 1 else 0,
    }
    return row | ({"pourquoi": why} if why else {})


def _asked(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The question and what follows it. A question may begin with a sign (« - 3 + 5 ? ») as long as two answers follow."""
    answers = sum(line[0] in "+-" for line in lines[1:])
    return (lines[:1], lines[1:]) if lines[0][0] not in "+->" or answers > 1 else ((), lines)
