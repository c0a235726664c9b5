"""What the engine tells people: each builder writes one kind of mail, from how things are when it leaves.

A mail that no longer says something true is not sent (none): the confirmation of a booking that was cancelled meanwhile, an
offer that has lapsed. Each gesture has its own.
"""

from flask import Blueprint

from app.booking.mails.one import (
    cancelled,
    confirmed,
    forgiven,
    held_offer,
    late_cancelled,
    moved,
    no_show,
    on_trust,
    paid_too_late,
    pending,
    rejected,
    released,
    remind,
    reseated,
    tell_of_trust,
)
from app.booking.mails.several import (
    closure_declared,
    date_freed,
    end_with_group,
    gone,
    outage_declared,
    reminder_due,
    series_booked,
    series_dates_cancelled,
    series_split,
)
from app.core import journal, mail
from app.core.refusals import N_

__all__ = ["MAILS", "NAMES", "READERS", "bp", "gone"]

bp = Blueprint("booking_mails", __name__, template_folder="../templates")

MAILS: dict[str, mail.Builder] = {
    "booking.confirmed": confirmed,
    "booking.pending": pending,
    "booking.rejected": rejected,
    "booking.released": released,
    "booking.moved": moved,
    "booking.cancelled": cancelled,
    "booking.late_cancelled": late_cancelled,
    "booking.no_show": no_show,
    "booking.reseated": reseated,
    "booking.forgiven": forgiven,
    "booking.on_trust": on_trust,
    "booking.held_offer": held_offer,
    "booking.reminder_due": reminder_due,
    "payment.to_refund": paid_too_late,
    "series.booked": series_booked,
    "series.split": series_split,
    "series.dates_cancelled": series_dates_cancelled,
    "series.date_freed": date_freed,
    "outage.declared": outage_declared,
    "outage.prolonged": outage_declared,
    "closure.declared": closure_declared,
}

READERS: dict[str, list[journal.Reader]] = {
    **{event: [mail.tell] for event in MAILS},
    "booking.held_offer": [mail.tell_anyway],
    "booking.reseated": [mail.tell_anyway],
    "booking.on_trust": [tell_of_trust],
    "booking.reminder_due": [remind],
    "outage.declared": [mail.tell_each],
    "outage.prolonged": [mail.tell_each],
    "closure.declared": [mail.tell_each],
    "group.left": [end_with_group],
    "group.ends_sooner": [end_with_group],
}

# What each is called where the manager sees those that did not leave.
NAMES: dict[str, str] = {
    "booking.confirmed": N_("Confirmation de réservation"),
    "booking.pending": N_("Demande reçue"),
    "booking.rejected": N_("Demande refusée"),
    "booking.released": N_("Demande sans réponse"),
    "booking.moved": N_("Réservation déplacée"),
    "booking.cancelled": N_("Réservation annulée"),
    "booking.late_cancelled": N_("Réservation annulée tard"),
    "booking.no_show": N_("Absence"),
    "booking.reseated": N_("Places d’un groupe changées"),
    "booking.forgiven": N_("Absence ou retard effacé"),
    "booking.on_trust": N_("Demi-journées à crédit"),
    "booking.held_offer": N_("Place proposée"),
    "payment.to_refund": N_("Paiement arrivé trop tard"),
    "booking.reminder_due": N_("Rappel de la veille"),
    "series.booked": N_("Confirmation de série"),
    "series.split": N_("Série déplacée"),
    "series.dates_cancelled": N_("Dates de série annulées"),
    "series.date_freed": N_("Date de série libérée"),
    "outage.declared": N_("Panne"),
    "outage.prolonged": N_("Panne qui dure"),
    "closure.declared": N_("Fermeture"),
}
