"""Distance work: counted from what is produced, for an announced mean duration, once who teaches has accepted it.

C. trav. D6313-3-1: what proves a course at distance is the work that it asks for, with a mean duration announced beforehand. There is
no room, no code and no hour of signature to look at.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo

from app.core.refusals import N_, Reason
from app.courses.rules.learning import is_commit, is_repository
from app.courses.rules.refusals import BadCommit, BadRepository


class AtDistance(Reason):
    code = "at_distance"
    sentence = N_(
        "Cette demi-journée se fait à distance\u00a0: elle se prouve par ce qui est produit, pas par une signature dans la salle."
    )
    next_step = N_("Dites ce qui a été produit.")
    hard = True


class NotAtDistance(Reason):
    code = "not_at_distance"
    sentence = N_("Cette demi-journée n’est pas à distance\u00a0: elle se signe.")
    hard = True


class NothingProduced(Reason):
    code = "nothing_produced"
    sentence = N_("Dites ce que vous avez produit\u00a0: un rendu du jour, une adresse, ou quelques mots.")


class DistanceNotBegun(Reason):
    code = "distance_not_begun"
    sentence = N_("Cette demi-journée à distance n’a pas commencé\u00a0: elle commence %(moment)s.")
    hard = True


class NotedAbsent(Reason):
    code = "noted_absent"
    sentence = N_("Cette demi-journée est notée comme une absence.")
    next_step = N_("Parlez-en à la formatrice ou au formateur, qui peut vous la redemander.")
    hard = True


class AlreadyProduced(Reason):
    code = "already_produced"
    sentence = N_("Vous avez déjà dit ce que vous avez produit\u00a0: la formatrice ou le formateur le regarde, ou l’a accepté.")
    taken = True


class NothingToAnswer(Reason):
    code = "nothing_to_answer"
    sentence = N_("Rien n’attend de réponse ici\u00a0: une autre a déjà été donnée, ou rien n’a été produit.")
    taken = True


class WordMissing(Reason):
    code = "word_missing"
    sentence = N_("Écrivez ce qui manque\u00a0: la personne doit savoir quoi reprendre.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What somebody says that they made: something handed in here, an address and its commit, words; one of them is enough."""

    ref: str = ""
    url: str = ""
    commit: str = ""
    words: str = ""

    @property
    def fingerprint(self) -> str:
        """What the chain keeps of it, so that no later change goes unseen."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def reasons_made(made: Made) -> Iterator[Reason]:
    """An address is one of the web; a commit goes with an address."""
    if not (made.ref or made.url or made.words):
        yield NothingProduced()
    if made.url and not is_repository(made.url):
        yield BadRepository()
    if made.commit and not (made.url and is_commit(made.commit)):
        yield BadCommit()


def reasons_begun(starts_at: datetime, *, now: datetime, zone: tzinfo) -> Iterator[Reason]:
    """A half-day to come is never proved in advance; afterwards there is no last hour."""
    if now < starts_at:
        yield DistanceNotBegun(moment=starts_at.astimezone(zone))
