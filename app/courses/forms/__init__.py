"""The shape of what people type in the course, each file one subject."""

from app.courses.forms.cohorts import (
    ClosureForm,
    CohortForm,
    CopyVersionForm,
    EnrolForm,
    ExemptForm,
    FundingForm,
    LeaveForm,
    PourForm,
    ProgrammeFileForm,
    SequenceForm,
    TrainersForm,
)
from app.courses.forms.timetables import AddSessionForm, CancelSessionForm, MoveForm, NoteForm, SwapForm, TimetableForm

__all__ = [
    "AddSessionForm",
    "CancelSessionForm",
    "ClosureForm",
    "CohortForm",
    "CopyVersionForm",
    "EnrolForm",
    "ExemptForm",
    "FundingForm",
    "LeaveForm",
    "MoveForm",
    "NoteForm",
    "PourForm",
    "ProgrammeFileForm",
    "SequenceForm",
    "SwapForm",
    "TimetableForm",
    "TrainersForm",
]
