"""The certificate, to the trainee, as soon as it is issued."""

from flask import url_for

from app.core import mail
from app.core.db import db
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.courses.models import Certificate, Enrolment
from app.courses.services import documents
from app.web import letters


def issued(row: OutgoingMail) -> Letter | None:
    """With its paper; nothing of a certificate that was cancelled meanwhile."""
    found = db.session.get_one(Certificate, row.facts["subject"])
    if found.cancelled_at is not None:
        return None
    old = db.session.get(Certificate, found.replaces_id) if found.replaces_id else None
    enrolment = db.session.get_one(Enrolment, found.enrolment_id)
    return letters.write(
        row,
        "courses/mail/certificate_issued.txt",
        attachments=[Attachment(f"{found.number}.pdf", documents.certificate_pdf(found), "application/pdf")],
        number=found.number,
        cohort=enrolment.cohort.name,
        replaced=old.number if old else "",
        link=url_for("presence.mine", enrolment=enrolment.id, _external=True),
    )


MAILS: dict[str, mail.Builder] = {"certificate.issued": issued}
READERS = {"certificate.issued": [mail.tell]}
NAMES = {"certificate.issued": N_("Certificat de réalisation")}
