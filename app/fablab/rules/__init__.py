"""Who may use which machine, and what follows: pure rules."""

from app.fablab.rules.clearances import (
    WARNINGS,
    AlreadyCleared,
    AlreadyRevoked,
    ClearanceExpired,
    NotALead,
    NotForOneself,
    NotQualified,
    Right,
    expiry,
    reasons_clearance,
    reasons_giving,
    standing,
    warning_due,
)

__all__ = [
    "WARNINGS",
    "AlreadyCleared",
    "AlreadyRevoked",
    "ClearanceExpired",
    "NotALead",
    "NotForOneself",
    "NotQualified",
    "Right",
    "expiry",
    "reasons_clearance",
    "reasons_giving",
    "standing",
    "warning_due",
]
