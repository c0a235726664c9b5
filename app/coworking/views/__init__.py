"""The pages of coworking: reserve in a sentence, the week of everything, the floor plan, each thing, and the life of the lieu."""

from app.coworking.views import (
    agenda,
    arriving,
    booking,
    community,
    drawing,
    figures,
    group,
    managing,
    organisation,
    outside,
    plan,
    series,
    thing,
    visitors,
    week,
)
from app.coworking.views.door import bp

BLUEPRINTS = (bp, agenda.bp, managing.events_bp, managing.words_bp, managing.keys_bp, figures.bp, drawing.bp, outside.bp)

__all__ = ["BLUEPRINTS", "arriving", "booking", "bp", "community", "group", "organisation", "plan", "series", "thing", "visitors", "week"]
