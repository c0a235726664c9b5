"""Reads of projects: what is shown to whom."""

from collections.abc import Collection

import sqlalchemy as sa

from app.core.db import db
from app.core.uploads import Upload
from app.fablab.models import Project, ProjectMachine, ProjectPhoto

EACH_PAGE = 24
AT_A_MACHINE = 3
MOST_EXPORTED = 1000


def project(project_id: int, *, place_id: int) -> Project | None:
    return db.session.scalar(sa.select(Project).where(Project.id == project_id, Project.place_id == place_id))


def projects(place_id: int, *, shown_to: Collection[str], before: int | None = None, most: int = EACH_PAGE) -> list[Project]:
    """The newest first, from one on; pictures, machines and authors in a query each."""
    which: list[sa.ColumnElement[bool]] = [Project.place_id == place_id, Project.visibility.in_(shown_to)]
    if before is not None:
        which.append(Project.id < before)
    return list(db.session.scalars(sa.select(Project).where(*which).options(*_WHOLE).order_by(Project.id.desc()).limit(most)))


def projects_of(member_id: int, *, place_id: int) -> list[Project]:
    query = sa.select(Project).where(Project.member_id == member_id, Project.place_id == place_id).options(*_WHOLE)
    return list(db.session.scalars(query.order_by(Project.id.desc())))


def projects_with(resource_id: int) -> list[Project]:
    """The last that were made with a machine, of those shown to the people of the lieu."""
    query = (
        sa.select(Project)
        .join(ProjectMachine, ProjectMachine.project_id == Project.id)
        .where(ProjectMachine.resource_id == resource_id, Project.visibility != "draft")
        .order_by(Project.id.desc())
        .limit(AT_A_MACHINE)
    )
    return list(db.session.scalars(query))


def project_photo(name: str) -> tuple[Project, Upload] | None:
    """A picture, large or small, and the project that says who may see it."""
    query = (
        sa.select(Project, Upload)
        .join(ProjectPhoto, ProjectPhoto.project_id == Project.id)
        .join(Upload, sa.or_(Upload.id == ProjectPhoto.upload_id, Upload.id == ProjectPhoto.small_id))
        .where(Upload.name == name)
    )
    found = db.session.execute(query).first()
    return (found[0], found[1]) if found is not None else None


_WHOLE = (
    sa.orm.joinedload(Project.member),
    sa.orm.selectinload(Project.machines),
    sa.orm.selectinload(Project.photos).joinedload(ProjectPhoto.upload),
    sa.orm.selectinload(Project.photos).joinedload(ProjectPhoto.small),
)
