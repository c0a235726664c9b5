"""When somebody is erased: what a funder may ask to see keeps the name it had, for its legal time; the rest goes.

Code du travail, L6362-2 and R6362: an inspection may ask for the evidence of a training action for three years after it is paid.
"""

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa

from app.core.db import db, transaction
from app.core.refusals import N_, Reason
from app.courses.models import Application, Cohort, Enrolment, Interview, JournalPage, JournalReader, OpenEnrolment, StaffNote
from app.courses.queries.billing import last_paid_on
from app.courses.services import bundles
from app.members.models import Member
from app.members.rules import Eraser, Stays, end_of_year_after

YEARS = 3


class CourseUnderWay(Reason):
    code = "course_under_way"
    sentence = N_("Une formation est en cours : %(cohort)s, jusqu’au %(day)s.")
    next_step = N_("Quittez-la d’abord, avec l’équipe de la formation.")


def obstacles_to_erasing(member_id: int, today: date) -> Iterator[Reason]:
    for enrolment, cohort in _enrolments(member_id):
        if enrolment.status == "enrolled" and _last_day(enrolment, cohort) >= today:
            yield CourseUnderWay(cohort=cohort.name, day=_last_day(enrolment, cohort))


def stays(member_id: int, today: date) -> Iterator[Stays]:
    until = _until(member_id)
    if until is not None and until >= today:
        yield Stays(
            title=N_("Votre dossier de formation : nom, présences signées, travaux, certificats."),
            why=N_("Qui finance la formation peut demander des comptes."),
            until=until,
        )


def erase_person(member_id: int, now: datetime) -> None:
    """Before the name goes from the account, the evidence keeps it, if it is still to be kept."""
    with transaction() as session:
        person = session.get_one(Member, member_id)
        until = _until(member_id)
        name = person.name if until is not None and until >= now.date() and not person.is_erased else ""
        for enrolment, _cohort in _enrolments(member_id):
            enrolment.kept_name = enrolment.kept_name or name
        mine = sa.select(Enrolment.id).where(Enrolment.member_id == member_id)
        pages = sa.select(JournalPage.id).where(JournalPage.enrolment_id.in_(mine))
        session.execute(sa.delete(JournalReader).where(sa.or_(JournalReader.page_id.in_(pages), JournalReader.member_id == member_id)))
        for model in (JournalPage, Interview, StaffNote):
            session.execute(sa.delete(model).where(model.enrolment_id.in_(mine)))
        bundles.forget_of([cohort.id for _enrolment, cohort in _enrolments(member_id)])
        session.execute(sa.delete(OpenEnrolment).where(OpenEnrolment.member_id == member_id))
        whose = sa.or_(Application.member_id == member_id, Application.email == person.email)
        for application in session.scalars(sa.select(Application).where(whose)).all():
            application.name, application.email, application.phone, application.town = "—", f"{application.id}@erased.invalid", "", ""
            application.birth_date = None
            application.motivation = application.experience = application.needs = ""
            application.interview_notes = application.decision_reason = ""
        session.flush()


def forget_names(*, now: datetime) -> int:
    """When the legal time of a course's evidence is over, it loses the names of those who are erased: how many."""
    kept = sa.select(Enrolment.id, Enrolment.member_id).where(Enrolment.kept_name != "")
    over = [row.id for row in db.session.execute(kept).all() if (_until(row.member_id) or now.date()) < now.date()]
    if over:
        with transaction() as session:
            for enrolment in session.scalars(sa.select(Enrolment).where(Enrolment.id.in_(over))).all():
                enrolment.kept_name = ""
            session.flush()
    return len(over)


def last_paid(enrolment: Enrolment, cohort: Cohort) -> date:
    """The day of the last payment; at least the last day followed, for it may be paid for later."""
    last = _last_day(enrolment, cohort)
    return max(last, last_paid_on(enrolment.id) or last)


def _until(member_id: int) -> date | None:
    """The last day that the evidence of somebody's courses is kept with their name."""
    days = [end_of_year_after(last_paid(enrolment, cohort), YEARS) for enrolment, cohort in _enrolments(member_id)]
    return max(days, default=None)


def _enrolments(member_id: int) -> list[tuple[Enrolment, Cohort]]:
    found = sa.select(Enrolment, Cohort).join(Cohort, Cohort.id == Enrolment.cohort_id).where(Enrolment.member_id == member_id)
    return [(enrolment, cohort) for enrolment, cohort in db.session.execute(found.order_by(Enrolment.id))]


def _last_day(enrolment: Enrolment, cohort: Cohort) -> date:
    return enrolment.last_day or cohort.last_day


ERASER = Eraser(
    goes=(N_("Vos candidatures, votre journal de bord, vos entretiens, vos leçons en ligne."),),
    stays=stays,
    obstacles=obstacles_to_erasing,
    erase=erase_person,
)
