"""Livret d'évaluation (ECF): what trainers have seen of the competences of each block, its tests and their resits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.courses.papers.presence import SAY, Document, House, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A competence: its last level given by a trainer, when, from what."""

    name: str
    level: str
    on: date | None
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A test of a block, or its resit."""

    on: date
    is_resit: bool
    passed: bool
    comment: str
    assessor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPages:
    """A block of the title, in somebody's booklet."""

    name: str
    is_acquired: bool
    assessed: Sequence[Assessed]
    tests: Sequence[Tested]


def booklet(
    house: House, *, name: str, course: str, cohort: str, first: date, last: date, minutes_done: int, blocks: Sequence[BlockPages]
) -> Document:
    """What people say of themselves is not in it: it never counts."""
    return Document(
        house=house,
        title="Livret d’évaluation",
        under="évaluations passées en cours de formation",
        day=max(_days(blocks), default=first),
        facts=[
            ("Stagiaire", name),
            ("Formation", course),
            ("Promotion", cohort),
            ("Période", f"du {SAY.date_long(first)} au {SAY.date_long(last)}"),
            ("Heures réalisées", SAY.hours_exact(minutes_done)),
        ],
        tables=[table for block in blocks for table in (_levels(block), *([_tests(block)] if block.tests else []))],
        closing=[
            "Un bloc est acquis quand une formatrice ou un formateur a vu chacune de ses compétences faite sans aide, au moins. "
            "Un rattrapage ne remplace pas l’évaluation qu’il suit\u00a0: les deux restent."
        ],
        signatures=["La ou le stagiaire", "La formatrice ou le formateur", "Pour l’organisme de formation"],
    )


def _days(blocks: Iterable[BlockPages]) -> Iterable[date]:
    for block in blocks:
        yield from (one.on for one in block.assessed if one.on)
        yield from (one.on for one in block.tests)


def _levels(block: BlockPages) -> Table:
    return Table(
        title=f"{block.name}\u00a0: {'acquis' if block.is_acquired else 'en cours'}",
        columns=["Compétence", "Niveau", "Vu le", "D’après quoi"],
        rows=[[one.name, one.level, SAY.date_long(one.on) if one.on else "", one.evidence] for one in block.assessed],
        widths=(5, 2, 2, 4),
        numbers=False,
    )


def _tests(block: BlockPages) -> Table:
    rows = [
        [
            SAY.date_long(one.on),
            "rattrapage" if one.is_resit else "ECF",
            "acquis" if one.passed else "non acquis",
            one.comment,
            one.assessor,
        ]
        for one in block.tests
    ]
    return Table(
        columns=["Passée le", "Évaluation", "Résultat", "Commentaire", "Par"],
        rows=rows,
        widths=(3, 2, 2, 5, 3),
        numbers=False,
    )
