"""What a trainee is told of their work and of their interviews: what their own page shows, and no more."""

from flask import url_for

from app.core import mail
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.courses.models import Assignment, Interview, Review, Submission
from app.courses.rules.learning import Verdict, to_redo
from app.web import letters


def reviewed(row: OutgoingMail) -> Letter | None:
    """To whoever handed the work in: what was said of this version, in the words of who read it."""
    entry = db.session.get_one(JournalEntry, row.facts["entry"])
    review = db.session.get(Review, entry.facts.get("review"))
    if review is None or row.member_id != entry.member_id:
        return None
    submission = db.session.get_one(Submission, review.submission_id)
    asked = db.session.get_one(Assignment, submission.assignment_id)
    return letters.write(
        row,
        "courses/mail/work_reviewed.txt",
        title=asked.title,
        version=submission.version,
        review=review,
        is_acquired=not to_redo(Verdict(**one) for one in review.verdicts),
        link=url_for("courses.assignment", assignment_id=asked.id, _external=True),
    )


def interviewed(row: OutgoingMail) -> Letter | None:
    """To the trainee: it is written down. What was said stays on their page, for a mailbox may be read by others."""
    interview = db.session.get(Interview, row.facts["subject"])
    if interview is None:
        return None
    link = url_for("courses.interviews", _external=True)
    return letters.write(row, "courses/mail/interview_noted.txt", day=interview.held_on, name=interview.held_by.name, link=link)


MAILS: dict[str, mail.Builder] = {"work.reviewed": reviewed, "enrolment.interviewed": interviewed}
READERS = {"work.reviewed": [mail.tell_anyway], "enrolment.interviewed": [mail.tell_anyway]}
NAMES = {"work.reviewed": N_("Travail relu"), "enrolment.interviewed": N_("Entretien noté")}
