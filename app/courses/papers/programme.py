"""Programme of a course, as the law asks it to be given before one enters (C. trav., L6353-8 and L6353-3): from its file."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from app.courses.papers.presence import SAY, Document, House, Section, Table
from app.courses.rules.programmes import Outline, Part, Skill

# What a programme's file may say of the course, and what it is called on the paper.
_HEADINGS = {
    "public": "Public",
    "prerequis": "Prérequis",
    "modalites_acces": "Modalités d’accès",
    "delai_acces": "Délai d’accès",
    "tarif": "Tarif",
    "methodes": "Méthodes",
    "moyens": "Moyens",
    "modalites_evaluation": "Évaluation",
    "accessibilite": "Accessibilité",
    "referent_pedagogique": "Référence pédagogique",
}


def programme(house: House, outline: Outline, *, day: date, disability_referent: str) -> Document:
    """Its aims and its means, what is learnt module by module, and the hours of each competence."""
    head = outline.document["programme"]
    said = {title: text for key, title in _HEADINGS.items() if (text := _lines(head.get(key)))}
    named = [disability_referent] if disability_referent else _lines(head.get("referent_handicap"))
    sections = [
        *(Section(title=title, items=items) for title, items in said.items()),
        *([Section(title="Référence handicap", items=named)] if named else []),
        *_blocks(outline),
    ]
    return Document(
        house=house,
        title="Programme de formation",
        under=f"version {outline.label}",
        day=day,
        opening=[line for line in (str(head.get("accroche") or ""),) if line],
        facts=[("Formation", outline.title), *_certification(head.get("certification_visee")), *_length(outline)],
        sections=sections,
        tables=[_module(part) for part in outline.parts],
    )


def _certification(said: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(said, Mapping):
        return
    sheet, level = said.get("fiche_rncp"), said.get("niveau")
    of_sheet = f" ({sheet}, niveau\u00a0{level})" if sheet and level else f" ({sheet})" if sheet else ""
    if title := said.get("intitule"):
        yield "Certification visée", f"{title}{of_sheet}"
    if by := said.get("certificateur"):
        yield "Certificateur", str(by)
    until = said.get("fin_enregistrement")
    if isinstance(until, date):
        yield "Enregistrée jusqu’au", SAY.date_long(until)


def _length(outline: Outline) -> Iterator[tuple[str, str]]:
    company = f", dont {SAY.hours_exact(outline.company_minutes)} en entreprise" if outline.company_minutes else ""
    yield "Durée", f"{SAY.hours_exact(outline.minutes)}{company}"
    yield "Effectif", f"{outline.capacity} personnes au plus"


def _blocks(outline: Outline) -> Iterator[Section]:
    """The competences one comes out with, by block, then those that belong to none."""
    by_block: dict[tuple[str, str], list[Skill]] = {}
    for skill in outline.skills:
        by_block.setdefault((skill.block_code, skill.block_title), []).append(skill)
    for (code, title), skills in by_block.items():
        yield Section(
            title=f"{title} ({code})" if code else "Compétences transversales", items=[f"{one.code}, {one.title}" for one in skills]
        )


def _module(part: Part) -> Table:
    where = ", en entreprise" if part.in_company else ""
    return Table(
        title=f"{part.title}, {SAY.hours_exact(part.minutes)}{where}",
        columns=["Séquence", "Ce qu’on vise", "Durée"],
        rows=[[step.title, step.objective, SAY.hours_exact(step.minutes)] for step in part.steps],
        widths=(2, 3, 0),
        numbers=False,
    )


def _lines(said: Any) -> list[str]:
    """What the file says there: a line, or several."""
    several = said if isinstance(said, list) else [said]
    return [str(one).strip() for one in several if one not in (None, "")]
