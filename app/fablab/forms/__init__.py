"""The fablab's forms: the shape of what is typed."""

from app.fablab.forms.clearances import POLICIES, GiveForm, GroupForm, TypeForm
from app.fablab.forms.costs import KwhForm
from app.fablab.forms.here import MaterialForm, NoteForm, OutageForm, ProblemForm, sent_photo
from app.fablab.forms.lending import BoxForm, ExtendForm, GiveBoxForm, LendToolForm, TakeBackForm, ToolForm
from app.fablab.forms.machines import machine_form
from app.fablab.forms.projects import PhotosForm, ProjectForm, project_form
from app.fablab.forms.relays import BadgeForm, RelayForm
from app.fablab.forms.stock import CountForm, PurchaseForm, article_form
from app.fablab.forms.trainings import AttendanceForm, EmailForm, ReasonForm, TrainingForm, training_form
from app.fablab.forms.travel import ReadRightsForm, TrustForm

__all__ = [
    "POLICIES",
    "AttendanceForm",
    "BadgeForm",
    "BoxForm",
    "CountForm",
    "EmailForm",
    "ExtendForm",
    "GiveBoxForm",
    "GiveForm",
    "GroupForm",
    "KwhForm",
    "LendToolForm",
    "MaterialForm",
    "NoteForm",
    "OutageForm",
    "PhotosForm",
    "ProblemForm",
    "ProjectForm",
    "PurchaseForm",
    "ReadRightsForm",
    "ReasonForm",
    "RelayForm",
    "TakeBackForm",
    "ToolForm",
    "TrainingForm",
    "TrustForm",
    "TypeForm",
    "article_form",
    "machine_form",
    "project_form",
    "sent_photo",
    "training_form",
]
