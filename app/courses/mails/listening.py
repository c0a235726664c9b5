"""A survey, a question on what one became, the answer to a complaint."""

from flask import url_for

from app.core import mail
from app.core.db import db
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.courses.models import Cohort, Complaint, Enrolment
from app.courses.queries import listening
from app.web import letters


def survey_asked(row: OutgoingMail) -> Letter | None:
    cohort = db.session.get_one(Cohort, row.facts["cohort"])
    found = listening.invitation(cohort.id, row.facts["survey"], row.member_id or 0)
    if found is None or found.has_answered:
        return None
    link = url_for("listening.survey", cohort_id=cohort.id, survey=found.survey, _external=True)
    return letters.write(row, "courses/mail/survey_asked.txt", cohort=cohort.name, link=link)


def follow_up_asked(row: OutgoingMail) -> Letter | None:
    enrolment = db.session.get_one(Enrolment, row.facts["enrolment"])
    found = listening.follow_up(enrolment.id, row.facts["months"])
    if found is None or found.answered_at:
        return None
    link = url_for("listening.follow_up", enrolment_id=enrolment.id, months=found.months, _external=True)
    return letters.write(row, "courses/mail/follow_up_asked.txt", cohort=enrolment.cohort.name, months=found.months, link=link)


def complaint_answered(row: OutgoingMail) -> Letter | None:
    found = db.session.get_one(Complaint, row.facts["subject"])
    link = url_for("listening.mine", _external=True)
    return letters.write(row, "courses/mail/complaint_answered.txt", answer=found.answer, link=link)


MAILS: dict[str, mail.Builder] = {
    "survey.asked": survey_asked,
    "follow_up.asked": follow_up_asked,
    "complaint.answered": complaint_answered,
}
READERS = {"complaint.answered": [mail.tell]}
NAMES = {
    "survey.asked": N_("Enquête sur la formation"),
    "follow_up.asked": N_("Que devenez-vous ?"),
    "complaint.answered": N_("Réponse à une réclamation"),
}
