"""Procès-verbal of an election, or of its absence of candidate (carence)."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app.courses.papers.presence import SAY, Document, House, Table


def minutes(
    house: House,
    *,
    course: str,
    cohort: str,
    seat: str,
    electors: int,
    candidates: Sequence[str],
    rounds: Sequence[tuple[int, Sequence[tuple[str, int]]]],
    elected: str,
    opened_at: datetime | None,
    closed_at: datetime,
    zone: ZoneInfo,
) -> Document:
    tables = [
        Table(
            columns=[f"Tour {number}", "Voix"],
            rows=[*((name, str(votes)) for name, votes in votes_of), ("Votantes et votants", f"{voters} sur {electors}")],
        )
        for number, (voters, votes_of) in enumerate(rounds, 1)
    ]
    said = f"Est élu·e\u00a0: {elected}." if elected else "Personne n’est élu\u00a0: il y a carence."
    return Document(
        house=house,
        title="Procès-verbal d’élection" if elected else "Procès-verbal de carence",
        day=closed_at.astimezone(zone).date(),
        under=seat,
        facts=[
            ("Formation", course),
            ("Promotion", cohort),
            ("Siège", seat),
            ("Personnes inscrites", str(electors)),
            ("Candidatures", ", ".join(candidates) or "aucune"),
            *([("Vote ouvert", SAY.moment(opened_at, zone))] if opened_at else []),
            ("Clos", SAY.moment(closed_at, zone)),
        ],
        tables=tables,
        closing=[
            said,
            "Scrutin uninominal à deux tours, à bulletin secret (C. trav., L6352-4 3° et R6352-9 et suivants)\u00a0: la liste de qui a voté et "
            "les sommes des voix sont gardées à part, et rien ne les relie.",
        ],
        signatures=["Pour l’organisme de formation", "Une personne élue ou témoin"],
    )
