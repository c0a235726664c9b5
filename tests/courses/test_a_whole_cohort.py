"""Cohort A from application to certificate and BPF, 1 February to 30 July 2027; every figure was computed by hand.

who       | what happened                                               | planned | done   | justified | unjustified
----------|-------------------------------------------------------------|---------|--------|-----------|------------
P01       | 2 March, arrives at 9:20                                    | 875:00  | 874:40 |           | 0:20
P02       | 2 March, afternoon, ill, with a paper                       | 875:00  | 871:30 | 3:30      |
P03       | leaves for a job after the morning of 16 April              | 374:30  | 374:30 |           |
P04       | 2 March, « late by an hour », corrected: by half an hour    | 875:00  | 874:30 |           | 0:30
P05…P12   | always there; P05 takes the ECF of BC01 twice               | 875:00  | 875:00 |           |
P13       | from the waiting list, replaces P03 from 19 April           | 497:00  | 497:00 |           |
together  | the week of 8 March is signed on paper by everybody         | 10496:30| 10492:10| 3:30     | 0:50

On PostgreSQL, without the gestures of ordinary days; a cohort through all its doors, on SQLite: journeys/test_a_cohort_of_twelve.
"""

import io
import zipfile
from datetime import date, time

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import db, transaction
from app.courses import models, queries, services
from app.courses.models import AttendanceEvent, CourseSession, Enrolment
from app.courses.queries import listening as voices
from app.courses.queries import presence
from app.courses.queries.year import of_year
from app.courses.rules.elections import BLANK
from app.courses.rules.minutes import Minutes
from app.courses.services import absences, certificates, closing, drawer, elections, evidence, listening
from app.courses.services.audit import audit_file
from app.courses.services.closing import Mark
from tests.courses.cohorts import Class, local
from tests.courses.test_attendance_drawer import png
from tests.factories import make_member

TUESDAY, PAPER = date(2027, 3, 2), (date(2027, 3, 8), date(2027, 3, 12))


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_whole_cohort_from_application_to_certificate(course, session, frozen):
    frozen("2026-12-10T10:00+01:00")
    cohort, by = course.cohort(), {"actor_id": course.manager.id}
    people = [make_member(f"P{number:02d}") for number in range(1, 14)]
    asked = [
        services.apply(cohort.id, member_id=one.id, situation="job_seeker", motivation="m", experience="", needs="", now=clock.now())
        for one in people
    ]
    for row in asked:
        decision = "waiting" if row is asked[-1] else "accepted"
        services.decide(row.id, decision=decision, reason="", now=clock.now(), **by)
    enrolments = [services.enrol_applicant(row.id, now=clock.now(), **by) for row in asked[:-1]]
    course.pour(cohort, trainer=course.samir)
    services.start_cohort(cohort.id, now=clock.now(), **by)
    sessions = list(session.scalars(sa.select(CourseSession).where(CourseSession.cohort_id == cohort.id).order_by(CourseSession.starts_at)))
    school = Class(course.place, cohort, course.samir, course.samir, course.manager, enrolments, sessions)
    p1, p2, p3, p4, p5, *_others = enrolments

    _vote(cohort.id, enrolments, **by)
    _answer(cohort.id, enrolments)

    morning, afternoon = school.at("2027-03-02"), school.at("2027-03-02", "afternoon")
    school.sign(morning)
    school.close(morning, {p1.id: Mark(is_present=True, late=20), p4.id: Mark(is_present=True, late=60)})
    school.sign(afternoon, *(one for one in enrolments if one is not p2))
    school.close(afternoon)
    evening = local(TUESDAY, time(18))
    corrected = Mark(is_present=True, late=30)
    closing.mark(session_id=morning.id, enrolment_id=p4.id, actor_id=course.samir.id, mark=corrected, reason="lu de travers", now=evening)
    absences.justify(session_id=afternoon.id, enrolment_id=p2.id, category="illness", now=evening, **by)

    friday = local(PAPER[1], time(18))
    paper = drawer.keep_sheet(
        cohort_id=cohort.id, place_id=course.place.id, first_day=PAPER[0], last_day=PAPER[1], content=png(), now=friday, **by
    )
    signed = {one.id: [row.id for row in enrolments] for one in sessions if PAPER[0] <= one.day <= PAPER[1]}
    assert drawer.validate_sheet(paper.id, present=signed, absent={}, now=friday, **by) == 120

    in_april = local(date(2027, 4, 16), time(18))
    services.leave(p3.id, last_day=date(2027, 4, 16), half="morning", reason="job", now=in_april, **by)
    p13 = services.enrol(cohort.id, member_id=people[-1].id, first_day=date(2027, 4, 19), replaces_id=p3.id, now=in_april, **by)
    for passed, day in ((False, date(2027, 5, 20)), (True, date(2027, 5, 27))):
        services.record_test(
            p5.id, block_code="BC01", taken_on=day, passed=passed, comment="", assessor_id=course.samir.id, now=local(day, time(18))
        )
    tests = session.scalars(sa.select(models.BlockTest).order_by(models.BlockTest.id)).all()
    assert [(one.passed, one.is_resit) for one in tests] == [(False, False), (True, True)]
    _ordinary_days(school, [*enrolments, p13])

    now = frozen("2027-08-02T10:00+02:00")
    followed = presence.followed_in(cohort.id, now=now)
    whole = Minutes(52_500, done=52_500)
    by_hand = dict.fromkeys((one.id for one in enrolments), whole) | {
        p1.id: Minutes(52_500, done=52_480, unjustified=20),
        p2.id: Minutes(52_500, done=52_290, justified=210),
        p3.id: Minutes(22_470, done=22_470),
        p4.id: Minutes(52_500, done=52_470, unjustified=30),
        p13.id: Minutes(29_820, done=29_820),
    }
    assert {key: one.to_date for key, one in followed.items()} == by_hand
    assert sum((one.to_date for one in followed.values()), Minutes()) == Minutes(629_790, done=629_530, justified=210, unjustified=50)
    company = sum(slot.minutes.done for slot in followed[p1.id].slots if slot.where == "company")
    assert company == 175 * 60

    numbers = [certificates.issue(enrolment_id=one.id, now=now, **by).number for one in [*enrolments, p13]]
    assert numbers == [f"CR-2027-{rank:04d}" for rank in range(1, 14)]
    year = of_year(course.place, 2027, now=now)
    assert (year.whole.people, year.whole.minutes, year.whole.is_sound) == (13, 629_530, True)
    assert year.whole.minutes - year.centre.minutes == (12 * 175) * 60
    assert evidence.verify(cohort.id) is None
    cited = sa.select(AttendanceEvent.cites_rank).where(AttendanceEvent.kind == "corrected")
    assert session.scalars(cited).one() is not None
    made = audit_file(cohort.id, now=now, enrolment_id=p13.id)
    assert made == audit_file(cohort.id, now=now, enrolment_id=p13.id)
    names = zipfile.ZipFile(io.BytesIO(made)).namelist()
    assert {"election-delegate.pdf", "programme.pdf", "CR-2027-0013.pdf", "attestation-assiduite.pdf"} <= set(names)
    assert [name for name in names if name.startswith("releve")] == [f"releve-2027-{month:02d}.pdf" for month in (4, 5, 6, 7)]


def _vote(cohort_id: int, enrolments: list[Enrolment], **by: int) -> None:
    """In week 1: 5 votes of 12 for P01, 4 for P02, 3 blank: more than half of the 9 given, elected in the first round."""
    thursday = local(date(2027, 2, 4), time(17))
    vote = elections.call_election(cohort_id, "delegate", now=thursday, **by)
    for one in enrolments[:2]:
        elections.stand(vote.id, member_id=one.member_id, now=thursday)
    elections.open_vote(vote.id, now=thursday, **by)
    p1, p2 = enrolments[0].id, enrolments[1].id
    for one, choice in zip(enrolments, [p1] * 5 + [p2] * 4 + [BLANK] * 3, strict=True):
        elections.vote(vote.id, choice, member_id=one.member_id)
    elections.close_round(vote.id, now=thursday, **by)
    paper = elections.minutes_paper(vote)
    assert (vote.state, vote.elected_id, len(paper.tables)) == ("elected", p1, 1)
    assert [row[1] for row in paper.tables[0].rows] == ["5", "4", "3", "12 sur 12"]


def _answer(cohort_id: int, enrolments: list[Enrolment]) -> None:
    """9 of 12 answer the survey of the entry: 75.0 %; four 5 and five 4 come to 4.4."""
    listening.ask_surveys(now=local(date(2027, 2, 5), time(18)))
    for number, one in enumerate(enrolments[:9]):
        marks = {0: 5 if number < 4 else 4, 1: 3, 2: 3}
        listening.answer_survey(cohort_id, "entry", marks=marks, words="", member_id=one.member_id)
        assert bool(voices.results(cohort_id)[0].means) == (number >= 4), "nothing is published under five"
    told = voices.results(cohort_id)[0]
    assert (told.asked, told.answered, str(told.rate), str(told.means[0][1])) == (12, 9, "75", "4.4")


def _ordinary_days(school: Class, enrolments: list[Enrolment]) -> None:
    """What the days on which nothing happened leave, without their thousands of gestures."""
    with transaction() as session:
        session.add_all(
            models.Attendance(
                enrolment_id=one.id, session_id=half_day.id, place_id=school.place.id, state="present", signed_at=half_day.starts_at,
                signed_rank=1, countersigned_at=half_day.ends_at, countersigned_rank=2, countersigned_by_id=school.samir.id,
            )
            for one in enrolments
            for half_day in queries.path_sessions(one)
            if half_day.day != TUESDAY and not PAPER[0] <= half_day.day <= PAPER[1]
        )  # fmt: skip
    db.session.expire_all()
