"""Delegates: a course of more than 500 hours elects one, and a substitute (C. trav. L6352-4 3°, R6352-9 and following).

One name a ballot, two rounds: more than half of the votes given in the first, the most votes in the second; those who are level are voted
on once more. The moment (20 to 40 hours after the beginning) is to be confirmed by the DREETS: it is said, not forced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.refusals import N_, Reason

FROM_MINUTES = 500 * 60  # beyond
WINDOW_MINUTES = (20 * 60, 40 * 60)
BLANK = 0
SEATS: Mapping[str, str] = {"delegate": N_("déléguée ou délégué titulaire"), "substitute": N_("suppléante ou suppléant")}


class NoElectionNeeded(Reason):
    code = "no_election"
    sentence = N_("Cette formation ne dépasse pas 500 heures : la loi n’y demande pas d’élection.")
    hard = True


class ElectionCalled(Reason):
    code = "election_called"
    sentence = N_("Cette élection est déjà ouverte.")
    hard = True


class NotStandingNow(Reason):
    code = "not_standing_now"
    sentence = N_("Les candidatures ne sont pas ouvertes.")
    hard = True


class NotVotingNow(Reason):
    code = "not_voting_now"
    sentence = N_("Le vote n’est pas ouvert.")
    hard = True


class NotAnElector(Reason):
    code = "not_an_elector"
    sentence = N_("Seules les personnes inscrites dans cette promotion votent et se présentent.")
    hard = True


class AlreadyVoted(Reason):
    code = "already_voted"
    sentence = N_("Vous avez déjà voté à ce tour.")
    next_step = N_("Le résultat se lira ici dès la clôture du vote.")
    hard = True


class NotACandidate(Reason):
    code = "not_a_candidate"
    sentence = N_("Choisissez un des noms proposés, ou le vote blanc.")
    hard = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round gives: somebody elected, another round between some, or nobody (carence)."""

    elected: int | None = None
    again: Sequence[int] = ()


def must_elect(minutes: int) -> bool:
    return minutes > FROM_MINUTES


def outcome(votes: Mapping[int, int], number: int) -> Outcome:
    """Of the votes of a round, by choice; blank ones are counted apart and elect nobody."""
    named = {choice: count for choice, count in votes.items() if choice != BLANK}
    given = sum(named.values())
    if not given:
        return Outcome()
    most = max(named.values())
    first = sorted(choice for choice, count in named.items() if count == most)
    if number == 1:
        return Outcome(elected=first[0]) if 2 * most > given else Outcome(again=sorted(named))
    return Outcome(elected=first[0]) if len(first) == 1 else Outcome(again=first)
