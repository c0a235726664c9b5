"""Reads of the fablab."""

from app.fablab.queries.clearances import (
    Needed,
    Standing,
    clearance_needed,
    clearance_types,
    history,
    holders,
    is_lead,
    last_use,
    rights,
    standings,
)
from app.fablab.queries.machines import Details, details, leads, machine
from app.fablab.queries.personal import personal_data

__all__ = [
    "Details",
    "Needed",
    "Standing",
    "clearance_needed",
    "clearance_types",
    "details",
    "history",
    "holders",
    "is_lead",
    "last_use",
    "leads",
    "machine",
    "personal_data",
    "rights",
    "standings",
]
