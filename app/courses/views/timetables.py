"""What sessions are called on screen: where they take place, what has become of them; and the month, or the module, that is shown."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.courses.queries import Ahead, Slot
from app.courses.rules import Outline
from app.web.typography import words


def where_of(slot: Slot) -> str:
    """« Salle de classe », « en entreprise », « à distance »."""
    match slot.where:
        case "company":
            return str(_("en entreprise"))
        case "distance":
            return str(_("à distance"))
    return slot.room if slot.has_room or not slot.needs_room else str(_("salle à trouver"))


def state_of(slot: Slot) -> tuple[str, str]:
    """(sign, word) of what is not as planned; empty when it is."""
    if slot.state == "cancelled":
        return "down", str(_("annulée"))
    if slot.needs_room:
        return "wait", str(_("sans salle"))
    return "", ""


def signing_said(ahead: Ahead, now: datetime, zone: tzinfo) -> str:
    """What there is to know of one's signature, as a sentence; nothing of another day's, nor where one has nothing to sign."""
    say, (opens_at, closes_at) = words(), ahead.window
    if ahead.slot.where == "distance":
        return str(_("C’est dit, et l’équipe le regarde.")) if ahead.signed_at else ""
    if ahead.signed_at:
        return str(_("Présence signée à %(hour)s.", hour=say.hour(ahead.signed_at, zone)))
    if ahead.can_sign:
        return str(_("La signature est ouverte jusqu’à %(hour)s.", hour=say.hour(closes_at, zone)))
    opens_today = opens_at.astimezone(zone).date() == now.astimezone(zone).date()
    if ahead.is_taught or ahead.slot.where == "company" or not opens_today:
        return ""
    return str(_("La signature ouvre à %(hour)s.", hour=say.hour(opens_at, zone)))


def month_asked(months: Sequence[date], asked: str, today: date) -> date:
    """The first day of the month to show: the one that an address names (« 2027-02 »), else the last that has begun, else the first."""
    known = {month.isoformat()[:7]: month for month in months}
    begun = [month for month in months if month <= today]
    return known.get(asked) or (begun[-1] if begun else next(iter(months), today.replace(day=1)))


def outline_shown(outline: Outline) -> dict[str, Any]:
    """What a page of a programme shows: the module that its address names, else the first; what each skill is called."""
    asked = request.args.get("module", "")
    part = next((part for part in outline.parts if part.code == asked), next(iter(outline.parts), None))
    return {"outline": outline, "shown": part, "skills": {one.code: one.title for one in outline.skills}}
