"""The end of the legal time of a cohort's evidence: proposed by the lieu, done by the manager, never before; the chain stays verifiable.

Three years from the end of the year of the last payment (certificat de réalisation; C. trav. L6362-2). What goes is what says something
of somebody: scans, what was produced, personal links. Events stay: they hold ids and fingerprints only; so do certificates, which are numbered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.courses.models import Cohort, CoursePaper, CourseSession, Enrolment, Production, SignLink
from app.courses.rules.retention import AlreadyPurged, StillKept
from app.courses.services import bundles
from app.courses.services.erasing import YEARS, last_paid
from app.members.rules import end_of_year_after
from app.place.queries import day_at

TURNS = 7257  # whose turn it is to purge a cohort


@dataclass(frozen=True, slots=True)
class Kept:
    """A cohort that is over, until when its evidence is kept, and how much of it there is."""

    cohort: Cohort
    until: date
    papers: int
    productions: int
    links: int

    @property
    def is_empty(self) -> bool:
        return not (self.papers or self.productions or self.links)


def propose(*, now: datetime) -> int:
    """Cohorts whose time is over since yesterday, said once to the manager: how many."""
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
        _empty(cohort_id, now)
        bundles.forget_of([cohort_id])
        cohort.purged_at = now
        session.flush()
        journal.record(
            "cohort.purged", cohort_id, place_id=cohort.place_id, actor_id=actor_id, at=now,
            papers=found.papers, productions=found.productions, links=found.links,
        )  # fmt: skip
        return found


def _kept(cohort: Cohort) -> Kept:
    session = db.session
    return Kept(
        cohort,
        until_of(cohort),
        papers=session.scalar(sa.select(sa.func.count(CoursePaper.id)).where(*_papers(cohort.id))) or 0,
        productions=session.scalar(sa.select(sa.func.count(Production.id)).where(*_productions(cohort.id))) or 0,
        links=session.scalar(sa.select(sa.func.count(SignLink.id)).where(SignLink.session_id.in_(_sessions(cohort.id)))) or 0,
    )


def _empty(cohort_id: int, now: datetime) -> None:
    session = db.session()
    session.execute(sa.update(CoursePaper).where(*_papers(cohort_id)).values(content=b"", preview=None, removed_at=now))
    emptied = {"ref": "", "url": "", "commit": "", "words": "…", "answer_words": "", "removed_at": now}
    session.execute(sa.update(Production).where(*_productions(cohort_id)).values(emptied))
    session.execute(sa.delete(SignLink).where(SignLink.session_id.in_(_sessions(cohort_id))))


def _papers(cohort_id: int) -> Sequence[sa.ColumnElement[bool]]:
    return CoursePaper.cohort_id == cohort_id, CoursePaper.removed_at.is_(None)


def _productions(cohort_id: int) -> Sequence[sa.ColumnElement[bool]]:
    return Production.session_id.in_(_sessions(cohort_id)), Production.removed_at.is_(None)


def _sessions(cohort_id: int) -> sa.Select[int]:
    return sa.select(CourseSession.id).where(CourseSession.cohort_id == cohort_id)
