"""The pages of coworking: reserve in a sentence, the week of everything, the floor plan, each thing."""

from app.coworking.views import booking, plan, series, thing, week
from app.coworking.views.door import bp

__all__ = ["booking", "bp", "plan", "series", "thing", "week"]
