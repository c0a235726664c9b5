"""Reads of what is taught."""

from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core import plain_yaml
from app.core.db import db
from app.courses.models import Cohort, Programme, ProgrammeVersion, Sequence
from app.courses.rules import Outline, programmes


def outline(version: ProgrammeVersion) -> Outline:
    """A version as values; kept in the process, since its file does not change without becoming another text."""
    return _outline(version.source)


@lru_cache(maxsize=8)
def _outline(source: str) -> Outline:
    return programmes.check(plain_yaml.read(source.encode(), most_bytes=4 * programmes.MOST_BYTES))


class Version(NamedTuple):
    """A version in a list."""

    id: int
    code: str
    label: str
    title: str
    minutes: int
    company_minutes: int
    is_frozen: bool
    cohorts: int


def versions(place_id: int) -> list[Version]:
    """Every version of the lieu, the last of each programme first."""
    cohorts = sa.select(sa.func.count(Cohort.id)).where(Cohort.programme_version_id == ProgrammeVersion.id).scalar_subquery()
    rows: Any = db.session.execute(
        sa.select(
            *(ProgrammeVersion.id, Programme.code, ProgrammeVersion.label, ProgrammeVersion.title),
            *(ProgrammeVersion.minutes, ProgrammeVersion.company_minutes, ProgrammeVersion.frozen_at.is_not(None), cohorts),
        )
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(ProgrammeVersion.place_id == place_id)
        .order_by(Programme.code, ProgrammeVersion.id.desc())
    )
    return [Version(*row) for row in rows]


def version(version_id: int, place_id: int) -> ProgrammeVersion | None:
    found = db.session.get(ProgrammeVersion, version_id)
    return found if found is not None and found.place_id == place_id else None


def sequences(version_id: int) -> list[Sequence]:
    return list(db.session.scalars(sa.select(Sequence).where(Sequence.version_id == version_id).order_by(Sequence.rank)))
