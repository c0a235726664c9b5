"""The fablab's pages."""

from app.fablab.views import clearances, company, here, machines, stock, trainings, upkeep
from app.fablab.views.door import bp
from app.fablab.views.proving import proof

__all__ = ["bp", "clearances", "company", "here", "machines", "proof", "stock", "trainings", "upkeep"]
