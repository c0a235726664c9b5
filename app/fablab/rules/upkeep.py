"""When a machine is to be looked after: every so many hours of use, every so many months."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from app.core.refusals import N_, Reason


class AlreadyClosed(Reason):
    code = "already_closed"
    sentence = N_("Quelqu’un s’en est déjà occupé.")
    next_step = N_("Il n’y a rien de plus à faire.")
    taken = True


class UnknownLead(Reason):
    code = "unknown_person"
    sentence = N_("Personne n’a ici l’adresse %(email)s.")
    next_step = N_("Ouvrez-lui d’abord un compte, ou corrigez l’adresse.")
    hard = True


def is_due(rule: Mapping[str, Any], *, minutes: int, done_minutes: int, done_on: date, today: date) -> bool:
    """Whether the hours or the months since it was last looked after are over."""
    hours, months = rule.get("entretien_toutes_les_h"), rule.get("entretien_tous_les_mois")
    if hours and minutes - done_minutes >= 60 * hours:
        return True
    return today >= done_on + relativedelta(months=int(months)) if months else False


def first_done_minutes(rule: Mapping[str, Any]) -> int:
    """Where a counter that begins at 198 h stood when it was last looked after: at the last multiple of its hours."""
    hours = rule.get("entretien_toutes_les_h")
    begins = int(rule.get("valeur_min") or 0)
    return begins // (60 * hours) * 60 * hours if hours else begins
