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
from app.courses.models.cohorts import Cohort, CohortClosure, CohortTrainer, CourseSession
from app.courses.models.programmes import Competence, Module, Programme, ProgrammeVersion, Sequence, SequenceCompetence
from app.courses.models.trainees import Application, Enrolment, Exemption, FundingLine

__all__ = [
    "AbsenceAlert",
    "Application",
    "Attendance",
    "AttendanceAnchor",
    "AttendanceChain",
    "AttendanceEvent",
    "Certificate",
    "Cohort",
    "CohortClosure",
    "CohortTrainer",
    "Competence",
    "CoursePaper",
    "CourseSession",
    "Enrolment",
    "Exemption",
    "FundingLine",
    "Module",
    "Programme",
    "ProgrammeVersion",
    "Sequence",
    "SequenceCompetence",
    "SignLink",
]
