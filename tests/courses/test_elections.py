"""The delegates' election: two rounds, a secret that the tables themselves keep, one vote for each person."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import transaction
from app.core.journal import JournalEntry
from app.core.mail import OutgoingMail
from app.core.refusals import Refused
from app.courses import checks, models
from app.courses.models import ProgrammeVersion, Tally, Voter
from app.courses.queries import elections as queries
from app.courses.rules.elections import Outcome, must_elect, outcome
from app.courses.services import elections
from tests.courses.cohorts import make_class
from tests.factories import make_member
from tests.pages import text_of


@pytest.mark.parametrize(
    ("votes", "number", "told"),
    [
        ({0: 0, 1: 5, 2: 4}, 1, Outcome(elected=1)),
        ({0: 3, 1: 2, 2: 1}, 1, Outcome(elected=1)),  # blank votes are not votes given
        ({0: 0, 1: 4, 2: 4, 3: 1}, 1, Outcome(again=[1, 2, 3])),
        ({0: 0, 1: 4, 2: 3, 3: 2}, 2, Outcome(elected=1)),
        ({0: 0, 1: 4, 2: 4, 3: 1}, 2, Outcome(again=[1, 2])),
        ({0: 6, 1: 0}, 1, Outcome()),
    ],
)
def test_what_a_round_gives(votes, number, told):
    assert outcome(votes, number) == told


def test_a_course_of_875_hours_elects_and_one_of_490_does_not(session, frozen):
    assert must_elect(875 * 60) and not must_elect(490 * 60) and not must_elect(500 * 60)
    school = make_class(people=2)
    frozen((school.sessions[0].starts_at + timedelta(days=2)).isoformat())  # the worker slept meanwhile
    told = sa.select(sa.func.count()).where(OutgoingMail.kind == "election.due", OutgoingMail.member_id == school.claire.id)
    assert [elections.remind_of_elections(now=clock.now()) for _ in range(2)] == [1, 0]
    assert session.scalar(told) == 1
    with transaction():
        session.get_one(ProgrammeVersion, school.cohort.programme_version_id).minutes = 490 * 60
        session.flush()
    with pytest.raises(Refused) as refused:
        elections.call_election(school.cohort.id, "delegate", actor_id=school.claire.id, now=clock.now())
    assert refused.value.codes == ["no_election"]


def test_two_rounds_are_voted_in_secret_and_the_minutes_say_the_counts(session, log_in):
    school = make_class(people=5)
    people = [enrolment.member for enrolment in school.enrolments]
    page = f"/courses/cohorts/{school.cohort.id}/elections"
    head = log_in(school.claire)
    assert head.post(page, data={"seat": "delegate"}).status_code == 302
    assert head.post(page, data={"seat": "delegate"}).status_code == 422
    row = queries.elections(school.cohort.id)[0]
    gesture = f"/courses/elections/{row.id}"
    for person in people[:3]:
        assert log_in(person).post(f"{gesture}/candidacy").status_code == 302
    assert log_in(people[0]).post(f"{gesture}/opening").status_code == 404
    assert log_in(people[4]).post(f"{gesture}/vote", data={"choice": "0"}).status_code in (302, 422)
    assert log_in(school.claire).post(f"{gesture}/opening").status_code == 302
    ids = [enrolment.id for enrolment in school.enrolments]
    for person, choice in zip(people, (ids[0], ids[0], ids[1], ids[1], ids[2]), strict=True):
        assert log_in(person).post(f"{gesture}/vote", data={"choice": choice}).status_code == 302
    again = log_in(people[0]).post(f"{gesture}/vote", data={"choice": ids[0]})
    assert (again.status_code, "déjà voté" in text_of(again)) == (422, True)
    during = text_of(log_in(school.claire).get(page))
    assert "5 sur 5 ont voté" in during and "Tour 1" not in during  # nobody reads the counts of a vote that is open
    assert log_in(make_member("Luc")).get(page).status_code == 404

    # The secret: nothing but the count is common to the two tables, and every sum was last written by the same gesture.
    own = {column.name for column in Voter.__table__.columns}
    assert own == {"election_id", "round", "enrolment_id"} and not [name for name in own if name.endswith("_at")]
    assert {column.name for column in Tally.__table__.columns} == {"election_id", "round", "choice", "votes"}
    holders = [model for model in vars(models).values() if hasattr(model, "__table__") and "election" in model.__tablename__]
    assert {model.__tablename__ for model in holders} == {
        "course_election", "course_election_candidate", "course_election_voter", "course_election_tally"
    }  # fmt: skip
    assert queries.tallies(row.id) == {1: {ids[0]: 2, ids[1]: 2, ids[2]: 1, 0: 0}}
    told = session.scalars(sa.select(JournalEntry).where(JournalEntry.event.like("election.%"), JournalEntry.subject_id == row.id)).all()
    assert not [entry for entry in told if "vote" in entry.event or entry.facts.get("choice")]
    if session.get_bind().dialect.name == "postgresql":
        assert session.scalar(sa.text("SELECT count(DISTINCT xmin::text) FROM course_election_tally")) == 1

    log_in(school.claire).post(f"{gesture}/closing")
    for person, choice in zip(people, (ids[0], ids[1], ids[1], 0, ids[1]), strict=True):
        elections.vote(row.id, choice, member_id=person.id)
    assert list(checks.elections(session)) == []
    assert log_in(people[0]).get(f"{gesture}/minutes.pdf").status_code == 404
    log_in(school.claire).post(f"{gesture}/closing")
    session.refresh(row)
    assert (row.state, row.elected_id, row.round) == ("elected", ids[1], 2)
    paper = elections.minutes_paper(row)
    assert (paper.title, paper.tables[1].rows[0], paper.tables[1].rows[-1]) == (
        "Procès-verbal d’élection", (people[1].name, "3"), ("Votantes et votants", "5 sur 5"),
    )  # fmt: skip
    minutes = log_in(people[0]).get(f"{gesture}/minutes.pdf").data
    assert minutes.startswith(b"%PDF") and minutes == log_in(school.samir).get(f"{gesture}/minutes.pdf").data
    with pytest.raises(Refused):
        elections.vote(row.id, 0, member_id=people[0].id)

    other = elections.call_election(school.cohort.id, "substitute", actor_id=school.claire.id, now=clock.now())
    elections.open_vote(other.id, actor_id=school.claire.id, now=clock.now())
    assert (other.state, elections.minutes_paper(other).title) == ("none", "Procès-verbal de carence")
