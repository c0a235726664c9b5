"""What the course keeps of a person."""

import sqlalchemy as sa

from app.core.db import db
from app.core.refusals import N_
from app.courses.models import Application, Cohort, Enrolment, FundingLine
from app.members.models import Organisation
from app.members.rules import Kept, kept


def personal_data(member_id: int) -> list[Kept]:
    """Their enrolments and who pays for them; what they wrote when they applied."""
    enrolments = db.session.execute(
        sa.select(
            *(Cohort.name.label("cohort"), Enrolment.status, Enrolment.first_day, Enrolment.last_day, Enrolment.exit_half),
            *(Enrolment.exit_reason, Enrolment.exempted_minutes, Enrolment.exemption_reason, Enrolment.bpf_status),
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.member_id == member_id)
        .order_by(Enrolment.id)
    )
    funding = db.session.execute(
        sa.select(
            *(Cohort.name.label("cohort"), Organisation.name.label("payer"), FundingLine.scheme, FundingLine.reference),
            *(FundingLine.minutes, FundingLine.hour_cents),
        )
        .join(Enrolment, Enrolment.id == FundingLine.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .outerjoin(Organisation, Organisation.id == FundingLine.organisation_id)
        .where(Enrolment.member_id == member_id)
        .order_by(FundingLine.id)
    )
    applications = db.session.execute(
        sa.select(
            *(Cohort.name.label("cohort"), Application.status, Application.created_at, Application.situation, Application.motivation),
            *(
                Application.experience,
                Application.needs,
                Application.interview_at,
                Application.interview_notes,
                Application.decision_reason,
            ),
        )
        .join(Cohort, Cohort.id == Application.cohort_id)
        .where(Application.member_id == member_id)
        .order_by(Application.id)
    )
    why = N_("Organiser votre formation, et rendre des comptes à qui la finance.")
    until = N_("Trois ans après la fin de l’année du dernier règlement.")
    return [
        kept("enrolments", enrolments.mappings(), title=N_("Mes formations"), why=why, until=until),
        kept("funding", funding.mappings(), title=N_("Le financement de mes formations"), why=why, until=until),
        kept(
            "applications",
            applications.mappings(),
            title=N_("Mes candidatures"),
            why=N_("Répondre à votre demande d’entrer en formation."),
            until=N_("Un an après la décision ; avec le dossier de formation si elle est acceptée."),
        ),
    ]
