"""What the course keeps of a person."""

import sqlalchemy as sa

from app.core.db import db
from app.core.refusals import N_
from app.courses.models import (
    Application,
    Assignment,
    Attendance,
    BlockTest,
    Candidate,
    Certificate,
    Cohort,
    CompanyAgreement,
    CompanyWeek,
    Competence,
    Complaint,
    CoursePaper,
    CourseSession,
    Election,
    Enrolment,
    FollowUp,
    FundingLine,
    Interview,
    JournalPage,
    LessonRead,
    Mastery,
    OpenCourse,
    OpenEnrolment,
    Production,
    QuizAttempt,
    SequenceAttempt,
    Submission,
)
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
    presences = db.session.execute(
        sa.select(
            *(Cohort.name.label("cohort"), CourseSession.day, CourseSession.half, Attendance.state, Attendance.late, Attendance.early),
            *(Attendance.signed_at, Attendance.countersigned_at, Attendance.category, Attendance.justified),
        )
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .join(CourseSession, CourseSession.id == Attendance.session_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.member_id == member_id)
        .order_by(CourseSession.starts_at)
    )
    papers = db.session.execute(
        sa.select(
            *(CoursePaper.kind, CoursePaper.first_day, CoursePaper.last_day, CoursePaper.category, CoursePaper.sha256),
            *(CoursePaper.uploaded_at, CoursePaper.validated_at, CoursePaper.refused_at),
        )
        .join(Enrolment, Enrolment.id == CoursePaper.enrolment_id)
        .where(Enrolment.member_id == member_id)
        .order_by(CoursePaper.id)
    )
    produced = db.session.execute(
        sa.select(
            *(Cohort.name.label("cohort"), CourseSession.day, CourseSession.half, Production.url, Production.commit, Production.words),
            *(Production.said_at, Production.answer, Production.answer_words, Production.answered_at),
        )
        .join(Enrolment, Enrolment.id == Production.enrolment_id)
        .join(CourseSession, CourseSession.id == Production.session_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.member_id == member_id)
        .order_by(Production.id)
    )
    certificates = db.session.execute(
        sa.select(Certificate.number, Certificate.issued_on, Certificate.minutes_done, Certificate.cancelled_at, Certificate.cancel_reason)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .where(Enrolment.member_id == member_id)
        .order_by(Certificate.id)
    )
    why = N_("Organiser votre formation, et rendre des comptes à qui la finance.")
    until = N_("Trois ans après la fin de l’année du dernier règlement.")
    return [
        kept("enrolments", enrolments.mappings(), title=N_("Mes formations"), why=why, until=until),
        kept("funding", funding.mappings(), title=N_("Le financement de mes formations"), why=why, until=until),
        kept("productions", produced.mappings(), title=N_("Mes travaux à distance"), why=why, until=until),
        kept(
            "presences",
            presences.mappings(),
            title=N_("Mes présences"),
            why=N_("Prouver à qui finance la formation que vous l’avez suivie\u00a0; la chaîne des preuves ne garde que des numéros."),
            until=until,
        ),
        kept("papers", papers.mappings(), title=N_("Les pièces de mes absences"), why=N_("Justifier une absence."), until=until),
        kept("certificates", certificates.mappings(), title=N_("Mes certificats de réalisation"), why=why, until=until),
        kept(
            "applications",
            applications.mappings(),
            title=N_("Mes candidatures"),
            why=N_("Répondre à votre demande d’entrer en formation."),
            until=N_("Un an après la décision ; avec le dossier de formation si elle est acceptée."),
        ),
        *_learnt(member_id),
    ]


def _learnt(member_id: int) -> list[Kept]:
    """Work, levels, tests, journal, open courses."""
    mine = sa.select(Enrolment.id).where(Enrolment.member_id == member_id)
    work = db.session.execute(
        sa.select(Assignment.title, Submission.version, Submission.url, Submission.commit, Submission.note, Submission.submitted_at)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Submission.enrolment_id.in_(mine))
        .order_by(Submission.id)
    )
    levels = db.session.execute(
        sa.select(Competence.code, Competence.title, Mastery.level, Mastery.by_self, Mastery.evidence, Mastery.assessed_at)
        .join(Competence, Competence.id == Mastery.competence_id)
        .where(Mastery.enrolment_id.in_(mine))
        .order_by(Mastery.id)
    )
    tests = db.session.execute(
        sa.select(BlockTest.block_code, BlockTest.taken_on, BlockTest.is_resit, BlockTest.passed, BlockTest.comment)
        .where(BlockTest.enrolment_id.in_(mine))
        .order_by(BlockTest.id)
    )
    pages = db.session.execute(
        sa.select(JournalPage.week, JournalPage.text, JournalPage.readers)
        .where(JournalPage.enrolment_id.in_(mine))
        .order_by(JournalPage.week)
    )
    interviews = db.session.execute(
        sa.select(Interview.kind, Interview.held_on, Interview.said, Interview.decided, Interview.answer)
        .where(Interview.enrolment_id.in_(mine))
        .order_by(Interview.held_on, Interview.id)
    )
    tries = db.session.execute(
        sa.select(SequenceAttempt.quiz, SequenceAttempt.score, SequenceAttempt.questions, SequenceAttempt.at)
        .where(SequenceAttempt.enrolment_id.in_(mine))
        .order_by(SequenceAttempt.id)
    )
    weeks = db.session.execute(
        sa.select(
            *(CompanyAgreement.company, CompanyAgreement.first_day, CompanyAgreement.last_day, CompanyWeek.monday, CompanyWeek.work),
            *(CompanyWeek.trainee_signed_at, CompanyWeek.tutor_signed_at, CompanyWeek.remark),
        )
        .outerjoin(CompanyWeek, CompanyWeek.agreement_id == CompanyAgreement.id)
        .where(CompanyAgreement.enrolment_id.in_(mine))
        .order_by(CompanyAgreement.first_day, CompanyWeek.monday)
    )
    stood = db.session.execute(
        sa.select(Cohort.name.label("cohort"), Election.seat, Candidate.stood_at)
        .join(Election, Election.id == Candidate.election_id)
        .join(Cohort, Cohort.id == Election.cohort_id)
        .where(Candidate.enrolment_id.in_(mine))
        .order_by(Candidate.stood_at)
    )
    followed = db.session.execute(
        sa.select(FollowUp.months, FollowUp.asked_on, FollowUp.situation, FollowUp.answered_at)
        .where(FollowUp.enrolment_id.in_(mine))
        .order_by(FollowUp.enrolment_id, FollowUp.months)
    )
    complaints = db.session.execute(
        sa.select(Complaint.kind, Complaint.text, Complaint.received_at, Complaint.answer, Complaint.answered_at)
        .where(Complaint.member_id == member_id)
        .order_by(Complaint.id)
    )
    lessons = db.session.execute(
        sa.select(OpenCourse.title, LessonRead.lesson, LessonRead.read_at, OpenEnrolment.attested_at)
        .join(OpenEnrolment, OpenEnrolment.id == LessonRead.open_enrolment_id)
        .join(OpenCourse, OpenCourse.id == OpenEnrolment.open_course_id)
        .where(OpenEnrolment.member_id == member_id)
        .order_by(LessonRead.read_at)
    )
    attempts = db.session.execute(
        sa.select(QuizAttempt.quiz, QuizAttempt.score, QuizAttempt.questions, QuizAttempt.at)
        .join(OpenEnrolment, OpenEnrolment.id == QuizAttempt.open_enrolment_id)
        .where(OpenEnrolment.member_id == member_id)
        .order_by(QuizAttempt.id)
    )
    why, until = N_("Suivre ce que vous apprenez, et vous le rendre."), N_("Trois ans après la fin de l’année du dernier règlement.")
    kept_while_open = N_("Tant que le compte est ouvert.")
    return [
        kept("works", work.mappings(), title=N_("Mes travaux rendus"), why=why, until=until),
        kept("skills", levels.mappings(), title=N_("Mes niveaux de compétence"), why=why, until=until),
        kept("block_tests", tests.mappings(), title=N_("Mes évaluations de bloc"), why=why, until=until),
        kept("journal_pages", pages.mappings(), title=N_("Mon journal de bord"), why=why, until=until),
        kept("interviews", interviews.mappings(), title=N_("Mes entretiens"), why=why, until=until),
        kept("sequence_quizzes", tries.mappings(), title=N_("Mes quiz de la formation"), why=why, until=until),
        kept("company_weeks", weeks.mappings(), title=N_("Mes semaines en entreprise"), why=why, until=until),
        kept("candidacies", stood.mappings(), title=N_("Mes candidatures de délégué·e"), why=why, until=until),
        kept("follow_ups", followed.mappings(), title=N_("Ce que je suis devenu·e"), why=why, until=until),
        kept(
            "complaints",
            complaints.mappings(),
            title=N_("Mes réclamations"),
            why=N_("Y répondre, et montrer ce qui a été amélioré."),
            until=until,
        ),
        kept("lessons", lessons.mappings(), title=N_("Mes leçons en ligne"), why=why, until=kept_while_open),
        kept("quizzes", attempts.mappings(), title=N_("Mes quiz"), why=why, until=kept_while_open),
    ]
