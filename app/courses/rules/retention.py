"""Until when a cohort's words and evidence are kept, and why they are not purged before."""

from datetime import date, timedelta

from app.core.refusals import N_, Reason

WORDS_KEPT = timedelta(days=366)  # people are still followed twelve months after


def words_until(last_day: date) -> date:
    """The last day that journals, interviews and the team's notes are kept: they prove nothing to anybody, they help while one is followed."""
    return last_day + WORDS_KEPT


class StillKept(Reason):
    code = "still_kept"
    sentence = N_("Ces preuves se gardent jusqu’au %(until)s\u00a0: trois ans après la fin de l’année du dernier règlement.")
    next_step = N_("Revenez après ce jour\u00a0: le lieu vous le proposera.")
    hard = True


class WordsStillKept(Reason):
    code = "words_still_kept"
    sentence = N_("Journaux, entretiens et notes se gardent jusqu’au %(until)s\u00a0: un an après la fin, le temps du suivi.")
    next_step = N_("Revenez après ce jour\u00a0; chacun peut toujours effacer son compte avant.")
    hard = True


class AlreadyPurged(Reason):
    code = "already_purged"
    sentence = N_("Les preuves de cette promotion sont déjà effacées.")
    taken = True
