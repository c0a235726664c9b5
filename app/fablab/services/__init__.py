"""The fablab's gestures. Every door goes through them."""

from app.fablab.services.clearances import give_clearance, revoke_clearance, warn_of_expiry
from app.fablab.services.machines import describe_machine

__all__ = ["describe_machine", "give_clearance", "revoke_clearance", "warn_of_expiry"]
