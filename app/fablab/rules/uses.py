"""On the machine: what the minutes cost, why one cannot begin."""

from datetime import datetime, timedelta

from app.core.refusals import N_, Reason

WARNED = timedelta(minutes=10)  # before one must stop
AFTER = timedelta(hours=3)  # matter may still be noted so long after


class AlreadyRunning(Reason):
    code = "already_running"
    sentence = N_("%(name)s est déjà en marche.")
    next_step = N_("Attendez la fin, ou demandez à la personne qui s’en sert.")
    taken = True


class NothingRunning(Reason):
    code = "nothing_running"
    sentence = N_("Cette utilisation est déjà terminée.")
    next_step = N_("Il n’y a rien de plus à faire.")
    taken = True


class TooLateForMaterial(Reason):
    code = "too_late"
    sentence = N_("Cette utilisation est terminée depuis trop longtemps pour y ajouter de la matière.")
    next_step = N_("Dites-le à l’équipe du lieu.")


class OutOfServiceNow(Reason):
    code = "machine_out_of_service"
    sentence = N_("%(name)s ne doit pas être mise en marche : elle est hors service.")
    next_step = N_("Prenez-en une autre, ou attendez qu’elle soit réparée.")
    taken = True
    hard = True


def billed_minutes(minutes: int, least: int) -> int:
    """By the minute, with a minimum."""
    return max(minutes, least)


def whole_minutes(started_at: datetime, ended_at: datetime) -> int:
    """Whole minutes really elapsed: a minute that is not over is not counted."""
    return max(int((ended_at - started_at).total_seconds() // 60), 0)
