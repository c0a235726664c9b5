"""Tables of the fablab: machines, the clearances they ask for, and the trainings that give them."""

from app.fablab.models.clearances import Clearance, ClearanceType
from app.fablab.models.machines import Machine, MachineLead
from app.fablab.models.trainings import SEATED, Training, TrainingMachine, TrainingSeat

__all__ = ["SEATED", "Clearance", "ClearanceType", "Machine", "MachineLead", "Training", "TrainingMachine", "TrainingSeat"]
