"""What must be true of presence, whoever wrote it: looked at each night, without trusting any guard."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.db import table
from app.courses.models import Attendance, AttendanceEvent, Certificate, Tally, Voter
from app.courses.rules.replay import Act, Told, replayed
from app.courses.services import evidence

_EVENT, _ATTENDANCE = table(AttendanceEvent), table(Attendance)
_ACTS = (
    sa.select(*(_EVENT.c[name] for name in ("rank", "kind", "session_id", "enrolment_id", "facts")))
    .where(_EVENT.c.session_id.is_not(None))
    .order_by(_EVENT.c.cohort_id, _EVENT.c.rank)
)
_KEPT = sa.select(*(_ATTENDANCE.c[name] for name in ("enrolment_id", "session_id", *Told.__slots__)))
_GUARDED = (
    *("course_attendance_event", "course_attendance_anchor", "course_certificate", "course_attendance_chain"),
    *("course_paper", "course_production", "course_cohort"),
    *("course_submission", "course_review", "course_mastery", "course_block_test"),
)
_GUARDS = 23  # triggers on them, those of TRUNCATE aside


def guard(session: Session) -> Iterator[str]:
    """The database's own refusal to change the evidence is in place."""
    if session.get_bind().dialect.name == "postgresql":
        query = """
            SELECT count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
            WHERE relname = ANY(:tables) AND NOT tgisinternal AND tgenabled <> 'D' AND tgname NOT LIKE '%\\_truncate'"""
        number = session.scalar(sa.text(query), {"tables": list(_GUARDED)})
    else:
        named = sa.text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :tables")
        number = session.scalar(named.bindparams(sa.bindparam("tables", expanding=True)), {"tables": list(_GUARDED)})
    if number != _GUARDS:
        yield "La base ne protège plus les preuves d’émargement\u00a0: un de ses garde-fous a disparu."


def chains(_session: Session) -> Iterator[str]:
    """Every chain is whole."""
    for cohort, broken in evidence.broken_chains():
        yield evidence.told(cohort, broken)


def productions(_session: Session) -> Iterator[str]:
    """What was said to be produced at distance is what the chain keeps the fingerprint of."""
    yield from map(evidence.told_of_production, evidence.tampered_productions())


def states(session: Session) -> Iterator[str]:
    """What is kept of each half-day is what its events say."""
    said = replayed(Act(*row) for row in session.execute(_ACTS))
    kept = {(row.enrolment_id, row.session_id): Told(*row[2:]) for row in session.execute(_KEPT)}
    for enrolment_id, session_id in sorted(pair for pair in said.keys() | kept.keys() if said.get(pair, Told()) != kept.get(pair))[
        : evidence.NAMED
    ]:
        yield f"La présence de l’inscription {enrolment_id} à la séance {session_id} n’est pas ce qu’en disent ses événements."


def certificates(session: Session) -> Iterator[str]:
    """Numbers follow each other without gap, in each lieu and year."""
    series = sa.select(Certificate.place_id, Certificate.year, sa.func.count(), sa.func.max(Certificate.rank))
    for _place, year, number, last in session.execute(series.group_by(Certificate.place_id, Certificate.year)):
        if number != last:
            yield f"Il manque un numéro aux certificats de {year}\u00a0: {number} certificats, et le dernier porte le numéro {last}."


def elections(session: Session) -> Iterator[str]:
    """As many votes as people who voted, in each round."""
    given = sa.select(Voter.election_id, Voter.round, sa.func.count()).group_by(Voter.election_id, Voter.round)
    counted = sa.select(Tally.election_id, Tally.round, sa.func.sum(Tally.votes)).group_by(Tally.election_id, Tally.round)
    voters = {(row[0], row[1]): row[2] for row in session.execute(given)}
    for election_id, number, votes in session.execute(counted):
        if votes != voters.get((election_id, number), 0):
            yield f"Au tour {number} de l’élection {election_id}, il y a {votes} voix pour {voters.get((election_id, number), 0)} votants."
