"""The fablab's pages."""

from app.fablab.views import machines, trainings
from app.fablab.views.door import bp

__all__ = ["bp", "machines", "trainings"]
