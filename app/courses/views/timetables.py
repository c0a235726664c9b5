"""What sessions are called on screen: where they take place, what has become of them."""

from flask_babel import gettext as _

from app.courses.queries import Slot


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
