"""The end of the time of what a cohort keeps of people: proposed by the lieu, done by the manager, never before (decision 0062).

Words first: journals, interviews and the team's notes prove nothing, and go a year after the end. Evidence three years from the end of the
year of the last payment (certificat de réalisation; C. trav. L6362-2): scans, what was produced, personal links, work and what was said of
it, levels and tests. Events stay, and the chain stays verifiable: they hold ids and fingerprints only; so do certificates, which are numbered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.core import journal
from app.core.db import Model, db, lock, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.courses.models import (
    BlockTest,
    Cohort,
    CoursePaper,
    CourseSession,
    Enrolment,
    Interview,
    JournalPage,
    JournalReader,
    Mastery,
    Production,
    Review,
    SequenceAttempt,
    SignLink,
    StaffNote,
    Submission,
)
from app.courses.rules.retention import WORDS_KEPT, AlreadyPurged, StillKept, WordsStillKept, words_until
from app.courses.services import bundles
from app.courses.services.erasing import YEARS, last_paid
from app.members.rules import end_of_year_after
from app.place.queries import day_at

_RESULTS, _WORDS = (Mastery, BlockTest, SequenceAttempt), (JournalPage, Interview, StaffNote)
TURNS = 7257  # whose turn it is to purge a cohort


@dataclass(frozen=True, slots=True)
class Kept:
    """A cohort that is over, until when its evidence is kept, and how much of it there is."""

    cohort: Cohort
    until: date
    papers: int
    productions: int
    links: int
    works: int  # versions handed in
    results: int  # levels, tests, quizzes
    pages: int  # of journals
    interviews: int
    notes: int

    @property
    def words_until(self) -> date:
        return words_until(self.cohort.last_day)

    @property
    def has_words(self) -> bool:
        return bool(self.pages or self.interviews or self.notes)


def propose(*, now: datetime) -> int:
    """Cohorts of which something's time is over since yesterday, said once to the manager: how many."""
    return _propose_evidence(now) + _propose_words(now)


def _propose_evidence(now: datetime) -> int:
    count = 0
    old = sa.select(Cohort).where(Cohort.kept_until.is_(None), Cohort.last_day < date(now.year - YEARS, 1, 1)).order_by(Cohort.id)
    for cohort in db.session.scalars(old).all():
        until = until_of(cohort)
        if until >= day_at(cohort.place_id, now):
            continue
        with transaction():
            cohort.kept_until = until
            db.session.flush()
            journal.record("cohort.purge_due", cohort.id, place_id=cohort.place_id, at=now, until=until.isoformat())
            count += 1
    return count


def _propose_words(now: datetime) -> int:
    said = sa.exists().where(JournalEntry.event == "cohort.words_due", JournalEntry.subject_id == Cohort.id)
    words = [sa.exists().where(model.enrolment_id == Enrolment.id, Enrolment.cohort_id == Cohort.id) for model in _WORDS]
    old = sa.select(Cohort).where(Cohort.last_day < (now - WORDS_KEPT).date(), sa.or_(*words), ~said).order_by(Cohort.id)
    due = [one for one in db.session.scalars(old).all() if words_until(one.last_day) < day_at(one.place_id, now)]
    for cohort in due:
        with transaction():
            until = words_until(cohort.last_day)
            journal.record("cohort.words_due", cohort.id, place_id=cohort.place_id, at=now, until=until.isoformat())
    return len(due)


def kept(place_id: int, today: date) -> list[Kept]:
    """Every cohort that is over and not purged, the first to go first."""
    over = (
        sa.select(Cohort).where(Cohort.place_id == place_id, Cohort.last_day < today, Cohort.purged_at.is_(None)).order_by(Cohort.last_day)
    )
    return sorted((_kept(cohort) for cohort in db.session.scalars(over).all()), key=lambda one: (one.until, one.cohort.id))


def until_of(cohort: Cohort) -> date:
    """The last day that its evidence is kept: payments are looked at now, and what was said before never shortens."""
    enrolments = db.session.scalars(sa.select(Enrolment).where(Enrolment.cohort_id == cohort.id)).all()
    paid = max([cohort.last_day, *(last_paid(one, cohort) for one in enrolments)])
    return max(end_of_year_after(paid, YEARS), cohort.kept_until or date.min)


def purge(cohort_id: int, *, actor_id: int, now: datetime) -> Kept:
    """Empty what a cohort kept of people, once its time is over. The database refuses it before, whoever asks."""
    with transaction() as session:
        lock(TURNS, cohort_id)
        cohort = session.get_one(Cohort, cohort_id, populate_existing=True)
        if cohort.purged_at is not None:
            raise Refused(AlreadyPurged())
        until = until_of(cohort)
        if until >= day_at(cohort.place_id, now):
            raise Refused(StillKept(until=until))
        cohort.kept_until = until
        session.flush()
        found = _kept(cohort)
        cohort.purged_at = now
        session.flush()
        _empty(cohort_id, now)
        _forget_words(cohort_id)
        bundles.forget_of([cohort_id])
        journal.record(
            "cohort.purged", cohort_id, place_id=cohort.place_id, actor_id=actor_id, at=now,
            papers=found.papers, productions=found.productions, links=found.links, works=found.works, results=found.results,
        )  # fmt: skip
        return found


def purge_words(cohort_id: int, *, actor_id: int, now: datetime) -> Kept:
    """Forget journals, interviews and the team's notes of a cohort, a year after its end."""
    with transaction() as session:
        lock(TURNS, cohort_id)
        cohort = session.get_one(Cohort, cohort_id, populate_existing=True)
        until = words_until(cohort.last_day)
        if until >= day_at(cohort.place_id, now):
            raise Refused(WordsStillKept(until=until))
        found = _kept(cohort)
        _forget_words(cohort_id)
        journal.record(
            "cohort.words_purged", cohort_id, place_id=cohort.place_id, actor_id=actor_id, at=now,
            pages=found.pages, interviews=found.interviews, notes=found.notes,
        )  # fmt: skip
        return found


def _kept(cohort: Cohort) -> Kept:
    return Kept(
        cohort,
        until_of(cohort),
        papers=_count(CoursePaper, *_papers(cohort.id)),
        productions=_count(Production, *_productions(cohort.id)),
        links=_count(SignLink, SignLink.session_id.in_(_sessions(cohort.id))),
        works=_count(Submission, Submission.enrolment_id.in_(_enrolments(cohort.id))),
        results=sum(_count(model, model.enrolment_id.in_(_enrolments(cohort.id))) for model in _RESULTS),
        pages=_count(JournalPage, JournalPage.enrolment_id.in_(_enrolments(cohort.id))),
        interviews=_count(Interview, Interview.enrolment_id.in_(_enrolments(cohort.id))),
        notes=_count(StaffNote, StaffNote.enrolment_id.in_(_enrolments(cohort.id))),
    )


def _count(model: type[Model], *which: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*which)) or 0


def _empty(cohort_id: int, now: datetime) -> None:
    session = db.session()
    session.execute(sa.update(CoursePaper).where(*_papers(cohort_id)).values(content=b"", preview=None, removed_at=now))
    emptied = {"ref": "", "url": "", "commit": "", "words": "…", "answer_words": "", "removed_at": now}
    session.execute(sa.update(Production).where(*_productions(cohort_id)).values(emptied))
    session.execute(sa.delete(SignLink).where(SignLink.session_id.in_(_sessions(cohort_id))))
    works = sa.select(Submission.id).where(Submission.enrolment_id.in_(_enrolments(cohort_id)))
    session.execute(sa.delete(Review).where(Review.submission_id.in_(works)))
    for model in (Submission, *_RESULTS):
        session.execute(sa.delete(model).where(model.enrolment_id.in_(_enrolments(cohort_id))))


def _forget_words(cohort_id: int) -> None:
    session = db.session()
    pages = sa.select(JournalPage.id).where(JournalPage.enrolment_id.in_(_enrolments(cohort_id)))
    session.execute(sa.delete(JournalReader).where(JournalReader.page_id.in_(pages)))
    for model in _WORDS:
        session.execute(sa.delete(model).where(model.enrolment_id.in_(_enrolments(cohort_id))))


def _papers(cohort_id: int) -> Sequence[sa.ColumnElement[bool]]:
    return CoursePaper.cohort_id == cohort_id, CoursePaper.removed_at.is_(None)


def _productions(cohort_id: int) -> Sequence[sa.ColumnElement[bool]]:
    return Production.session_id.in_(_sessions(cohort_id)), Production.removed_at.is_(None)


def _sessions(cohort_id: int) -> sa.Select[int]:
    return sa.select(CourseSession.id).where(CourseSession.cohort_id == cohort_id)


def _enrolments(cohort_id: int) -> sa.Select[int]:
    return sa.select(Enrolment.id).where(Enrolment.cohort_id == cohort_id)
