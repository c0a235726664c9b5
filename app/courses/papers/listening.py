"""What surveys and what leavers became say of a cohort, on paper: each figure with its number, its period and its method."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.courses.papers.presence import SAY, Document, House, Table
from app.courses.rules.listening import SURVEYS, Insertion, Results


def voices(
    house: House, *, course: str, cohort: str, first: date, last: date, surveys: Sequence[Results], insertions: Sequence[Insertion]
) -> Document:
    """Nothing but numbers while fewer than five have answered; never the words, which may betray somebody."""
    return Document(
        house=house,
        title="Enquêtes et suivi",
        day=last,
        facts=[("Formation", course), ("Promotion", cohort), ("Période", f"du {SAY.date_long(first)} au {SAY.date_long(last)}")],
        tables=[*(_survey(one) for one in surveys), *([_insertion(insertions)] if insertions else [])],
        closing=[
            "Réponses anonymes à un questionnaire en ligne, notées de 1 (pas du tout) à 5 (tout à fait). Sous cinq réponses, rien n’est publié.",
            "Suivi\u00a0: chaque personne de la promotion est interrogée, en ligne ou au téléphone\u00a0; les taux sont donnés sur les réponses et "
            "sur toutes les personnes.",
        ],
    )


def _survey(one: Results) -> Table:
    told = f"{one.answered} {'réponse' if one.answered < 2 else 'réponses'} sur {one.asked}, soit {_rate(one.rate)}"
    return Table(
        title=f"{SURVEYS[one.survey]}\u00a0: {told}",
        columns=["Question", "Moyenne sur 5"],
        rows=[[question, _number(mean)] for question, mean in one.means] or [["moins de cinq réponses", "—"]],
    )


def _insertion(insertions: Sequence[Insertion]) -> Table:
    rows = []
    for one in insertions:
        rates = [_rate(rate) for rate in one.rates] if one.may_be_told else ["—"] * 4
        rows.append([f"{one.months} mois après", f"{one.answered} sur {one.leavers}", *rates])
    return Table(
        title="Ce que les personnes sont devenues",
        columns=["Quand", "Réponses", "En emploi, des réponses", "de tous", "Dans le métier, des réponses", "de tous"],
        rows=rows,
    )


def _rate(rate: Decimal) -> str:
    return f"{_number(rate)}\u00a0%"


def _number(value: Decimal) -> str:
    return f"{value:.1f}".replace(".", ",")
