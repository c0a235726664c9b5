"""Certificat de réalisation: frozen with all that it says, so that it is the same paper for ever."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from app.courses.papers.presence import SAY, Document, House, at_distance
from app.web.typography import NBSP


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """All that a certificate says: frozen with it, so that it is the same paper for ever."""

    number: str
    code: str
    url: str
    house_name: str
    house_lines: Sequence[str]
    signer: str
    name: str
    course: str
    nature: str
    first_day: str
    last_day: str
    minutes_done: int
    minutes_planned: int
    minutes_to_regularise: int
    reason: str
    issued_on: str
    town: str
    replaces: str = ""
    certification: str = ""
    details: Sequence[str] = field(default_factory=list)
    minutes_at_distance: int = 0


def certificate(said: Certified, *, cancelled: str = "") -> Document:
    """Certificat de réalisation, after the ministry's model (arrêté of 21 December 2018); `cancelled` is printed across its head."""
    issued = date.fromisoformat(said.issued_on)
    first, last = date.fromisoformat(said.first_day), date.fromisoformat(said.last_day)
    facts = [
        ("Intitulé", said.course),
        *([("Certification visée", said.certification)] if said.certification else []),
        ("Nature de l’action", said.nature),
        ("Dates", f"du {SAY.date_long(first)} au {SAY.date_long(last)}"),
        ("Durée réalisée", f"{SAY.hours_exact(said.minutes_done)} (sur {SAY.hours_exact(said.minutes_planned)} prévues)"),
    ]
    notes = []
    if said.reason:
        notes.append(
            f"Délivré alors que {SAY.hours_exact(said.minutes_to_regularise)} sont encore à régulariser, qui ne sont pas comptées\u00a0: {said.reason}"
        )
    if said.replaces:
        notes.append(f"Ce certificat remplace le certificat {said.replaces}, annulé.")
    return Document(
        house=House(name=said.house_name, lines=said.house_lines),
        title="Certificat de réalisation",
        under=f"nº{NBSP}{said.number}",
        banner=cancelled,
        day=issued,
        opening=[f"Je soussigné·e {said.signer}, pour {said.house_name}, atteste que {said.name} a suivi l’action suivante\u00a0:"],
        facts=facts,
        closing=[
            *notes,
            *at_distance(said.minutes_at_distance),
            "Sans préjudice des délais imposés par les règles fiscales, comptables ou commerciales, je m’engage à conserver l’ensemble des pièces "
            "justificatives qui ont permis d’établir le présent certificat pendant une durée de trois ans à compter de la fin de l’année du dernier "
            "paiement. En cas de cofinancement des fonds européens, la durée de conservation est étendue conformément aux obligations "
            "conventionnelles spécifiques.",
            f"Fait à {said.town or said.house_name}, le {SAY.date_long(issued)}.",
        ],
        signatures=["Cachet et signature de la personne responsable de l’organisme de formation"],
        foot=f"Vérifier ce certificat\u00a0: {said.url}?code={said.code}",
    )
