"""Qualiopi: the indicators of the national reference, each with where its living evidence is (décret 2019-565).

32 until 31 October 2026, 33 from 1 November 2026 (décret 2026-728 of 1 August 2026; the wording and the scope of the last one are to be
confirmed). An indicator that has no evidence here is said so: it is brought by hand, never made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.refusals import N_


@dataclass(frozen=True, slots=True)
class Indicator:
    number: int
    title: str
    proofs: tuple[str, ...] = ()
    since: date = date(2019, 6, 6)


_ALL: Sequence[Indicator] = (
    Indicator(1, N_("Information du public sur les prestations"), ("programmes",)),
    Indicator(2, N_("Indicateurs de résultats"), ("surveys", "follow_ups")),
    Indicator(3, N_("Taux d’obtention de la certification"), ("block_tests",)),
    Indicator(4, N_("Analyse du besoin de la personne et de qui finance"), ("applications",)),
    Indicator(5, N_("Objectifs opérationnels et évaluables"), ("programmes",)),
    Indicator(6, N_("Contenus et modalités adaptés aux objectifs"), ("programmes",)),
    Indicator(7, N_("Contenus en accord avec la certification visée"), ("programmes",)),
    Indicator(8, N_("Positionnement et évaluation des acquis à l’entrée"), ("applications", "masteries")),
    Indicator(9, N_("Information sur les conditions de déroulement"), ("sessions",)),
    Indicator(10, N_("Adaptation, accompagnement et suivi"), ("exemptions", "masteries")),
    Indicator(11, N_("Évaluation de l’atteinte des objectifs"), ("masteries", "block_tests")),
    Indicator(12, N_("Engagement des personnes et prévention des ruptures"), ("alerts",)),
    Indicator(13, N_("Coordination de l’alternance"), ("companies",)),
    Indicator(14, N_("Accompagnement socioprofessionnel des apprentis")),
    Indicator(15, N_("Information des apprentis sur leurs droits et devoirs")),
    Indicator(16, N_("Conditions de présentation à la certification"), ("block_tests",)),
    Indicator(17, N_("Moyens humains et techniques, environnement"), ("sessions",)),
    Indicator(18, N_("Coordination des personnes qui interviennent"), ("sessions",)),
    Indicator(19, N_("Ressources pédagogiques à disposition"), ("programmes",)),
    Indicator(20, N_("Personnel dédié à la mobilité et au handicap en apprentissage")),
    Indicator(21, N_("Compétences des personnes qui interviennent")),
    Indicator(22, N_("Développement des compétences de l’équipe")),
    Indicator(23, N_("Veille légale et réglementaire")),
    Indicator(24, N_("Veille sur les métiers et les compétences")),
    Indicator(25, N_("Veille pédagogique et technologique")),
    Indicator(26, N_("Accueil des personnes en situation de handicap"), ("applications",)),
    Indicator(27, N_("Sous-traitance et portage salarial")),
    Indicator(28, N_("Périodes en situation de travail"), ("companies",)),
    Indicator(29, N_("Insertion ou poursuite d’études"), ("follow_ups",)),
    Indicator(30, N_("Recueil des appréciations"), ("surveys",)),
    Indicator(31, N_("Traitement des difficultés et des réclamations"), ("complaints",)),
    Indicator(32, N_("Améliorations tirées des appréciations et des réclamations"), ("improvements",)),
    Indicator(33, N_("Indicateur ajouté par le décret 2026-728 (libellé et champ à confirmer)"), (), date(2026, 11, 1)),
)
PROOFS = {
    "programmes": N_("programmes versionnés"),
    "surveys": N_("enquêtes envoyées"),
    "follow_ups": N_("situations connues après la formation"),
    "block_tests": N_("évaluations de bloc"),
    "applications": N_("candidatures étudiées"),
    "masteries": N_("niveaux de compétence notés"),
    "sessions": N_("demi-journées au programme, avec salle et formateur"),
    "exemptions": N_("demi-journées dispensées"),
    "alerts": N_("alertes d’absence"),
    "companies": N_("conventions en entreprise"),
    "complaints": N_("réclamations au registre"),
    "improvements": N_("améliorations décidées"),
}


def indicators(day: date) -> list[Indicator]:
    """Those in force on a day."""
    return [one for one in _ALL if one.since <= day]
