"""What coworking tells people: visitors who are expected or there, seats of events."""

from flask import Blueprint

from app.core import journal, mail
from app.core.refusals import N_
from app.coworking.mails.events import as_event, cancelled, moved, offered, signed_up, waited_for
from app.coworking.mails.visitors import (
    arrived,
    guests_come_at_another_time,
    guests_come_instead,
    guests_do_not_come,
    guests_have_a_place,
    invited,
    to_visitor,
    uninvited,
    visit_moved,
)

__all__ = ["MAILS", "NAMES", "READERS", "as_event", "bp"]

bp = Blueprint("coworking_mails", __name__, template_folder="../templates")

TO_MEMBERS: dict[str, mail.Builder] = {
    "visitor.arrived": arrived,
    "event.signed_up": signed_up,
    "event.waited_for": waited_for,
    "event.offered": offered,
    "event.moved_for": moved,
    "event.cancelled_for": cancelled,
}

MAILS: dict[str, mail.Builder] = {
    **TO_MEMBERS,
    "visitor.invited": invited,
    "visitor.moved": visit_moved,
    "visitor.uninvited": uninvited,
}

READERS: dict[str, list[journal.Reader]] = {
    **{event: [mail.tell] for event in TO_MEMBERS},
    "visitor.invited": [to_visitor],
    "visitor.uninvited": [to_visitor],
    "booking.confirmed": [guests_have_a_place],
    "booking.moved": [guests_come_at_another_time],
    "booking.replaced": [guests_come_instead],
    "booking.rebooked": [guests_come_instead],
    "booking.cancelled": [guests_do_not_come],
    "booking.late_cancelled": [guests_do_not_come],
}

NAMES: dict[str, str] = {
    "visitor.invited": N_("Mot de bienvenue à un visiteur"),
    "visitor.moved": N_("Visite déplacée"),
    "visitor.uninvited": N_("Visite annulée"),
    "visitor.arrived": N_("Votre visiteur est là"),
    "event.signed_up": N_("Inscription à un événement"),
    "event.waited_for": N_("Liste d’attente d’un événement"),
    "event.offered": N_("Place proposée à un événement"),
    "event.moved_for": N_("Événement déplacé"),
    "event.cancelled_for": N_("Événement annulé"),
}
