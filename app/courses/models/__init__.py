"""Tables of the course: what is taught, who learns it, when."""

from app.courses.models.cohorts import Cohort, CohortClosure, CohortTrainer, CourseSession
from app.courses.models.programmes import Competence, Module, Programme, ProgrammeVersion, Sequence, SequenceCompetence
from app.courses.models.trainees import Application, Enrolment, Exemption, FundingLine

__all__ = [
    "Application",
    "Cohort",
    "CohortClosure",
    "CohortTrainer",
    "Competence",
    "CourseSession",
    "Enrolment",
    "Exemption",
    "FundingLine",
    "Module",
    "Programme",
    "ProgrammeVersion",
    "Sequence",
    "SequenceCompetence",
]
