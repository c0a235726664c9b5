"""Why a bundle of papers is not made."""

from app.core.refusals import N_, Reason


class NothingToBundle(Reason):
    code = "nothing_to_bundle"
    sentence = N_("Il n’y a encore aucun document de cette sorte.")
