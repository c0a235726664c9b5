"""Absences: the category of the reason and nothing more; the paper stays in its drawer."""

from collections.abc import Iterator, Mapping

from app.core.refusals import N_, Reason

# What the reason is, and its name on screen. Never a diagnosis, never a story.
CATEGORIES: Mapping[str, str] = {
    "illness": N_("maladie"),
    "child": N_("enfant ou proche à charge"),
    "employment": N_("entretien ou démarche d’emploi"),
    "administrative": N_("convocation officielle"),
    "transport": N_("transport"),
    "family": N_("événement familial"),
    "weather": N_("intempéries"),
    "other": N_("autre motif"),
}


class UnknownCategory(Reason):
    code = "unknown_category"
    sentence = N_("Choisissez le motif dans la liste.")


class NothingMissed(Reason):
    code = "nothing_missed"
    sentence = N_("Rien n’a manqué à cette demi-journée\u00a0: il n’y a rien à justifier.")
    hard = True


def reasons_justify(category: str, *, missed: int) -> Iterator[Reason]:
    if category not in CATEGORIES:
        yield UnknownCategory()
    if missed == 0:
        yield NothingMissed()
