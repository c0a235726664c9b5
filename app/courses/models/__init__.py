"""Tables of the course: what is taught, who learns it, when."""

from app.courses.models.attendance import (
    AbsenceAlert,
    Attendance,
    AttendanceAnchor,
    AttendanceChain,
    AttendanceEvent,
    Certificate,
    CoursePaper,
    SignLink,
)
from app.courses.models.bundles import Bundle, BundlePaper
from app.courses.models.cohorts import Cohort, CohortClosure, CohortTrainer, CourseSession
from app.courses.models.company import CompanyAgreement, CompanyLevel, CompanyWeek
from app.courses.models.distance import Production
from app.courses.models.elections import Candidate, Election, Tally, Voter
from app.courses.models.learning import (
    Assignment,
    BlockTest,
    Interview,
    JournalPage,
    JournalReader,
    Mastery,
    Review,
    SequenceAttempt,
    StaffNote,
    Submission,
)
from app.courses.models.listening import Complaint, FollowUp, SurveyAnswer, SurveyInvitation
from app.courses.models.open_courses import LessonRead, OpenCourse, OpenEnrolment, QuizAttempt
from app.courses.models.programmes import Competence, Module, Programme, ProgrammeVersion, Sequence, SequenceCompetence
from app.courses.models.quality import QualityNote
from app.courses.models.trainees import TRAINEE_NAME, Application, Enrolment, Exemption, FundingLine

__all__ = [
    "TRAINEE_NAME",
    "AbsenceAlert",
    "Application",
    "Assignment",
    "Attendance",
    "AttendanceAnchor",
    "AttendanceChain",
    "AttendanceEvent",
    "BlockTest",
    "Bundle",
    "BundlePaper",
    "Candidate",
    "Certificate",
    "Cohort",
    "CohortClosure",
    "CohortTrainer",
    "CompanyAgreement",
    "CompanyLevel",
    "CompanyWeek",
    "Competence",
    "Complaint",
    "CoursePaper",
    "CourseSession",
    "Election",
    "Enrolment",
    "Exemption",
    "FollowUp",
    "FundingLine",
    "Interview",
    "JournalPage",
    "JournalReader",
    "LessonRead",
    "Mastery",
    "Module",
    "OpenCourse",
    "OpenEnrolment",
    "Production",
    "Programme",
    "ProgrammeVersion",
    "QualityNote",
    "QuizAttempt",
    "Review",
    "Sequence",
    "SequenceAttempt",
    "SequenceCompetence",
    "SignLink",
    "StaffNote",
    "Submission",
    "SurveyAnswer",
    "SurveyInvitation",
    "Tally",
    "Voter",
]
