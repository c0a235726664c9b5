"""A course of more than 500 hours begins: its head is told that delegates are to be elected."""

from flask import url_for

from app.core import mail
from app.core.db import db
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.courses.models import Cohort
from app.courses.queries import elections
from app.web import letters


def due(row: OutgoingMail) -> Letter | None:
    cohort = db.session.get_one(Cohort, row.facts["subject"])
    if elections.elections(cohort.id):
        return None
    link = url_for("elections.index", cohort_id=cohort.id, _external=True)
    return letters.write(row, "courses/mail/election_due.txt", cohort=cohort.name, half_days=elections.window(cohort.id), link=link)


MAILS: dict[str, mail.Builder] = {"election.due": due}
NAMES = {"election.due": N_("Délégués à élire")}
