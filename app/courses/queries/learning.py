"""Reads of what is learnt: work and its reviews, levels, tests, quizzes; and progress, computed here and nowhere else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import (
    TRAINEE_NAME,
    Assignment,
    BlockTest,
    Cohort,
    Competence,
    Enrolment,
    Mastery,
    Review,
    SequenceAttempt,
    Submission,
)
from app.courses.queries import presence
from app.courses.queries.cohorts import programme_of
from app.courses.rules import learning
from app.courses.rules.learning import Block, Verdict, percent
from app.courses.rules.minutes import Minutes, State
from app.courses.rules.programmes import Step
from app.courses.rules.quizzes import Quiz, best, passes
from app.courses.rules.seeing import Viewer
from app.members.models import Member

# ---------------------------------------------------------------- work


@dataclass(frozen=True, slots=True)
class Version:
    """A version of somebody's work, and what was said of it, the last word first."""

    submission: Submission
    reviews: tuple[Review, ...]

    @property
    def verdicts(self) -> list[Verdict]:
        """The last word of a trainer."""
        last = next((one for one in self.reviews if not one.by_peer), None)
        return [Verdict(**said) for said in last.verdicts] if last else []

    @property
    def state(self) -> str:
        """handed_in, to_redo or acquired."""
        if not self.verdicts:
            return "handed_in"
        return "to_redo" if learning.to_redo(self.verdicts) else "acquired"


@dataclass(frozen=True, slots=True)
class Work:
    """What was asked, and somebody's versions of it, the last one first."""

    assignment: Assignment
    versions: tuple[Version, ...]

    @property
    def state(self) -> str:
        return self.versions[0].state if self.versions else "to_do"


def assignment(assignment_id: int) -> Assignment | None:
    return db.session.get(Assignment, assignment_id)


def submission(submission_id: int) -> Submission | None:
    return db.session.get(Submission, submission_id)


def assignments(cohort_id: int) -> list[Assignment]:
    return list(
        db.session.scalars(sa.select(Assignment).where(Assignment.cohort_id == cohort_id).order_by(Assignment.due_at, Assignment.id))
    )


def works(enrolment: Enrolment) -> list[Work]:
    """All that was asked of somebody."""
    asked = assignments(enrolment.cohort_id)
    mine = versions(Submission.enrolment_id == enrolment.id)
    return [Work(one, tuple(version for version in mine if version.submission.assignment_id == one.id)) for one in asked]


def versions(*which: sa.ColumnElement[bool]) -> list[Version]:
    """Versions with their reviews, the last first: two queries."""
    rows = db.session.scalars(sa.select(Submission).where(*which).order_by(Submission.version.desc(), Submission.id.desc())).all()
    said = db.session.scalars(
        sa.select(Review)
        .where(Review.submission_id.in_([row.id for row in rows]))
        .order_by(Review.reviewed_at.desc(), Review.id.desc())
        .execution_options(populate_existing=True)
    ).all()
    return [Version(row, tuple(one for one in said if one.submission_id == row.id)) for row in rows]


def to_review(cohort_id: int) -> list[Version]:
    """The last version of each person's work, when no trainer has spoken yet."""
    of_cohort = sa.select(Assignment.id).where(Assignment.cohort_id == cohort_id)
    last: dict[tuple[int, int], Version] = {}
    for version in versions(Submission.assignment_id.in_(of_cohort)):
        last.setdefault((version.submission.assignment_id, version.submission.enrolment_id), version)
    waiting = [version for version in last.values() if version.state == "handed_in"]
    return sorted(waiting, key=lambda version: version.submission.submitted_at)


# ---------------------------------------------------------------- levels


@dataclass(frozen=True, slots=True)
class Seen:
    """A competence, as a trainer and the person last saw it."""

    competence: Competence
    by_trainer: int
    by_self: int | None
    theirs: Mastery | None  # the trainers' last word, with its evidence and its day
    own: Mastery | None


def competences(version_id: int) -> list[Competence]:
    """Those of the title, in its order."""
    rows = sa.select(Competence).where(Competence.version_id == version_id, Competence.block_code != "")
    return list(db.session.scalars(rows.order_by(Competence.rank)))


def levels(enrolment_ids: Iterable[int]) -> dict[tuple[int, int, bool], Mastery]:
    """The last level by (enrolment, competence, seen by oneself)."""
    rows = db.session.scalars(sa.select(Mastery).where(Mastery.enrolment_id.in_(sorted(enrolment_ids))).order_by(Mastery.id))
    return {(row.enrolment_id, row.competence_id, row.by_self): row for row in rows}


def skills(enrolment: Enrolment) -> list[Seen]:
    found = levels([enrolment.id])
    seen = []
    for one in competences(enrolment.cohort.programme_version_id):
        theirs, own = found.get((enrolment.id, one.id, False)), found.get((enrolment.id, one.id, True))
        seen.append(Seen(one, theirs.level if theirs else 0, own.level if own else None, theirs, own))
    return seen


def blocks(seen: Iterable[Seen]) -> list[Block]:
    """The blocks of the title, as the trainers' levels make them."""
    seen = list(seen)
    skills_ = [(one.competence.code, one.competence.block_code, one.competence.block_title) for one in seen]
    return learning.blocks(skills_, {one.competence.code: one.by_trainer for one in seen})


def tests(enrolment_id: int) -> list[BlockTest]:
    return list(
        db.session.scalars(sa.select(BlockTest).where(BlockTest.enrolment_id == enrolment_id).order_by(BlockTest.taken_on, BlockTest.id))
    )


# ---------------------------------------------------------------- quizzes


@dataclass(frozen=True, slots=True)
class Tried:
    """The quiz of a sequence, and somebody's best attempt at it."""

    quiz: Quiz
    title: str  # of its sequence
    best: tuple[int, int] | None  # right answers, questions
    passes: bool


def quizzes(enrolment: Enrolment) -> list[Tried]:
    """Those of the cohort's programme, in its order."""
    outline = programme_of(enrolment.cohort)
    done = best_tries([enrolment.id]).get(enrolment.id, {})
    return [_tried(step, done.get(step.code), outline.threshold) for step in outline.steps if step.quiz is not None]


def best_tries(enrolment_ids: Iterable[int]) -> dict[int, dict[str, tuple[int, int]]]:
    """The best attempt of each person at each quiz."""
    rows = db.session.execute(
        sa.select(SequenceAttempt.enrolment_id, SequenceAttempt.quiz, SequenceAttempt.score, SequenceAttempt.questions).where(
            SequenceAttempt.enrolment_id.in_(sorted(enrolment_ids))
        )
    )
    attempts: dict[int, list[tuple[str, int, int]]] = {}
    for row in rows:
        attempts.setdefault(row.enrolment_id, []).append((row.quiz, row.score, row.questions))
    return {enrolment_id: best(found) for enrolment_id, found in attempts.items()}


def _tried(step: Step, done: tuple[int, int] | None, threshold: int) -> Tried:
    assert step.quiz is not None
    return Tried(step.quiz, step.title, done, done is not None and passes(*done, threshold=threshold))


# ---------------------------------------------------------------- progress


@dataclass(frozen=True, slots=True)
class Part:
    """One percentage: so much of so much. For hours, where the minutes that are not done went."""

    key: str  # course, centre, company, work, quizzes, skills
    done: int
    whole: int
    hours: Minutes | None = None

    @property
    def percent(self) -> Decimal:
        return percent(self.done, self.whole)

    @property
    def to_come(self) -> int:
        return self.whole - self.hours.planned if self.hours else 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is. Minutes for the first three; then works acquired, quizzes passed and competences acquired."""

    course: Part
    centre: Part
    company: Part
    work: Part
    quizzes: Part
    skills: Part

    def __iter__(self) -> Iterator[Part]:
        """Those of which there is something to do."""
        parts = (self.course, self.centre, self.company, self.work, self.quizzes, self.skills)
        return (part for part in parts if part.whole)


def progress(enrolment: Enrolment, *, now: datetime) -> Progress:
    """Each percentage of somebody, from the same rows as the page that explains it."""
    slots = presence.followed_by(enrolment.id, now=now).slots
    asked, tried, seen = works(enrolment), quizzes(enrolment), skills(enrolment)
    return Progress(
        _hours("course", slots),
        _hours("centre", [slot for slot in slots if slot.where != "company"]),  # distance work is the centre's
        _hours("company", [slot for slot in slots if slot.where == "company"]),
        Part("work", sum(one.state == "acquired" for one in asked), len(asked)),
        Part("quizzes", sum(one.passes for one in tried), len(tried)),
        Part("skills", sum(one.by_trainer >= learning.ACQUIRED for one in seen), len(seen)),
    )


def _hours(key: str, slots: Sequence[presence.Slot]) -> Part:
    counted = presence.total(slots)
    whole = sum(slot.facts.length for slot in slots if slot.facts.state not in (State.EXEMPT, State.CANCELLED))
    return Part(key, counted.done, whole, counted)


# ---------------------------------------------------------------- the board of a cohort


@dataclass(frozen=True, slots=True)
class Row:
    """One trainee on the trainer's board."""

    enrolment_id: int
    name: str
    done: int
    planned: int  # to date
    unjustified: int
    works: int
    acquired: int
    quizzes: int  # passed
    levels: tuple[int, ...]
    own: tuple[int | None, ...]  # as the person sees them

    @property
    def rate(self) -> Decimal:
        """Of the hours planned to date, those done."""
        return percent(self.done, self.planned)


def board(cohort: Cohort, viewer: Viewer, *, now: datetime) -> tuple[list[Competence], list[Row]]:
    """A whole cohort on one screen: hours, work and the eight competences; as many queries for 12 as for 2.

    Hours are those of the half-days whose minutes `viewer` may see.
    """
    people = db.session.execute(
        sa.select(Enrolment.id, TRAINEE_NAME)
        .join(Member, Member.id == Enrolment.member_id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.status.in_(("enrolled", "completed")))
        .order_by(TRAINEE_NAME, Enrolment.id)
    ).all()
    wanted, asked = competences(cohort.programme_version_id), assignments(cohort.id)
    seen = levels([row.id for row in people])
    hours = presence.followed_in(cohort.id, now=now)
    handed: dict[tuple[int, int], Version] = {}
    for version in versions(Submission.assignment_id.in_([one.id for one in asked])):
        handed.setdefault((version.submission.enrolment_id, version.submission.assignment_id), version)
    outline, tried = programme_of(cohort), best_tries([row.id for row in people])
    rows = []
    for enrolment_id, name in people:
        slots = hours[enrolment_id].slots if enrolment_id in hours else ()
        total = presence.total(slot for slot in slots if viewer.sees("minutes", member_id=0, trainer_id=slot.trainer_id))
        mine = [handed[key] for one in asked if (key := (enrolment_id, one.id)) in handed]
        theirs, own = ([seen.get((enrolment_id, one.id, by_self)) for one in wanted] for by_self in (False, True))
        done = tried.get(enrolment_id, {})
        rows.append(
            Row(
                *(enrolment_id, name, total.done, total.planned, total.unjustified, len(mine)),
                sum(version.state == "acquired" for version in mine),
                sum(passes(*done[one.code], threshold=outline.threshold) for one in outline.quizzes if one.code in done),
                tuple(row.level if row else 0 for row in theirs),
                tuple(row.level if row else None for row in own),
            )
        )
    return wanted, rows
