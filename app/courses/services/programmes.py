"""Programmes: taken from a file, changed in pages, copied to a new version; never changed under a cohort that has begun."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.courses import queries
from app.courses.models import Cohort, Competence, CourseSession, Module, Programme, ProgrammeVersion, Sequence, SequenceCompetence
from app.courses.papers import programme as papers
from app.courses.papers.presence import Document
from app.courses.rules import Outline, VersionFrozen, VersionKnown, VersionPoured, programmes
from app.courses.services.documents import house_of
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class Loaded:
    version: ProgrammeVersion
    is_new: bool
    has_changed: bool


def paper(version: ProgrammeVersion) -> Document:
    """The programme, as it is given to who asks and to an auditor."""
    place = db.session.get_one(Place, version.place_id)
    written_on = version.created_at.astimezone(place.tz).date()
    return papers.programme(house_of(place), queries.outline(version), day=written_on, disability_referent=place.disability_referent)


def load_programme(content: bytes, *, place_id: int, actor_id: int | None, now: datetime) -> Loaded:
    """Take a programme's file: a version that the lieu does not have yet, or the same one corrected. Twice the same changes nothing.

    Raises `ProgrammeRefused` with every fault of the file, `Refused` when that version is frozen.
    """
    outline, source = programmes.read(content)
    with transaction():
        programme = _programme(outline.code, place_id=place_id, now=now)
        version = db.session.scalar(
            sa.select(ProgrammeVersion).where(ProgrammeVersion.programme_id == programme.id, ProgrammeVersion.label == outline.label)
        )
        if version is not None and version.source == source:
            return Loaded(version, is_new=False, has_changed=False)
        is_new = version is None
        if version is None:
            version = ProgrammeVersion(place_id=place_id, programme_id=programme.id, label=outline.label, created_at=now)
        version = _write(version, outline, source)
        event = "programme.loaded" if is_new else "programme.changed"
        journal.record(event, version.id, place_id=place_id, actor_id=actor_id, at=now, version=outline.label)
        return Loaded(version, is_new=is_new, has_changed=True)


def change_sequence(
    version_id: int, *, code: str | None, changes: Mapping[str, Any], module: str = "", actor_id: int, now: datetime
) -> ProgrammeVersion:
    """Change a sequence (keys of the file), or add one to a module when it has no code yet."""
    with transaction():
        version = db.session.get_one(ProgrammeVersion, version_id)
        document = queries.outline(version).document
        changed = programmes.with_new_step(document, module, changes) if code is None else programmes.with_step(document, code, changes)
        return _rewrite(version, changed, actor_id=actor_id, now=now)


def remove_sequence(version_id: int, *, code: str, actor_id: int, now: datetime) -> ProgrammeVersion:
    with transaction():
        version = db.session.get_one(ProgrammeVersion, version_id)
        changed = programmes.without_step(queries.outline(version).document, code)
        return _rewrite(version, changed, actor_id=actor_id, now=now)


def copy_version(version_id: int, *, label: str, actor_id: int, now: datetime) -> ProgrammeVersion:
    """A new version that says the same, to be changed without touching the cohorts of the first."""
    with transaction():
        version = db.session.get_one(ProgrammeVersion, version_id)
        document = programmes.with_label(queries.outline(version).document, label)
        taken = sa.exists().where(ProgrammeVersion.programme_id == version.programme_id, ProgrammeVersion.label == label)
        if db.session.scalar(sa.select(taken)):
            raise Refused(VersionKnown(version=label))
        copy = ProgrammeVersion(place_id=version.place_id, programme_id=version.programme_id, label=label, created_at=now)
        source = programmes.write(document, preamble=programmes.preamble_of(version.source))
        copy = _write(copy, programmes.check(document), source)
        journal.record("programme.copied", copy.id, place_id=copy.place_id, actor_id=actor_id, at=now, version=label)
        return copy


def freeze(version: ProgrammeVersion, *, now: datetime) -> None:
    """Inside a transaction: a cohort begins on it, it says the same for ever."""
    if version.frozen_at is None:
        version.frozen_at = now


def _programme(code: str, *, place_id: int, now: datetime) -> Programme:
    programme = db.session.scalar(sa.select(Programme).where(Programme.place_id == place_id, Programme.code == code))
    if programme is None:
        programme = Programme(place_id=place_id, code=code, created_at=now)
        db.session.add(programme)
        db.session.flush()
    return programme


def _rewrite(version: ProgrammeVersion, document: Mapping[str, Any], *, actor_id: int, now: datetime) -> ProgrammeVersion:
    outline = programmes.check(document)
    source = programmes.write(document, preamble=programmes.preamble_of(version.source))
    if source != version.source:
        _write(version, outline, source)
        journal.record("programme.changed", version.id, place_id=version.place_id, actor_id=actor_id, at=now, version=version.label)
    return version


def _write(version: ProgrammeVersion, outline: Outline, source: str) -> ProgrammeVersion:
    """The version's file, and its rows read again from it. Sequences keep their row as long as they keep their code."""
    if version.id is not None:
        _refuse_frozen(version)
    version.source = source
    version.title, version.capacity = outline.title, outline.capacity
    version.minutes, version.company_minutes = outline.minutes, outline.company_minutes
    db.session.add(version)
    db.session.flush()
    skills = _skills(version.id, outline)
    modules = _modules(version.id, outline)
    known = {row.code: row for row in db.session.scalars(sa.select(Sequence).where(Sequence.version_id == version.id))}
    if gone := [row for code, row in known.items() if code not in {step.code for step in outline.steps}]:
        _refuse_poured(gone)
        db.session.execute(sa.delete(SequenceCompetence).where(SequenceCompetence.sequence_id.in_([row.id for row in gone])))
        for row in gone:
            db.session.delete(row)
    rank = 0
    links = []
    for part in outline.parts:
        for step in part.steps:
            rank += 1
            row = known.get(step.code) or Sequence(version_id=version.id, code=step.code)
            row.module_id, row.competence_id, row.rank = modules[part.code].id, skills[step.skill].id, rank
            row.title, row.minutes, row.objective, row.activities = step.title, step.minutes, step.objective, list(step.activities)
            row.way, row.proof, row.bring, row.content = step.way, step.proof, step.bring, step.content
            db.session.add(row)
            links += [(row, skills[code].id) for code in step.linked]
    db.session.flush()
    ours = sa.select(Sequence.id).where(Sequence.version_id == version.id)
    db.session.execute(sa.delete(SequenceCompetence).where(SequenceCompetence.sequence_id.in_(ours)))
    db.session.add_all(SequenceCompetence(sequence_id=row.id, competence_id=competence_id) for row, competence_id in links)
    _drop_what_is_left(version.id, outline)
    db.session.flush()
    return version


def _skills(version_id: int, outline: Outline) -> dict[str, Competence]:
    known = {row.code: row for row in db.session.scalars(sa.select(Competence).where(Competence.version_id == version_id))}
    rows = {}
    for rank, skill in enumerate(outline.skills, 1):
        row = known.get(skill.code) or Competence(version_id=version_id, code=skill.code)
        row.title, row.block_code, row.block_title, row.rank = skill.title, skill.block_code, skill.block_title, rank
        db.session.add(row)
        rows[skill.code] = row
    db.session.flush()
    return rows


def _modules(version_id: int, outline: Outline) -> dict[str, Module]:
    known = {row.code: row for row in db.session.scalars(sa.select(Module).where(Module.version_id == version_id))}
    rows = {}
    for rank, part in enumerate(outline.parts, 1):
        row = known.get(part.code) or Module(version_id=version_id, code=part.code)
        row.title, row.in_company, row.rank = part.title, part.in_company, rank
        db.session.add(row)
        rows[part.code] = row
    db.session.flush()
    return rows


def _drop_what_is_left(version_id: int, outline: Outline) -> None:
    """Modules and competences that the file no longer has."""
    kept_modules, kept_skills = {part.code for part in outline.parts}, {skill.code for skill in outline.skills}
    db.session.flush()
    for module in db.session.scalars(sa.select(Module).where(Module.version_id == version_id, Module.code.not_in(kept_modules))).all():
        db.session.delete(module)
    for skill in db.session.scalars(
        sa.select(Competence).where(Competence.version_id == version_id, Competence.code.not_in(kept_skills))
    ).all():
        db.session.delete(skill)


def _refuse_frozen(version: ProgrammeVersion) -> None:
    if version.frozen_at is not None:
        name = db.session.scalar(
            sa.select(Cohort.name).where(Cohort.programme_version_id == version.id, Cohort.started_at.is_not(None)).order_by(Cohort.id)
        )
        raise Refused(VersionFrozen(version=version.label, cohort=name or ""))


def _refuse_poured(gone: list[Sequence]) -> None:
    """A sequence that a timetable holds cannot vanish under it."""
    held = db.session.scalar(
        sa.select(Cohort.name)
        .join(CourseSession, CourseSession.cohort_id == Cohort.id)
        .where(CourseSession.sequence_id.in_([row.id for row in gone]))
        .limit(1)
    )
    if held is not None:
        raise Refused(VersionPoured(sequence=gone[0].title, cohort=held))
