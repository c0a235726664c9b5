"""The papers that somebody asked for are made."""

from flask import url_for

from app.core import mail
from app.core.db import db
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.courses.models import Bundle, Cohort
from app.courses.services import bundles
from app.place.models import Place
from app.web import letters


def ready(row: OutgoingMail) -> Letter | None:
    """To who asked; the papers themselves never travel by mail."""
    bundle = db.session.get(Bundle, row.facts["subject"])
    if bundle is None:
        return None
    cohort = db.session.get_one(Cohort, bundle.cohort_id)
    until = bundles.expires_at(bundle).astimezone(db.session.get_one(Place, bundle.place_id).tz).date()
    link = url_for("course_bundles.one", bundle_id=bundle.id, _external=True)
    return letters.write(row, "courses/mail/bundle_ready.txt", cohort=cohort.name, until=until, link=link)


MAILS: dict[str, mail.Builder] = {"bundle.ready": ready}
READERS = {"bundle.ready": [mail.tell_anyway]}
NAMES = {"bundle.ready": N_("Documents prêts à emporter")}
