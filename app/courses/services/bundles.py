"""Many papers at once: asked for from a page, made by the worker a few at a time, taken away by who asked, and forgotten after some days.

What is made is kept, so a worker that is killed goes on where it stopped. All the papers of a bundle tell one state of the chain: an event
that comes meanwhile has them made again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, insert_unless_there, lock, transaction
from app.core.refusals import Refused
from app.courses.models import AttendanceChain, Bundle, BundlePaper, Cohort
from app.courses.rules.bundles import NothingToBundle
from app.courses.services.audit import Maker, audit_papers, certificate_papers, statement_papers
from app.courses.services.documents import zipped

KEPT = timedelta(days=7)
AT_ONCE = 8  # papers made between two looks at the other work
MOST_TRIES = 5  # rounds that made nothing: the worker stopped in each of them
TURNS = 7256  # whose turn it is to ask for a bundle


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a bundle has come."""

    made: int
    expected: int


def ask(cohort: Cohort, *, kind: str, actor_id: int, now: datetime, month: date | None = None, with_grades: bool = False) -> Bundle:
    """Ask for many papers. Asked again while they are being made: the same bundle."""
    month = month.replace(day=1) if month else None
    wanted = {"cohort_id": cohort.id, "kind": kind, "month": month, "with_grades": with_grades, "asked_by_id": actor_id}
    with transaction() as session:
        lock(TURNS, actor_id)
        under_way = sa.select(Bundle).where(_is_under_way()).filter_by(**wanted)
        if (found := session.scalars(under_way).first()) is not None:
            return found
        bundle = Bundle(place_id=cohort.place_id, asked_at=now, expected=0, **wanted)
        papers = _papers(bundle)
        if not papers:
            raise Refused(NothingToBundle())
        bundle.expected = len(papers)
        session.add(bundle)
        session.flush()
        journal.record("bundle.asked", bundle.id, place_id=cohort.place_id, actor_id=actor_id, at=now, kind=kind, cohort=cohort.id)
        return bundle


def of_person(cohort_id: int, member_id: int) -> Sequence[Bundle]:
    """What somebody asked for of a cohort, the last first."""
    mine = sa.select(Bundle).where(Bundle.cohort_id == cohort_id, Bundle.asked_by_id == member_id)
    return db.session.scalars(mine.order_by(Bundle.id.desc())).all()


def progress_of(bundle: Bundle) -> Progress:
    made = bundle.expected if bundle.finished_at else len(_made(bundle, _rank(bundle.cohort_id)))
    return Progress(made, max(bundle.expected, made))


def expires_at(bundle: Bundle) -> datetime:
    return (bundle.finished_at or bundle.asked_at) + KEPT


def take(bundle_id: int, *, actor_id: int, now: datetime) -> bytes | None:
    """Its file, and a line in the journal; none before it is made, and after its days."""
    with transaction() as session:
        bundle = session.get_one(Bundle, bundle_id)
        if bundle.content is None or expires_at(bundle) <= now:
            return None
        journal.record("bundle.taken", bundle.id, place_id=bundle.place_id, actor_id=actor_id, at=now, cohort=bundle.cohort_id)
        return bundle.content


# ---------------------------------------------------------------- the worker's share


def go_on_with_bundles(*, now: datetime) -> int:
    """Make some more papers of each bundle that was asked for: how many."""
    due = sa.select(Bundle.id).where(_is_under_way()).order_by(Bundle.id)
    return sum(go_on(bundle_id, now=now) for bundle_id in db.session.scalars(due).all())


def go_on(bundle_id: int, *, now: datetime, most: int = AT_ONCE) -> int:
    """Make some more papers of a bundle, each once; how many. The last one closes it."""
    bundle = db.session.get_one(Bundle, bundle_id, populate_existing=True)
    if not _counts_as_a_try(bundle, now=now):
        return 0
    rank = _rank(bundle.cohort_id)
    papers, made = _papers(bundle), _made(bundle, rank)
    missing = [name for name in papers if name not in made]
    _keep(bundle, {name: papers[name]() for name in missing[:most]}, rank=rank, expected=len(papers))
    if len(missing) <= most:
        _close(bundle_id, list(papers), rank=rank, now=now)
    return max(1, len(missing[:most]))


def forget_old(*, now: datetime) -> int:
    """Remove the bundles whose days are over, and those that were never made: how many."""
    old = sa.select(Bundle.id).where(sa.func.coalesce(Bundle.finished_at, Bundle.asked_at) <= now - KEPT)
    return forget(db.session.scalars(old).all())


def forget_of(cohort_ids: Sequence[int]) -> int:
    """Remove what was gathered of these cohorts: somebody of them is erased, or their evidence is."""
    return forget(db.session.scalars(sa.select(Bundle.id).where(Bundle.cohort_id.in_(cohort_ids))).all())


def forget(bundle_ids: Sequence[int]) -> int:
    if bundle_ids:
        with transaction() as session:
            session.execute(sa.delete(BundlePaper).where(BundlePaper.bundle_id.in_(bundle_ids)))
            session.execute(sa.delete(Bundle).where(Bundle.id.in_(bundle_ids)))
    return len(bundle_ids)


# ---------------------------------------------------------------- private


def _is_under_way() -> sa.ColumnElement[bool]:
    return sa.and_(Bundle.finished_at.is_(None), Bundle.given_up_at.is_(None))


def _papers(bundle: Bundle) -> Mapping[str, Maker]:
    """All its papers by name, and how each is made."""
    match bundle.kind:
        case "evidence":
            return audit_papers(bundle.cohort_id, now=bundle.asked_at, with_grades=bundle.with_grades)
        case "statements":
            return statement_papers(bundle.cohort_id, bundle.month, now=bundle.asked_at) if bundle.month else {}
        case _:
            return certificate_papers(bundle.cohort_id)


def _rank(cohort_id: int) -> int:
    """How many events the cohort's chain has."""
    return db.session.scalar(sa.select(AttendanceChain.length).where(AttendanceChain.cohort_id == cohort_id)) or 0


def _made(bundle: Bundle, rank: int) -> set[str]:
    names = sa.select(BundlePaper.name).where(BundlePaper.bundle_id == bundle.id, BundlePaper.rank == rank)
    return set(db.session.scalars(names))


def _counts_as_a_try(bundle: Bundle, *, now: datetime) -> bool:
    """A paper that stops the worker each time must not stop it for ever: after some rounds, the bundle is given up."""
    with transaction() as session:
        row = session.get_one(Bundle, bundle.id, with_for_update=True, populate_existing=True)
        if row.finished_at is not None or row.given_up_at is not None:
            return False
        row.tries += 1
        if row.tries > MOST_TRIES:
            row.given_up_at = now
        session.flush()
        return row.given_up_at is None


def _keep(bundle: Bundle, papers: Mapping[str, bytes], *, rank: int, expected: int) -> None:
    """What was made; what tells an older state of the chain goes."""
    with transaction() as session:
        session.execute(sa.delete(BundlePaper).where(BundlePaper.bundle_id == bundle.id, BundlePaper.rank < rank))
        rows = [
            {"bundle_id": bundle.id, "name": name, "rank": rank, "place_id": bundle.place_id, "content": content}
            for name, content in papers.items()
        ]
        if rows:
            session.execute(insert_unless_there(BundlePaper), rows)
        bundle.tries, bundle.expected = 0, expected
        session.flush()


def _close(bundle_id: int, names: Sequence[str], *, rank: int, now: datetime) -> None:
    """All its papers in one file, unless an event came meanwhile; who asked is told."""
    content = zipped(_contents(bundle_id, names, rank))
    with transaction() as session:
        bundle = session.get_one(Bundle, bundle_id, with_for_update=True, populate_existing=True)
        if bundle.finished_at is not None or _rank(bundle.cohort_id) != rank:
            return
        bundle.content, bundle.finished_at = content, now
        session.execute(sa.delete(BundlePaper).where(BundlePaper.bundle_id == bundle_id))
        session.flush()
        told = {"place_id": bundle.place_id, "actor_id": bundle.asked_by_id, "member_id": bundle.asked_by_id}
        journal.record("bundle.ready", bundle.id, at=now, papers=len(names), **told)


def _contents(bundle_id: int, names: Sequence[str], rank: int) -> dict[str, bytes]:
    rows = sa.select(BundlePaper.name, BundlePaper.content).where(BundlePaper.bundle_id == bundle_id, BundlePaper.rank == rank)
    found = {row.name: row.content for row in db.session.execute(rows)}
    return {name: found[name] for name in names}
