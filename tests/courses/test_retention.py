"""Evidence is kept for its legal time: undeletable before, purged by the manager after, and the chain stays verifiable."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.courses import checks, services
from app.courses.models import (
    BlockTest,
    Cohort,
    Competence,
    CoursePaper,
    CourseSession,
    Interview,
    JournalPage,
    JournalReader,
    Mastery,
    Production,
    Review,
    StaffNote,
    Submission,
)
from app.courses.rules.distance import Made
from app.courses.rules.learning import Verdict
from app.courses.services import distance, drawer, evidence, retention
from tests.courses.cohorts import make_class
from tests.courses.test_attendance import refused
from tests.factories import PARIS
from tests.pages import text_of

TUESDAY = date(2027, 3, 2)
NIGHT = datetime(2027, 3, 2, 21, 0, tzinfo=PARIS)
LAST_DAY = datetime(2030, 12, 31, 12, 0, tzinfo=PARIS)  # three years from the end of 2027
AFTER = datetime(2031, 1, 1, 12, 0, tzinfo=PARIS)


@pytest.fixture
def school(session):
    """A person, a half-day at distance with what was produced, and a paper in the drawer."""
    made = make_class(people=1, days=(TUESDAY,))
    with transaction():
        morning = db.session.get_one(CourseSession, made.at("2027-03-02").id)
        morning.where_, morning.room_id = "distance", None
    distance.say(morning.id, member_id=made.enrolments[0].member_id, made=Made(words="un site"), now=NIGHT)
    drawer.store(
        kind="absence", cohort_id=made.cohort.id, place_id=made.place.id, enrolment_id=made.enrolments[0].id, first_day=TUESDAY,
        last_day=TUESDAY, content=b"paper", media_type="image/png", category="illness", actor_id=made.ines.id, now=NIGHT,
    )  # fmt: skip
    return made


def by_hand(gesture: str) -> None:
    with transaction() as session:
        session.execute(sa.text(gesture))


def test_nothing_goes_before_its_time_whoever_asks(school):
    for gesture in (
        "UPDATE course_paper SET content = '', preview = NULL, removed_at = '2030-12-31 12:00:00.000000+00'",
        "UPDATE course_paper SET removed_at = '2031-01-02 12:00:00.000000+00'",
        "UPDATE course_production SET ref = '', words = '…', removed_at = '2031-01-02 12:00:00.000000+00'",
        "UPDATE course_cohort SET kept_until = '2029-12-31'",
        "DELETE FROM course_paper",
    ):
        with pytest.raises(sa.exc.IntegrityError):
            by_hand(gesture)
    assert retention.propose(now=LAST_DAY) == 0
    assert refused(retention.purge, school.cohort.id, actor_id=school.ines.id, now=LAST_DAY) == ["still_kept"]
    assert [*checks.guard(db.session())] == []


def test_once_its_time_is_over_the_manager_purges_and_the_chain_stays_verifiable(school, log_in, frozen):
    [one] = retention.kept(school.place.id, date(2027, 3, 3))
    assert (one.until, one.papers, one.productions, one.links) == (date(2030, 12, 31), 1, 1, 0)
    assert (retention.propose(now=AFTER), retention.propose(now=AFTER)) == (1, 0)
    with pytest.raises(sa.exc.IntegrityError):
        by_hand("UPDATE course_cohort SET kept_until = '2030-11-30'")
    with pytest.raises(sa.exc.IntegrityError):
        by_hand("UPDATE course_paper SET content = 'other', removed_at = '2031-01-02 12:00:00.000000+00'")

    frozen("2031-01-01T12:00+01:00")
    client = log_in(school.ines)
    assert "à effacer" in client.get("/manage/evidence/").text
    assert log_in(school.samir).get("/manage/evidence/").status_code in (403, 404)
    done = log_in(school.ines).post(f"/manage/evidence/{school.cohort.id}/purge", follow_redirects=True)
    assert "La chaîne d’émargement reste vérifiable" in done.text

    db.session.expire_all()
    paper = db.session.scalars(sa.select(CoursePaper)).one()
    assert (paper.content, paper.preview, len(paper.sha256)) == (b"", None, 64) and paper.removed_at
    assert [(row.words, row.url) for row in db.session.scalars(sa.select(Production))] == [("…", "")]
    assert evidence.verify(school.cohort.id) is None
    assert [*checks.chains(db.session()), *checks.states(db.session()), *checks.productions(db.session())] == []
    line = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == "cohort.purged")).one()
    assert line.facts == {"papers": 1, "productions": 1, "links": 0, "works": 0, "results": 0} and line.actor_id == school.ines.id
    assert refused(retention.purge, school.cohort.id, actor_id=school.ines.id, now=AFTER) == ["already_purged"]
    assert db.session.get_one(Cohort, school.cohort.id).purged_at and retention.kept(school.place.id, date(2031, 1, 2)) == []


def test_words_go_a_year_after_and_work_with_the_evidence(school, log_in, frozen, post):
    one, samir, claire = school.enrolments[0], school.samir.id, school.claire.id
    work = services.ask_work(
        school.cohort.id, title="Affiche", brief="", criteria=["Sens"], due_at=NIGHT, peers=False, actor_id=samir, now=NIGHT
    )
    sent = services.hand_in(work.id, enrolment_id=one.id, url="https://codeberg.org/j/a", commit="f" * 40, note="", now=NIGHT)
    services.review(sent.id, verdicts=[Verdict("Sens", acquired=True)], comment="", reviewer_id=samir, by_peer=False, now=NIGHT)
    services.record_test(one.id, block_code="B1", taken_on=TUESDAY, passed=True, comment="", assessor_id=samir, now=NIGHT)
    skill = db.session.scalars(sa.select(Competence.id)).one()
    services.assess(one.id, competence_id=skill, level=3, by_self=False, evidence="", assessor_id=samir, now=NIGHT)
    services.write_journal(one.id, week=date(2027, 3, 1), text="ma semaine", readers="trainers", also=[claire], now=NIGHT)
    services.note_interview(one.id, kind="mid", held_on=TUESDAY, said="mot", decided="", held_by_id=samir, now=NIGHT)
    services.write_note(one.id, text="note", author_id=samir, now=NIGHT)
    for table, column in (("submission", "note"), ("review", "comment"), ("block_test", "comment"), ("mastery", "evidence")):
        for gesture in (f"DELETE FROM course_{table}", f"UPDATE course_{table} SET {column} = 'autre'"):
            with pytest.raises(sa.exc.IntegrityError):
                by_hand(gesture)
    with pytest.raises(sa.exc.IntegrityError):
        by_hand("UPDATE course_cohort SET purged_at = '2027-12-31 12:00:00.000000+00'")

    assert refused(retention.purge_words, school.cohort.id, actor_id=claire, now=datetime(2028, 3, 2, 12, tzinfo=PARIS)) == [
        "words_still_kept"
    ]
    post()
    frozen("2028-03-03T12:00+01:00")
    assert (retention.propose(now=clock.now()), retention.propose(now=clock.now())) == (1, 0)
    assert [mail["Subject"] for mail in post()] == [f"Des journaux et des entretiens à effacer : {school.cohort.name}"]
    page = text_of(log_in(school.ines).get("/manage/evidence/"))
    assert "une page de journal, un entretien et une note de l’équipe, jusqu’au 2 mars 2028" in page and "un travail rendu" in page
    done = log_in(school.ines).post(f"/manage/evidence/{school.cohort.id}/words", follow_redirects=True)
    assert "sont effacés" in done.text and "page de journal" not in done.text and "un travail rendu" in done.text
    for model in (JournalPage, JournalReader, Interview, StaffNote):
        assert db.session.scalars(sa.select(model)).all() == []

    retention.purge(school.cohort.id, actor_id=school.ines.id, now=AFTER)
    assert [row for gone in (Submission, Review, Mastery, BlockTest) for row in db.session.scalars(sa.select(gone))] == []
    assert [*checks.guard(db.session()), *checks.productions(db.session())] == []
