"""The audit file of a person or of a whole cohort: every paper that proves the course, with how to check it. Always the same bytes.

What it holds is said first, by name, each with how it is made: one person's is made at once, a cohort's by the worker, a few papers at a time.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial

import sqlalchemy as sa

from app.core import tables
from app.core.db import db
from app.core.period import monday_of
from app.courses.models import AttendanceEvent, Certificate, Cohort, Enrolment, Production, ProgrammeVersion
from app.courses.papers.presence import Document
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

Maker = Callable[[], bytes]


def audit_file(cohort_id: int, *, now: datetime, enrolment_id: int | None = None, with_grades: bool = False) -> bytes:
    """`with_grades`: also the booklets of evaluation, for those who may read grades."""
    papers = audit_papers(cohort_id, now=now, enrolment_id=enrolment_id, with_grades=with_grades)
    return zipped({name: make() for name, make in papers.items()})


def audit_papers(cohort_id: int, *, now: datetime, enrolment_id: int | None = None, with_grades: bool = False) -> dict[str, Maker]:
    """What the file holds, by name, and how each paper is made."""
    followed = presence.followed_in(cohort_id, now=now)
    if enrolment_id is not None:
        followed = {key: one for key, one in followed.items() if key == enrolment_id}
    read_me = _READ_ME if enrolment_id is None else _READ_ME + _READ_ME_OF_ONE
    papers: dict[str, Maker] = {"evenements.jsonl": partial(_events, cohort_id, enrolment_id), "LISEZMOI.txt": read_me.encode}
    names = occasions.names_of(list(followed))
    for number, (key, name) in enumerate(names.items(), 1):
        folder = f"{folder_of(number, name)}/" if enrolment_id is None else ""
        papers |= {f"{folder}{paper}": make for paper, make in _of_person(key, followed[key], now, with_grades=with_grades).items()}
    papers |= _of_cohort(cohort_id)
    if enrolment_id is None:
        papers |= _of_everybody(cohort_id, followed.values(), now)
    return papers


def statement_papers(cohort_id: int, month: date, *, now: datetime) -> dict[str, Maker]:
    """A month's statements: each person's, each funder's."""
    followed = presence.followed_in(cohort_id, now=now)
    told = {key: one for key, one in followed.items() if month in months(slot.day for slot in one.over())}
    papers = {
        f"{folder_of(number, name)}-{month:%Y-%m}.pdf": _printed(monthly_statement, key, month, now=now)
        for number, (key, name) in enumerate(occasions.names_of(list(told)).items(), 1)
    }
    return papers | (_of_funders(cohort_id, [month], now) if told else {})


def certificate_papers(cohort_id: int) -> dict[str, Maker]:
    """Every certificate that holds, under its number."""
    rows = sa.select(Certificate).join(Enrolment).where(Enrolment.cohort_id == cohort_id, Certificate.cancelled_at.is_(None))
    held = db.session.scalars(rows.order_by(Certificate.id)).all()
    names = occasions.names_of([row.enrolment_id for row in held])
    return {f"{row.number}-{plain(names[row.enrolment_id])}.pdf": partial(certificate_pdf, row) for row in held}


def _printed(make: Callable[..., Document], *about: object, **more: object) -> Maker:
    """A paper that is gathered and drawn when its turn comes."""
    return lambda: make(*about, **more).pdf()


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


def _of_cohort(cohort_id: int) -> dict[str, Maker]:
    """What one person's file and everybody's have in common: what was to be learnt, who was elected to speak for them."""
    cohort = db.session.get_one(Cohort, cohort_id)
    papers = {"programme.pdf": _printed(programmes.paper, db.session.get_one(ProgrammeVersion, cohort.programme_version_id))}
    for row in elections.elections(cohort_id):
        if row.closed_at is not None:
            papers[f"election-{row.seat}.pdf"] = _printed(votes.minutes_paper, row)
    return papers


def _of_everybody(cohort_id: int, followed: Iterable[Followed], now: datetime) -> dict[str, Maker]:
    """The sheets of each week, what each funder is told of each month, what surveys say."""
    over = [slot.day for one in followed for slot in one.over()]
    papers = {f"feuilles/{monday.isoformat()}.pdf": _printed(weekly_sheet, cohort_id, monday, now=now) for monday in _weeks(over)}
    papers |= {f"financeurs/{name}": make for name, make in _of_funders(cohort_id, months(over), now).items()}
    voices = listening.voices_paper(cohort_id)
    if voices.tables:
        papers["enquetes-et-suivi.pdf"] = voices.pdf
    return papers


def _of_funders(cohort_id: int, told: Iterable[date], now: datetime) -> dict[str, Maker]:
    """What each funder is told of these months."""
    return {
        f"{organisation_id}-{plain(name)}-{month:%Y-%m}.pdf": _printed(funder_statement, cohort_id, organisation_id, month, now=now)
        for organisation_id, name in standing.funders_of(cohort_id).items()
        for month in told
    }


def _of_person(enrolment_id: int, followed: Followed, now: datetime, *, with_grades: bool) -> dict[str, Maker]:
    papers: dict[str, Maker] = {"heures.csv": partial(_hours, followed)}
    if rows_at_distance := distance.of_enrolment(enrolment_id):
        papers["travail-a-distance.csv"] = partial(_produced, rows_at_distance)
    if followed.slots:
        papers["convocation.pdf"] = _printed(convocation, enrolment_id)
    for month in months(slot.day for slot in followed.over()):
        papers[f"releve-{month:%Y-%m}.pdf"] = _printed(monthly_statement, enrolment_id, month, now=now)
    last = max((slot.day for slot in followed.over()), default=None)
    if last:
        papers["attestation-assiduite.pdf"] = _printed(attestation, enrolment_id, last, now=now)
    rows = sa.select(Certificate).where(Certificate.enrolment_id == enrolment_id).order_by(Certificate.id)
    for certificate in db.session.scalars(rows):
        papers[f"{certificate.number}.pdf"] = partial(certificate_pdf, certificate)
    for row in company.agreements_of([enrolment_id]):
        folder = f"entreprise-{row.first_day.isoformat()}"
        papers[f"{folder}/convention.pdf"] = _printed(companies.agreement_paper, row)
        papers |= {f"{folder}/{week.monday.isoformat()}.pdf": _printed(companies.week_paper, row, week) for week in company.weeks(row)}
    if with_grades:
        papers["livret-evaluation.pdf"] = _printed(booklets.booklet, db.session.get_one(Enrolment, enrolment_id), now=now)
    return papers


def _hours(followed: Followed) -> bytes:
    columns = ("jour", "demi-journee", "prevu", "realise", "justifie", "non_justifie", "a_regulariser", "signe_a", "contresigne_a")
    rows = []
    for slot in followed.over():
        m = slot.minutes
        moments = [moment.isoformat() if moment else "" for moment in (slot.signed_at, slot.countersigned_at)]
        told = [slot.day, slot.half, m.planned, m.done, m.justified, m.unjustified, m.to_regularise, *moments]
        rows.append(dict(zip(columns, told, strict=True)))
    return tables.as_csv(rows, columns)


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
    return sorted({monday_of(day) for day in days})


def months(days: Iterable[date]) -> list[date]:
    """The first day of each month of these days."""
    return sorted({day.replace(day=1) for day in days})


def folder_of(number: int, name: str) -> str:
    """« 03-Camille-Martin »: in the order of names, two of one name apart."""
    return f"{number:02d}-{plain(name)}"


def plain(name: str) -> str:
    """A name as a file is called."""
    kept = "".join(mark if mark.isalnum() else "-" for mark in name)
    return "-".join(filter(None, kept.split("-")))[:60] or "personne"
