"""The fablab's forms: the shape of what is typed."""

from app.fablab.forms.trainings import AttendanceForm, EmailForm, ReasonForm, TrainingForm, training_form

__all__ = ["AttendanceForm", "EmailForm", "ReasonForm", "TrainingForm", "training_form"]
