"""Reads of elections: what is open, who stands, who has voted; counts only of rounds that are over."""

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import Candidate, CourseSession, Election, Enrolment, Tally, Voter
from app.courses.models.trainees import TRAINEE_NAME
from app.courses.rules.elections import WINDOW_MINUTES
from app.members.models import Member


class Person(NamedTuple):
    id: int
    name: str


def elections(cohort_id: int) -> list[Election]:
    rows = sa.select(Election).where(Election.cohort_id == cohort_id).order_by(Election.seat)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def election(election_id: int) -> Election | None:
    return db.session.get(Election, election_id, populate_existing=True)


def electors(cohort_id: int) -> list[Person]:
    """Everybody enrolled now; all may stand, all may vote (R6352-10)."""
    rows = sa.select(Enrolment.id, TRAINEE_NAME).join(Member, Member.id == Enrolment.member_id)
    rows = rows.where(Enrolment.cohort_id == cohort_id, Enrolment.status == "enrolled").order_by(TRAINEE_NAME, Enrolment.id)
    return [Person(*row) for row in db.session.execute(rows)]


def candidates(election_id: int) -> list[Person]:
    rows = (
        sa.select(Enrolment.id, TRAINEE_NAME)
        .join(Candidate, Candidate.enrolment_id == Enrolment.id)
        .join(Member, Member.id == Enrolment.member_id)
        .where(Candidate.election_id == election_id)
        .order_by(TRAINEE_NAME, Enrolment.id)
    )
    return [Person(*row) for row in db.session.execute(rows)]


def on_ballot(election: Election) -> list[Person]:
    """Who may be chosen in the round that is open."""
    chosen = set(tallies(election.id).get(election.round, {}))
    return [one for one in candidates(election.id) if one.id in chosen]


def voters(election_id: int, number: int) -> int:
    count = sa.select(sa.func.count()).select_from(Voter).where(Voter.election_id == election_id, Voter.round == number)
    return int(db.session.scalar(count) or 0)


def has_voted(election: Election, enrolment_id: int) -> bool:
    mine = (Voter.election_id == election.id, Voter.round == election.round, Voter.enrolment_id == enrolment_id)
    return bool(db.session.scalar(sa.select(sa.exists().where(*mine))))


def results(election: Election) -> Mapping[int, Mapping[int, int]]:
    """The counts of each round that is over, by choice: while one votes, nobody sees how it goes."""
    is_open = election.state in ("standing", "voting")
    return {number: votes for number, votes in tallies(election.id).items() if not is_open or number < election.round}


def tallies(election_id: int) -> dict[int, dict[int, int]]:
    rows = sa.select(Tally.round, Tally.choice, Tally.votes).where(Tally.election_id == election_id)
    found: dict[int, dict[int, int]] = {}
    for number, choice, votes in db.session.execute(rows.order_by(Tally.round, Tally.votes.desc(), Tally.choice)):
        found.setdefault(number, {})[choice] = votes
    return found


def window(cohort_id: int) -> list[CourseSession]:
    """The half-days in which the 20th to the 40th hour fall."""
    rows = sa.select(CourseSession).where(CourseSession.cohort_id == cohort_id, CourseSession.state == "planned")
    found, before = [], 0
    for one in db.session.scalars(rows.order_by(CourseSession.starts_at).limit(WINDOW_MINUTES[1] // 210 + 1)):
        length = int((one.ends_at - one.starts_at).total_seconds() // 60)
        if before + length > WINDOW_MINUTES[0] and before < WINDOW_MINUTES[1]:
            found.append(one)
        before += length
    return found
