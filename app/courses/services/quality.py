"""The quality file: each indicator with what proves it, as a ZIP for an auditor. The same day gives the same bytes."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from app.core.db import db
from app.courses.models import Cohort, ProgrammeVersion
from app.courses.queries import listening, quality
from app.courses.rules import quality as rules
from app.courses.rules.listening import KINDS, SURVEYS
from app.courses.services.documents import zipped


def quality_file(place_id: int, *, day: date) -> bytes:
    """Numbers and dates of each proof; programmes as they are; surveys from five answers on; the register without names."""
    files = {
        "indicateurs.csv": _written(["numero", "indicateur", "preuve", "nombre", "derniere"], _indicators(place_id, day)),
        "reclamations.csv": _written(["recue", "nature", "reponse_avant", "repondue", "reglee", "amelioration"], _complaints(place_id)),
        "enquetes.csv": _written(
            ["promotion", "enquete", "interroges", "reponses", "taux", "question", "moyenne_sur_5"], _surveys(place_id)
        ),
        "insertion.csv": _written(
            ["promotion", "mois", "personnes", "reponses", "en_emploi", "dans_le_metier", "emploi_des_reponses", "emploi_de_tous"],
            _insertions(place_id),
        ),
    }
    versions = sa.select(ProgrammeVersion).where(ProgrammeVersion.place_id == place_id).order_by(ProgrammeVersion.id)
    for version in db.session.scalars(versions):
        files[f"programmes/{version.id}.yaml"] = version.source.encode()
    return zipped(files)


def _indicators(place_id: int, day: date) -> Iterable[Sequence[object]]:
    held = quality.proofs(place_id)
    for one in rules.indicators(day):
        for name in one.proofs:
            yield one.number, one.title, rules.PROOFS[name], held[name].number, held[name].latest or ""
        if not one.proofs:
            yield one.number, one.title, "à apporter", "", ""


def _complaints(place_id: int) -> Iterable[Sequence[object]]:
    for row in listening.complaints(place_id):
        answered, closed = (moment.date() if moment else "" for moment in (row.answered_at, row.closed_at))
        yield row.received_at.date(), KINDS[row.kind], row.due_on, answered, closed, row.improvement


def _surveys(place_id: int) -> Iterable[Sequence[object]]:
    for cohort in _cohorts(place_id):
        for one in listening.results(cohort.id):
            about = (cohort.name, SURVEYS[one.survey], one.asked, one.answered, one.rate)
            yield from ((*about, question, mean) for question, mean in one.means)
            if not one.means:
                yield (*about, "", "")


def _insertions(place_id: int) -> Iterable[Sequence[object]]:
    for cohort in _cohorts(place_id):
        for one in listening.insertions(cohort.id):
            told = (one.employed, one.in_trade, one.rates[0], one.rates[1]) if one.may_be_told else ("", "", "", "")
            yield (cohort.name, one.months, one.leavers, one.answered, *told)


def _cohorts(place_id: int) -> Sequence[Cohort]:
    return db.session.scalars(sa.select(Cohort).where(Cohort.place_id == place_id).order_by(Cohort.first_day, Cohort.id)).all()


def _written(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(head)
    writer.writerows([["'" + cell if isinstance(cell, str) and cell[:1] in "=+-@\t" and cell else cell for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")
