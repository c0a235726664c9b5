"""The weeks in a company: an agreement of three before day one, and hours that count when trainee and tutor say the same."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.refusals import N_, Reason

LINK_DAYS = 21  # a tutor's link serves so long after the end of its week


class CompanyTooLate(Reason):
    code = "company_too_late"
    sentence = N_("La convention se signe à trois avant le premier jour, le %(day)s.")
    next_step = N_("Changez le premier jour de la période, ou la date de signature.")
    hard = True


class CompanyDaysOutside(Reason):
    code = "company_days_outside"
    sentence = N_("Ces jours sortent de ceux que cette personne suit, ou ne contiennent aucune demi-journée en entreprise.")
    next_step = N_("Reprenez les dates de la période en entreprise de la promotion.")
    hard = True


class CompanyOverlap(Reason):
    code = "company_overlap"
    sentence = N_("Une autre convention de cette personne couvre déjà une partie de ces jours.")
    next_step = N_("Deux entreprises se suivent, elles ne se chevauchent pas.")
    hard = True


class NotAgreed(Reason):
    code = "company_not_agreed"
    sentence = N_("La convention n’est pas encore signée : aucune semaine ne se signe avant elle.")
    next_step = N_("Demandez à la ou au responsable de la formation.")
    hard = True


class WeekNotOver(Reason):
    code = "company_week_not_over"
    sentence = N_("Cette semaine n’est pas terminée : elle se signe après sa dernière demi-journée.")
    hard = True


class WeekSigned(Reason):
    code = "company_week_signed"
    sentence = N_("Cette semaine est déjà signée.")
    next_step = N_("Pour la corriger, voyez la ou le responsable de la formation.")
    hard = True


class WeekAgreed(Reason):
    code = "company_agreed"
    sentence = N_("La convention est signée : elle ne change plus.")
    next_step = N_("Ce qui change ensuite s’écrit par avenant.")
    hard = True


@dataclass(frozen=True, slots=True)
class Settled:
    """What two statements of one week come to; half-days said differently wait for a person."""

    present: frozenset[int]
    absent: frozenset[int]
    disputed: frozenset[int]


def settled(half_days: Collection[int], trainee: Collection[int], tutor: Collection[int]) -> Settled:
    """Present when both say so, absent when neither does."""
    present = {one for one in half_days if one in trainee and one in tutor}
    absent = {one for one in half_days if one not in trainee and one not in tutor}
    return Settled(frozenset(present), frozenset(absent), frozenset(set(half_days) - present - absent))


def reasons_signature(signed_on: date, first_day: date) -> Iterator[Reason]:
    if signed_on >= first_day:
        yield CompanyTooLate(day=first_day)


def link_serves(monday: date, *, today: date) -> bool:
    """Whether a tutor may still open the link of this week."""
    return today <= monday + timedelta(days=6 + LINK_DAYS)
