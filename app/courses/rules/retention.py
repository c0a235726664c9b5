"""Why evidence is not purged."""

from app.core.refusals import N_, Reason


class StillKept(Reason):
    code = "still_kept"
    sentence = N_("Ces preuves se gardent jusqu’au %(until)s\u00a0: trois ans après la fin de l’année du dernier règlement.")
    next_step = N_("Revenez après ce jour\u00a0: le lieu vous le proposera.")
    hard = True


class AlreadyPurged(Reason):
    code = "already_purged"
    sentence = N_("Les preuves de cette promotion sont déjà effacées.")
    taken = True
