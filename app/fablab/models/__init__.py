"""Tables of the fablab: machines, the clearances they ask for, and the trainings that give them."""

from app.fablab.models.clearances import Clearance, ClearanceType
from app.fablab.models.machines import Machine, MachineLead

__all__ = ["Clearance", "ClearanceType", "Machine", "MachineLead"]
