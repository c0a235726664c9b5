"""The answer to an application."""

from flask import url_for

from app.core import mail
from app.core.db import db
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.courses.models import Application, Cohort
from app.web import letters


def decided(row: OutgoingMail) -> Letter | None:
    """As it stands when it leaves: a decision taken back meanwhile is not told."""
    found = db.session.get_one(Application, row.facts["subject"])
    if found.status not in ("accepted", "waiting", "refused"):
        return None
    cohort = db.session.get_one(Cohort, found.cohort_id)
    link = url_for("admission.index", _external=True)
    return letters.write(row, "courses/mail/application_decided.txt", one=found, cohort=cohort, link=link)


MAILS: dict[str, mail.Builder] = {"application.decided": decided}
READERS = {"application.decided": [mail.tell]}
NAMES = {"application.decided": N_("Réponse à une candidature")}
