"""Tables of the fablab: machines, the clearances they ask for, and the trainings that give them."""

from app.fablab.models.clearances import Clearance, ClearanceType, GroupClearance
from app.fablab.models.company import Companion
from app.fablab.models.lending import Box, BoxPermit, Tool, ToolLoan
from app.fablab.models.machines import Machine, MachineLead
from app.fablab.models.projects import Project, ProjectMachine, ProjectPhoto
from app.fablab.models.relays import Badge, Relay, RelayNonce
from app.fablab.models.trainings import SEATED, Training, TrainingMachine, TrainingSeat
from app.fablab.models.travel import AcceptedRight, LieuKey, TrustedLieu
from app.fablab.models.upkeep import Counter, LogEntry, Report, Task
from app.fablab.models.uses import Material, Use

__all__ = [
    "SEATED",
    "AcceptedRight",
    "Badge",
    "Box",
    "BoxPermit",
    "Clearance",
    "ClearanceType",
    "Companion",
    "Counter",
    "GroupClearance",
    "LieuKey",
    "LogEntry",
    "Machine",
    "MachineLead",
    "Material",
    "Project",
    "ProjectMachine",
    "ProjectPhoto",
    "Relay",
    "RelayNonce",
    "Report",
    "Task",
    "Tool",
    "ToolLoan",
    "Training",
    "TrainingMachine",
    "TrainingSeat",
    "TrustedLieu",
    "Use",
]
