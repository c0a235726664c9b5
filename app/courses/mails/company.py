"""When a week in a company is over: to the tutor, by a link that needs no account, and to the trainee."""

from datetime import date
from typing import Any

from flask import url_for

from app.core import mail
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.courses.models import CompanyAgreement
from app.courses.queries import company as queries
from app.courses.queries.company import Week
from app.courses.services import company as services
from app.web import letters


def tutor_due(row: OutgoingMail) -> Letter | None:
    """The link is made here, when its mail leaves; nothing for an address that is no longer the tutor's."""
    found, week = _week(row)
    if week is None or found.tutor_email != row.to_address or (week.row and week.row.tutor_signed_at):
        return None
    link = url_for("company.tutor", token=services.token_of(found, week.monday), _external=True)
    return _letter(row, "company_tutor_due", found, week, link)


def week_due(row: OutgoingMail) -> Letter | None:
    found, week = _week(row)
    if week is None or (week.row and week.row.trainee_signed_at):
        return None
    link = url_for("company.week", agreement_id=found.id, day=week.monday.isoformat(), _external=True)
    return _letter(row, "company_week_due", found, week, link)


def _week(row: OutgoingMail) -> tuple[CompanyAgreement, Week | None]:
    found = queries.agreement(row.facts["agreement"])
    assert found is not None
    return found, queries.week(found, date.fromisoformat(row.facts["monday"]))


def _letter(row: OutgoingMail, template: str, found: CompanyAgreement, week: Week, link: str) -> Letter:
    about: dict[str, Any] = {"name": found.enrolment.name, "company": found.company, "monday": week.monday, "link": link}
    return letters.write(row, f"courses/mail/{template}.txt", **about)


MAILS: dict[str, mail.Builder] = {"placement.tutor_due": tutor_due, "placement.week_due": week_due}
NAMES = {
    "placement.tutor_due": N_("Semaine en entreprise à signer par qui accueille"),
    "placement.week_due": N_("Semaine en entreprise à signer"),
}
