"""What sessions are called on screen: where they take place, what has become of them; and the month, or the module, that is shown."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from app.courses.queries import Slot
from app.courses.rules import Outline
from app.courses.rules.programmes.outline import Part


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


def month_asked(months: Sequence[date], asked: str, today: date) -> date:
    """The first day of the month to show: the one that an address names (« 2027-02 »), else the last that has begun, else the first."""
    known = {month.isoformat()[:7]: month for month in months}
    begun = [month for month in months if month <= today]
    return known.get(asked) or (begun[-1] if begun else next(iter(months), today.replace(day=1)))


def part_asked(outline: Outline, asked: str) -> Part | None:
    """The module of a programme that an address names, else the first."""
    return next((part for part in outline.parts if part.code == asked), next(iter(outline.parts), None))
