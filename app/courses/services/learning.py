"""What is learnt: work asked, handed in and reviewed; levels seen; tests of a block; quizzes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.courses import queries
from app.courses.models import Assignment, BlockTest, Enrolment, Mastery, Review, SequenceAttempt, Submission
from app.courses.rules import learning
from app.courses.rules.refusals import BadCommit, BadRepository, CriteriaMissing, NotYourWork
from app.courses.services.cohorts import live

TURNS = 7260  # whose turn it is to hand in: versions follow each other


def ask_work(
    cohort_id: int, *, title: str, brief: str, criteria: Sequence[str], due_at: datetime, peers: bool, actor_id: int, now: datetime
) -> Assignment:
    """Something to hand in, with what it will be read for."""
    with transaction():
        cohort = live(cohort_id)
        if not criteria:
            raise Refused(CriteriaMissing())
        row = Assignment(
            cohort_id=cohort_id,
            title=title,
            brief=brief,
            criteria=list(criteria),
            due_at=due_at,
            peers=peers,
            created_by_id=actor_id,
            created_at=now,
        )
        db.session.add(row)
        db.session.flush()
        journal.record("work.asked", row.id, place_id=cohort.place_id, actor_id=actor_id, at=now)
        return row


def hand_in(assignment_id: int, *, enrolment_id: int, url: str, commit: str, note: str, now: datetime) -> Submission:
    """A new version: the address of a repository and the commit that will be read. What is pushed later changes nothing to it."""
    with transaction():
        lock(TURNS, enrolment_id)
        assignment, enrolment = db.session.get_one(Assignment, assignment_id), db.session.get_one(Enrolment, enrolment_id)
        if assignment.cohort_id != enrolment.cohort_id or enrolment.status == "withdrawn":
            raise Refused(NotYourWork())
        if not learning.is_repository(url):
            raise Refused(BadRepository())
        if not learning.is_commit(commit):
            raise Refused(BadCommit())
        mine = sa.select(sa.func.max(Submission.version)).where(
            Submission.assignment_id == assignment_id, Submission.enrolment_id == enrolment_id
        )
        row = Submission(
            assignment_id=assignment_id,
            enrolment_id=enrolment_id,
            version=(db.session.scalar(mine) or 0) + 1,
            url=url,
            commit=commit,
            note=note,
            submitted_at=now,
        )
        db.session.add(row)
        db.session.flush()
        journal.record(
            "work.handed_in", row.id, place_id=enrolment.place_id, actor_id=enrolment.member_id, member_id=enrolment.member_id, at=now
        )
        return row


def review(
    submission_id: int, *, verdicts: Sequence[learning.Verdict], comment: str, reviewer_id: int, by_peer: bool, now: datetime
) -> Review:
    """What a trainer, or a peer, says of a version, criterion after criterion."""
    with transaction():
        submission = db.session.get_one(Submission, submission_id)
        assignment = db.session.get_one(Assignment, submission.assignment_id)
        if [one.criterion for one in verdicts] != assignment.criteria:
            raise Refused(CriteriaMissing())
        if submission.enrolment.member_id == reviewer_id:
            raise Refused(NotYourWork())
        row = Review(
            submission_id=submission_id,
            reviewer_id=reviewer_id,
            by_peer=by_peer,
            verdicts=[asdict(one) for one in verdicts],
            comment=comment,
            reviewed_at=now,
        )
        db.session.add(row)
        db.session.flush()
        journal.record(
            "work.reviewed",
            submission.id,
            place_id=submission.enrolment.place_id,
            actor_id=reviewer_id,
            member_id=submission.enrolment.member_id,
            at=now,
            review=row.id,
        )
        return row


def assess(enrolment_id: int, *, competence_id: int, level: int, by_self: bool, evidence: str, assessor_id: int, now: datetime) -> Mastery:
    """A level seen today; the earlier ones stay."""
    with transaction():
        enrolment = db.session.get_one(Enrolment, enrolment_id)
        row = Mastery(
            enrolment_id=enrolment_id,
            competence_id=competence_id,
            level=level,
            by_self=by_self,
            assessor_id=assessor_id,
            evidence=evidence,
            assessed_at=now,
        )
        db.session.add(row)
        db.session.flush()
        journal.record("skill.assessed", row.id, place_id=enrolment.place_id, actor_id=assessor_id, member_id=enrolment.member_id, at=now)
        return row


def record_test(
    enrolment_id: int, *, block_code: str, taken_on: date, passed: bool, comment: str, assessor_id: int, now: datetime
) -> BlockTest:
    """An ECF; the second one of a block is its resit."""
    with transaction():
        enrolment = db.session.get_one(Enrolment, enrolment_id)
        before = sa.exists().where(BlockTest.enrolment_id == enrolment_id, BlockTest.block_code == block_code)
        row = BlockTest(
            enrolment_id=enrolment_id,
            block_code=block_code,
            taken_on=taken_on,
            is_resit=bool(db.session.scalar(sa.select(before))),
            passed=passed,
            comment=comment,
            assessor_id=assessor_id,
            created_at=now,
        )
        db.session.add(row)
        db.session.flush()
        journal.record("skill.tested", row.id, place_id=enrolment.place_id, actor_id=assessor_id, member_id=enrolment.member_id, at=now)
        return row


def try_sequence_quiz(enrolment_id: int, *, quiz: str, answers: Sequence[int | None], now: datetime) -> SequenceAttempt:
    """One attempt at the quiz of a sequence; the best one counts."""
    with transaction():
        enrolment = db.session.get_one(Enrolment, enrolment_id)
        asked = next((one for one in queries.programme_of(enrolment.cohort).quizzes if one.code == quiz), None)
        if asked is None or enrolment.status == "withdrawn":
            raise Refused(NotYourWork())
        row = SequenceAttempt(
            enrolment_id=enrolment_id, quiz=quiz, score=asked.score(answers), questions=len(asked.questions), answers=list(answers), at=now
        )
        db.session.add(row)
        db.session.flush()
        return row
