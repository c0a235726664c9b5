"""The fablab's pages."""

from app.fablab.views import (
    boxes,
    clearances,
    company,
    costs,
    here,
    machines,
    projects,
    readers,
    relay,
    stock,
    tools,
    trainings,
    travel,
    upkeep,
)
from app.fablab.views.door import bp
from app.fablab.views.proving import proof

__all__ = [
    "boxes",
    "bp",
    "clearances",
    "company",
    "costs",
    "here",
    "machines",
    "projects",
    "proof",
    "readers",
    "relay",
    "stock",
    "tools",
    "trainings",
    "travel",
    "upkeep",
]
