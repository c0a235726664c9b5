"""Papers of the weeks in a company: the agreement of three parties, and the sheet of a week."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from app.courses.models import CompanyAgreement, CompanyWeek
from app.courses.papers.presence import SAY, Document, House, Table


class Half(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def day(self) -> date: ...
    @property
    def half(self) -> str: ...


class Signed(Protocol):
    @property
    def monday(self) -> date: ...
    @property
    def half_days(self) -> Sequence[Half]: ...
    @property
    def row(self) -> CompanyWeek | None: ...


def agreement(row: CompanyAgreement, *, house: House, trainee: str, course: str, minutes: int) -> Document:
    """Convention de période en entreprise. What each party promises is said in plain words."""
    siret = [("SIRET", row.siret)] if row.siret else []
    return Document(
        house=house,
        title="Convention de période en entreprise",
        day=row.signed_on or row.first_day,
        under="entre trois parties",
        facts=[
            ("Organisme de formation", house.name),
            ("Stagiaire", trainee),
            ("Formation", course),
            ("Entreprise", row.company),
            *siret,
            ("Adresse", row.address),
            ("Tutrice ou tuteur", f"{row.tutor_name}, {row.tutor_role}" if row.tutor_role else row.tutor_name),
            ("Période", f"du {SAY.date_long(row.first_day)} au {SAY.date_long(row.last_day)}"),
            ("Durée prévue", SAY.hours_exact(minutes)),
        ],
        closing=[
            f"Ce qui est confié\u00a0: {row.tasks}",
            "La ou le stagiaire garde son statut de stagiaire de la formation professionnelle, reste sous la responsabilité de l’organisme "
            "de formation, suit les règles de l’entreprise et y apprend son métier sans y remplacer personne.",
            "L’entreprise nomme une tutrice ou un tuteur, qui accueille, montre, relit le travail, signe chaque semaine la feuille de "
            "présence et remplit la grille d’évaluation. Elle prévient le jour même d’une absence ou d’un accident.",
            "L’organisme de formation assure le suivi, rend visite, et répond de la protection sociale et de la responsabilité civile de la "
            "ou du stagiaire.",
            f"Signée à trois le {SAY.date_long(row.signed_on)}."
            if row.signed_on
            else "À signer par les trois parties avant le premier jour.",
        ],
        signatures=["L’organisme de formation", "La ou le stagiaire", "L’entreprise"],
    )


SIGNED_APART = (
    "Signatures électroniques simples (règlement eIDAS, art.\u00a025\u00a0; Code civil, art.\u00a01366 et 1367)\u00a0: le compte de la ou du "
    "stagiaire, et un lien personnel envoyé par courriel à qui l’accueille\u00a0; à la main quand une case n’est pas datée."
)


def week_sheet(row: CompanyAgreement, week: Signed, *, house: House, trainee: str, zone: ZoneInfo) -> Document:
    """Feuille de la semaine en entreprise."""
    said = week.row
    rows = [
        [
            SAY.day(one.day),
            "matin" if one.half == "morning" else "après-midi",
            _said(said.trainee_said if said else None, one.id),
            _said(said.tutor_said if said else None, one.id),
        ]
        for one in week.half_days
    ]
    tables = [
        Table(columns=["Jour", "Demi-journée", "Stagiaire", "Tutrice ou tuteur"], rows=rows, widths=(2, 2, 2, 2), numbers=False, boxes=True)
    ]
    closing = [f"Travail fait\u00a0: {said.work}"] if said and said.work else []
    closing += [f"Remarque de la tutrice ou du tuteur\u00a0: {said.remark}"] if said and said.remark else []
    signatures = [
        _signature(trainee, said.trainee_signed_at if said else None, zone),
        _signature(row.tutor_name, said.tutor_signed_at if said else None, zone),
    ]
    return Document(
        house=house,
        title="Feuille de la semaine en entreprise",
        day=week.half_days[-1].day,
        under=f"semaine du {SAY.date_long(week.monday)}",
        facts=[("Stagiaire", trainee), ("Entreprise", row.company), ("Tutrice ou tuteur", row.tutor_name)],
        tables=tables,
        closing=[*closing, SIGNED_APART],
        signatures=signatures,
    )


def _said(present: Sequence[int] | None, session_id: int) -> str:
    if present is None:
        return ""
    return "présence" if session_id in present else "absence"


def _signature(name: str, at: datetime | None, zone: ZoneInfo) -> str:
    return f"{name}, {SAY.moment(at, zone)}" if at else name
