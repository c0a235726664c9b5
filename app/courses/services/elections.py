"""The delegates' election: called, stood for, voted once by each person, counted when it closes."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core import journal, mail
from app.core.db import db, insert_unless_there, lock, transaction
from app.core.refusals import Refused
from app.courses.models import Candidate, Cohort, CohortTrainer, Election, Enrolment, ProgrammeVersion, Tally, Voter
from app.courses.papers import elections as papers
from app.courses.papers.presence import Document
from app.courses.queries import elections as queries
from app.courses.rules import elections as rules
from app.courses.services.documents import house_of, title_of
from app.place.models import Place
from app.place.queries import day_at

TURNS = 7252  # whose turn it is in an election
FIRST_WEEK = timedelta(days=6)  # since the first day of the course


def call_election(cohort_id: int, seat: str, *, actor_id: int, now: datetime) -> Election:
    """Candidacies are open."""
    with transaction() as session:
        cohort = session.get_one(Cohort, cohort_id)
        lock(TURNS, cohort_id)
        if not must_elect(cohort):
            raise Refused(rules.NoElectionNeeded())
        if any(one.seat == seat for one in queries.elections(cohort_id)):
            raise Refused(rules.ElectionCalled())
        row = Election(place_id=cohort.place_id, cohort_id=cohort_id, seat=seat, called_at=now)
        session.add(row)
        session.flush()
        _tell("election.called", row, actor_id=actor_id, now=now)
        return row


def stand(election_id: int, *, member_id: int, now: datetime) -> None:
    """Or no longer stand, when one already does."""
    with transaction() as session:
        row, enrolment_id = _turn_of(election_id), _elector(election_id, member_id)
        if row.state != "standing":
            raise Refused(rules.NotStandingNow())
        known = session.get(Candidate, (row.id, enrolment_id))
        if known is None:
            session.add(Candidate(election_id=row.id, enrolment_id=enrolment_id, stood_at=now))
        else:
            session.delete(known)
        session.flush()
        _tell("election.stood" if known is None else "election.stood_down", row, actor_id=member_id, now=now)


def open_vote(election_id: int, *, actor_id: int, now: datetime) -> Election:
    """The vote begins; without a candidate there is none, and it says so (carence)."""
    with transaction() as session:
        row = _turn_of(election_id)
        if row.state != "standing":
            raise Refused(rules.NotStandingNow())
        standing = [one.id for one in queries.candidates(row.id)]
        row.electors = len(queries.electors(row.cohort_id))
        if standing:
            row.state, row.opened_at = "voting", now
            _open_round(row, standing)
        else:
            row.state, row.closed_at = "none", now
        session.flush()
        _tell("election.opened" if standing else "election.closed", row, actor_id=actor_id, now=now)
        return row


def vote(election_id: int, choice: int, *, member_id: int) -> None:
    """Once for each person and round. What was chosen goes into the sums, and nowhere else."""
    with transaction() as session:
        row, enrolment_id = _turn_of(election_id), _elector(election_id, member_id)
        if row.state != "voting":
            raise Refused(rules.NotVotingNow())
        of_round = (Tally.election_id == row.id, Tally.round == row.round)
        if choice not in session.scalars(sa.select(Tally.choice).where(*of_round)).all():
            raise Refused(rules.NotACandidate())
        given = insert_unless_there(Voter).values(election_id=row.id, round=row.round, enrolment_id=enrolment_id)
        if session.execute(given.returning(Voter.enrolment_id)).first() is None:
            raise Refused(rules.AlreadyVoted())
        one_more = Tally.votes + sa.case((Tally.choice == choice, 1), else_=0)  # every sum is written, whatever was chosen
        session.execute(sa.update(Tally).where(*of_round).values(votes=one_more).execution_options(synchronize_session=False))


def close_round(election_id: int, *, actor_id: int, now: datetime) -> Election:
    """Count: somebody is elected, or another round opens, or there is nobody."""
    with transaction() as session:
        row = _turn_of(election_id)
        if row.state != "voting":
            raise Refused(rules.NotVotingNow())
        told = rules.outcome(queries.tallies(row.id)[row.round], row.round)
        if told.again:
            row.round += 1
            _open_round(row, list(told.again))
        else:
            row.state, row.elected_id, row.closed_at = ("elected" if told.elected else "none"), told.elected, now
        session.flush()
        _tell("election.again" if told.again else "election.closed", row, actor_id=actor_id, now=now)
        return row


def remind_of_elections(*, now: datetime) -> int:
    """In the first week of a course of more than 500 hours, whoever heads it is told, once, that an election is to be held."""
    around = (now.date() - FIRST_WEEK - timedelta(days=1), now.date() + timedelta(days=1))  # the lieu's day may be another one
    rows = sa.select(Cohort).where(Cohort.state == "running", Cohort.first_day.between(*around))
    told = 0
    for cohort in db.session.scalars(rows).all():
        today = day_at(cohort.place_id, now)
        is_first_week = today - FIRST_WEEK <= cohort.first_day <= today
        if is_first_week and must_elect(cohort) and not queries.elections(cohort.id):
            heads = sa.select(CohortTrainer.member_id).where(CohortTrainer.cohort_id == cohort.id, CohortTrainer.is_head)
            for member_id in db.session.scalars(heads).all():
                about: dict[str, Any] = {"member_id": member_id, "place_id": cohort.place_id, "facts": {"subject": cohort.id}}
                told += mail.queue("election.due", fact=f"election:{cohort.id}:{member_id}", now=now, **about)
    return told


def must_elect(cohort: Cohort) -> bool:
    return rules.must_elect(db.session.get_one(ProgrammeVersion, cohort.programme_version_id).minutes)


def minutes_paper(row: Election) -> Document:
    """Procès-verbal d'élection, or de carence."""
    cohort, place = db.session.get_one(Cohort, row.cohort_id), db.session.get_one(Place, row.place_id)
    names = {one.id: one.name for one in queries.candidates(row.id)}
    results = queries.results(row)
    return papers.minutes(
        house_of(place),
        course=title_of(cohort),
        cohort=cohort.name,
        seat=rules.SEATS[row.seat],
        electors=row.electors,
        candidates=list(names.values()),
        rounds=[
            (queries.voters(row.id, number), [(names.get(choice, "Blancs"), votes) for choice, votes in of_round.items()])
            for number, of_round in results.items()
        ],
        elected=names.get(row.elected_id or 0, ""),
        opened_at=row.opened_at,
        closed_at=row.closed_at or row.called_at,
        zone=place.tz,
    )


# ---------------------------------------------------------------- private


def _turn_of(election_id: int) -> Election:
    row = db.session.get_one(Election, election_id)
    lock(TURNS, row.cohort_id)
    db.session.refresh(row)
    return row


def _elector(election_id: int, member_id: int) -> int:
    mine = sa.select(Enrolment.id).join(Election, Election.cohort_id == Enrolment.cohort_id)
    mine = mine.where(Election.id == election_id, Enrolment.member_id == member_id, Enrolment.status == "enrolled")
    found = db.session.scalar(mine)
    if found is None:
        raise Refused(rules.NotAnElector())
    return int(found)


def _open_round(row: Election, choices: list[int]) -> None:
    db.session.add_all(Tally(election_id=row.id, round=row.round, choice=choice, votes=0) for choice in [rules.BLANK, *choices])
    db.session.flush()


def _tell(event: str, row: Election, *, actor_id: int, now: datetime) -> None:
    journal.record(event, row.id, place_id=row.place_id, actor_id=actor_id, at=now)
