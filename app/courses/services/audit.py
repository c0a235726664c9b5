"""The audit file of a person or of a whole cohort: every paper that proves the course, with how to check it. Always the same bytes."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.core import tables
from app.core.db import db
from app.courses.models import AttendanceEvent, Certificate, Cohort, Enrolment, Production, ProgrammeVersion
from app.courses.queries import company, distance, elections, occasions, presence, standing
from app.courses.queries.presence import Followed
from app.courses.services import booklets, listening, programmes
from app.courses.services import company as companies
from app.courses.services import elections as votes
from app.courses.services.documents import (
    attestation,
    certificate_pdf,
    convocation,
    funder_statement,
    monthly_statement,
    weekly_sheet,
    zipped,
)


def audit_file(cohort_id: int, *, now: datetime, enrolment_id: int | None = None, with_grades: bool = False) -> bytes:
    """`with_grades`: also the booklets of evaluation, for those who may read grades."""
    followed = presence.followed_in(cohort_id, now=now)
    if enrolment_id is not None:
        followed = {key: one for key, one in followed.items() if key == enrolment_id}
    read_me = _READ_ME if enrolment_id is None else _READ_ME + _READ_ME_OF_ONE
    files: dict[str, bytes] = {"evenements.jsonl": _events(cohort_id, enrolment_id), "LISEZMOI.txt": read_me.encode()}
    names = occasions.names_of(list(followed))
    for number, (key, name) in enumerate(names.items(), 1):
        folder = f"{number:02d}-{_plain(name)}/" if enrolment_id is None else ""
        files |= {f"{folder}{file}": content for file, content in _of_person(key, followed[key], now, with_grades=with_grades).items()}
    files |= _of_cohort(cohort_id)
    if enrolment_id is None:
        files |= _of_everybody(cohort_id, followed.values(), now)
    return zipped(files)


_READ_ME = """Dossier de preuve de présence.

evenements.jsonl contient tous les événements de la promotion, un par ligne, dans leur ordre. Chaque ligne porte l’empreinte SHA-256 de
l’événement : celle de l’empreinte précédente, d’un retour à la ligne, puis du texte « ecrit ». Recalculer chaque empreinte montre si un
événement a été modifié, retiré ou déplacé. L’empreinte du dernier événement de chaque jour a été envoyée le soir même par courriel.
"""
_READ_ME_OF_ONE = """
Ce dossier est celui d’une seule personne : des événements qui concernent les autres, il ne donne que le rang et les empreintes, pour que
la suite se vérifie ; de ceux de toute la classe (contresignature, feuille), il dit seulement ce qui la concerne. Le texte complet est dans
le dossier de la promotion.
"""


def _of_cohort(cohort_id: int) -> dict[str, bytes]:
    """What one person's file and everybody's have in common: what was to be learnt, who was elected to speak for them."""
    cohort = db.session.get_one(Cohort, cohort_id)
    files = {"programme.pdf": programmes.paper(db.session.get_one(ProgrammeVersion, cohort.programme_version_id)).pdf()}
    for row in elections.elections(cohort_id):
        if row.closed_at is not None:
            files[f"election-{row.seat}.pdf"] = votes.minutes_paper(row).pdf()
    return files


def _of_everybody(cohort_id: int, followed: Iterable[Followed], now: datetime) -> dict[str, bytes]:
    """The sheets of each week, what each funder is told of each month, what surveys say."""
    followed = list(followed)
    over = [slot.day for one in followed for slot in one.over()]
    files = {f"feuilles/{monday.isoformat()}.pdf": weekly_sheet(cohort_id, monday, now=now).pdf() for monday in _weeks(over)}
    for organisation_id, name in standing.funders_of(cohort_id).items():
        for month in _months(over):
            paper = funder_statement(cohort_id, organisation_id, month, now=now)
            files[f"financeurs/{organisation_id}-{_plain(name)}-{month:%Y-%m}.pdf"] = paper.pdf()
    voices = listening.voices_paper(cohort_id)
    if voices.tables:
        files["enquetes-et-suivi.pdf"] = voices.pdf()
    return files


def _of_person(enrolment_id: int, followed: Followed, now: datetime, *, with_grades: bool) -> dict[str, bytes]:
    files = {"heures.csv": _hours(followed)}
    if rows_at_distance := distance.of_enrolment(enrolment_id):
        files["travail-a-distance.csv"] = _produced(rows_at_distance)
    if followed.slots:
        files["convocation.pdf"] = convocation(enrolment_id).pdf()
    for month in _months(slot.day for slot in followed.over()):
        files[f"releve-{month:%Y-%m}.pdf"] = monthly_statement(enrolment_id, month, now=now).pdf()
    last = max((slot.day for slot in followed.over()), default=None)
    if last:
        files["attestation-assiduite.pdf"] = attestation(enrolment_id, last, now=now).pdf()
    rows = sa.select(Certificate).where(Certificate.enrolment_id == enrolment_id).order_by(Certificate.id)
    for certificate in db.session.scalars(rows):
        files[f"{certificate.number}.pdf"] = certificate_pdf(certificate)
    for row in company.agreements_of([enrolment_id]):
        folder = f"entreprise-{row.first_day.isoformat()}"
        files[f"{folder}/convention.pdf"] = companies.agreement_paper(row).pdf()
        files |= {f"{folder}/{week.monday.isoformat()}.pdf": companies.week_paper(row, week).pdf() for week in company.weeks(row)}
    if with_grades:
        files["livret-evaluation.pdf"] = booklets.booklet(db.session.get_one(Enrolment, enrolment_id), now=now).pdf()
    return files


def _hours(followed: Followed) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["jour", "demi-journee", "prevu", "realise", "justifie", "non_justifie", "a_regulariser", "signe_a", "contresigne_a"])
    for slot in followed.over():
        m = slot.minutes
        moments = [moment.isoformat() if moment else "" for moment in (slot.signed_at, slot.countersigned_at)]
        writer.writerow([slot.day, slot.half, m.planned, m.done, m.justified, m.unjustified, m.to_regularise, *moments])
    return out.getvalue().encode("utf-8-sig")


def _produced(rows: Iterable[Production]) -> bytes:
    """What was made at distance, beside the rank of the event that keeps its fingerprint."""
    names = {
        "evenement": "rank",
        "dit_a": "said_at",
        "minutes_annoncees": "minutes",
        "rendu": "ref",
        "adresse": "url",
        "commit": "commit",
        "mots": "words",
    }
    names |= {"reponse": "answer", "mot_de_l_equipe": "answer_words", "repondu_a": "answered_at"}
    return tables.as_csv([{column: getattr(row, name) for column, name in names.items()} for row in rows], list(names))


def _events(cohort_id: int, of: int | None) -> bytes:
    """The chain, as anybody can check it. Ids only; `of` one enrolment: nothing of the others but their fingerprints."""
    from_chain = sa.select(AttendanceEvent).where(AttendanceEvent.cohort_id == cohort_id).order_by(AttendanceEvent.rank)
    lines = [json.dumps(_told(event, of), ensure_ascii=False, sort_keys=True) for event in db.session.scalars(from_chain)]
    return ("\n".join(lines) + "\n").encode()


def _told(event: AttendanceEvent, of: int | None) -> dict[str, object]:
    linked: dict[str, object] = {"rank": event.rank, "precedente": event.previous_hash, "empreinte": event.hash}
    about = {name: getattr(event, name) for name in ("kind", "session_id", "actor_id", "cites_rank")} | {"at": event.at.isoformat()}
    if of is None or event.enrolment_id == of:
        return linked | about | {"enrolment_id": event.enrolment_id, "ecrit": occasions.written(event)}
    said = {name: found for name, people in json.loads(event.facts).items() if (found := _said_of(of, people)) is not None}
    if event.enrolment_id is None and said:
        return linked | about | {"enrolment_id": of, "pour_cette_personne": said}
    return linked


def _said_of(one: int, people: object) -> object:
    """What a list of a whole half-day says of one enrolment: its minutes late and early, or that it is in it."""
    for row in people if isinstance(people, list) else ():
        if row == one or (isinstance(row, list) and row[:1] == [one]):
            return row[1:] if isinstance(row, list) else True
    return None


def _weeks(days: Iterable[date]) -> list[date]:
    return sorted({day - timedelta(days=day.weekday()) for day in days})


def _months(days: Iterable[date]) -> list[date]:
    return sorted({day.replace(day=1) for day in days})


def _plain(name: str) -> str:
    """A name as a folder is called."""
    kept = "".join(mark if mark.isalnum() else "-" for mark in name)
    return "-".join(filter(None, kept.split("-")))[:60] or "personne"
