"""An open course as its file says it: lessons and quizzes, read and checked; what somebody has done of it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.core import plain_yaml
from app.courses.rules import quizzes
from app.courses.rules.learning import percent
from app.courses.rules.programmes import MOST_BYTES, ProgrammeRefused, preamble_of
from app.courses.rules.quizzes import Quiz
from app.courses.rules.reading import FileReader

FORMAT = "worklab-parcours/1"


@dataclass(frozen=True, slots=True)
class Lesson:
    code: str
    title: str
    minutes: int
    is_optional: bool
    text: str  # Markdown


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    lessons: tuple[Lesson, ...]
    quiz: Quiz | None


@dataclass(frozen=True, slots=True)
class OpenOutline:
    code: str
    label: str
    title: str
    tagline: str
    hours: int
    threshold: int  # percent of right answers from which a quiz is passed
    chapters: tuple[Chapter, ...]

    @property
    def lessons(self) -> list[Lesson]:
        return [lesson for chapter in self.chapters for lesson in chapter.lessons]

    @property
    def quizzes(self) -> list[Quiz]:
        return [chapter.quiz for chapter in self.chapters if chapter.quiz is not None]

    def passes(self, score: int, questions: int) -> bool:
        return quizzes.passes(score, questions, threshold=self.threshold)


@dataclass(frozen=True, slots=True)
class Followed:
    """What somebody has done: required lessons read, and quizzes whose best attempt passes."""

    required: int
    read: int
    optional_read: int
    quizzes: int
    passed: int

    @property
    def percent(self) -> Decimal:
        """Of the required lessons only: optional ones never make up for them, and it never passes 100."""
        return percent(self.read, self.required)

    @property
    def is_complete(self) -> bool:
        return self.required > 0 and self.read == self.required and self.passed == self.quizzes


def followed(outline: OpenOutline, read: Collection[str], best: Mapping[str, tuple[int, int]]) -> Followed:
    """`read`: codes of lessons; `best`: (score, questions) of the best attempt at each quiz."""
    required = {lesson.code for lesson in outline.lessons if not lesson.is_optional}
    optional = {lesson.code for lesson in outline.lessons if lesson.is_optional}
    passed = [quiz for quiz in outline.quizzes if quiz.code in best and outline.passes(*best[quiz.code])]
    return Followed(len(required), len(required & set(read)), len(optional & set(read)), len(outline.quizzes), len(passed))


def read(content: bytes) -> tuple[OpenOutline, str]:
    """An open course and its file as we write it, or `ProgrammeRefused` with all its faults."""
    try:
        raw = plain_yaml.read(content, most_bytes=MOST_BYTES)
    except plain_yaml.Unreadable as error:
        raise ProgrammeRefused([str(error)]) from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ProgrammeRefused([f"Le fichier ne décrit pas un parcours : il commence par « format: {FORMAT} »."])
    return check(raw), preamble_of(content.decode("utf-8-sig")) + plain_yaml.write(raw)


def check(document: Mapping[str, Any]) -> OpenOutline:
    reader = _Reader()
    outline = reader.outline(document)
    if reader.faults:
        raise ProgrammeRefused(reader.faults[:60])
    return outline


class _Reader(FileReader):
    """An open course's file."""

    def outline(self, document: Mapping[str, Any]) -> OpenOutline:
        chapters = tuple(self.chapter(row, path) for row, path in self.list_of(document, "modules", ""))
        outline = OpenOutline(
            code=self.code(document, "fichier"),
            label=self.line(document, "version", "fichier", most=40),
            title=self.line(document, "titre", "fichier", most=200),
            tagline=self.line(document, "accroche", "fichier", required=False),
            hours=self.whole(document.get("heures_estimees", 1), "fichier.heures_estimees", least=1, most=500),
            threshold=self.whole(
                document.get("seuil_de_reussite_pourcent", quizzes.THRESHOLD), "fichier.seuil_de_reussite_pourcent", least=1, most=100
            ),
            chapters=chapters,
        )
        self.twice("leçons", (lesson.code for lesson in outline.lessons))
        self.twice("quiz", (quiz.code for quiz in outline.quizzes))
        return outline

    def chapter(self, row: Mapping[str, Any], path: str) -> Chapter:
        title = self.line(row, "titre", path, most=200)
        lessons = tuple(self.lesson(one, inner) for one, inner in self.list_of(row, "lecons", path))
        return Chapter(title, lessons, quizzes.read(self, row, "quiz", path))

    def lesson(self, row: Mapping[str, Any], path: str) -> Lesson:
        text = self.text(row, "texte", path)
        if not text:
            self.fault(f"{path}.texte", "valeur manquante.")
        return Lesson(
            code=self.code(row, path),
            title=self.line(row, "titre", path, most=200),
            minutes=self.whole(row.get("minutes", 10), f"{path}.minutes", least=1, most=600),
            is_optional=row.get("facultative") is True,
            text=text,
        )
