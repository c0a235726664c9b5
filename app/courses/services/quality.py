"""The quality file: each indicator with what proves it, as a ZIP for an auditor. The same day gives the same bytes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import BinaryIO

import sqlalchemy as sa

from app.core import journal, tables, uploads
from app.core.db import db, transaction
from app.courses.models import Cohort, ProgrammeVersion, QualityNote
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
    for row in _notes(place_id):
        if row.upload_id is not None:
            files[f"preuves/{row.indicator:02d}-{row.dated_on}-{row.id}.pdf"] = db.session.get_one(uploads.Upload, row.upload_id).body
    return zipped(files)


def bring(*, place_id: int, indicator: int, dated_on: date, text: str, file: BinaryIO | None, actor_id: int, now: datetime) -> QualityNote:
    """A dated note on an indicator, with a PDF when there is one: it stays as it was brought."""
    with transaction() as session:
        kept = uploads.keep_pdf(file, place_id=place_id, owner_id=actor_id, now=now) if file is not None else None
        row = QualityNote(
            place_id=place_id, indicator=indicator, dated_on=dated_on, text=text, upload_id=kept.id if kept else None, author_id=actor_id,
            created_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        journal.record("quality.brought", row.id, place_id=place_id, actor_id=actor_id, at=now, indicator=indicator)
        return row


def _notes(place_id: int) -> Iterable[QualityNote]:
    return (row for rows in quality.notes(place_id).values() for row in rows)


def _indicators(place_id: int, day: date) -> Iterable[Sequence[object]]:
    held, brought = quality.proofs(place_id), quality.notes(place_id)
    for one in rules.indicators(day):
        for name in one.proofs:
            yield one.number, one.title, rules.PROOFS[name], held[name].number, held[name].latest or ""
        for row in brought.get(one.number, []):
            yield one.number, one.title, row.text, 1, row.dated_on
        if not one.proofs and one.number not in brought:
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
    return tables.as_csv([dict(zip(head, row, strict=True)) for row in rows], head)
