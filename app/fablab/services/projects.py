"""Projects: told, shown as far as one wants, taken away with their pictures."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, BinaryIO

import sqlalchemy as sa

from app.core import journal, uploads
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.core.uploads import Upload
from app.fablab.models import Project, ProjectMachine, ProjectPhoto
from app.fablab.rules import MOST_PHOTOS, SMALL_SIDE, TooManyPhotos, TooYoungToSign
from app.members.models import Member
from app.members.rules import may_be_in_directory


def save_project(
    *, place_id: int, project_id: int | None, author: Member, machine_ids: Collection[int], now: datetime, **facts: Any
) -> Project:
    """Told or told again by its author; who sees it is one of the facts."""
    if facts.get("is_signed") and not may_be_in_directory(author.birth_date, now.date()):
        raise Refused(TooYoungToSign())
    with transaction():
        if project_id is None:
            row = Project(place_id=place_id, member_id=author.id, created_at=now)
        else:
            row = db.session.get_one(Project, project_id)
        for name, value in facts.items():
            setattr(row, name, value)
        row.changed_at = now
        if row.visibility != "draft":
            row.withdrawn_reason = ""
        db.session.add(row)
        db.session.flush()
        db.session.execute(sa.delete(ProjectMachine).where(ProjectMachine.project_id == row.id))
        db.session.add_all(ProjectMachine(project_id=row.id, resource_id=resource_id) for resource_id in sorted(machine_ids))
        event = "project.added" if project_id is None else "project.changed"
        journal.record(event, row.id, place_id=place_id, actor_id=author.id, member_id=author.id, at=now, visibility=row.visibility)
        db.session.expire(row, ["machines"])
        return row


def add_photos(project: Project, sent: Iterable[BinaryIO], *, caption: str, actor_id: int, now: datetime) -> int:
    """All of them, or none: each drawn anew, large and small, without where and when it was taken."""
    with transaction():
        there = db.session.scalar(sa.select(sa.func.count(ProjectPhoto.id)).where(ProjectPhoto.project_id == project.id)) or 0
        added = 0
        for photo in sent:
            if there + added >= MOST_PHOTOS:
                raise Refused(TooManyPhotos())
            large = uploads.keep_photo(photo, place_id=project.place_id, owner_id=actor_id, now=now)
            small = uploads.keep_smaller(large, side=SMALL_SIDE, now=now)
            db.session.add(ProjectPhoto(project_id=project.id, upload_id=large.id, small_id=small.id, caption=caption))
            added += 1
        if added:
            project.changed_at = now
            db.session.flush()
            journal.record("project.changed", project.id, place_id=project.place_id, actor_id=actor_id, member_id=project.member_id, at=now)
            db.session.expire(project, ["photos"])
        return added


def remove_photo(project: Project, photo_id: int, *, actor_id: int, now: datetime) -> None:
    """Its file goes with it; one that is there no more leaves no line."""
    with transaction():
        if not _forget_photos(ProjectPhoto.project_id == project.id, ProjectPhoto.id == photo_id):
            return
        project.changed_at = now
        db.session.flush()
        journal.record("project.changed", project.id, place_id=project.place_id, actor_id=actor_id, member_id=project.member_id, at=now)
        db.session.expire(project, ["photos"])


def remove_project(project: Project, *, actor_id: int, now: datetime) -> None:
    """For good: the words and the pictures."""
    with transaction():
        journal.record("project.removed", project.id, place_id=project.place_id, actor_id=actor_id, member_id=project.member_id, at=now)
        _remove([project.id])


def withdraw_project(project: Project, *, reason: str, actor_id: int, now: datetime) -> None:
    """The lieu shows it no more; its author is told why and keeps it as a draft."""
    with transaction():
        project.visibility, project.withdrawn_reason, project.changed_at = "draft", reason, now
        db.session.flush()
        journal.record("project.withdrawn", project.id, place_id=project.place_id, actor_id=actor_id, member_id=project.member_id, at=now)


def forget_projects(member_id: int) -> None:
    """A person is erased: what they told and showed goes too."""
    _remove(db.session.scalars(sa.select(Project.id).where(Project.member_id == member_id)).all())


def _remove(project_ids: Collection[int]) -> None:
    _forget_photos(ProjectPhoto.project_id.in_(project_ids))
    db.session.execute(sa.delete(ProjectMachine).where(ProjectMachine.project_id.in_(project_ids)))
    db.session.execute(sa.delete(Project).where(Project.id.in_(project_ids)))


def _forget_photos(*which: sa.ColumnElement[bool]) -> int:
    """With their files; how many there were."""
    gone = db.session.execute(sa.delete(ProjectPhoto).where(*which).returning(ProjectPhoto.upload_id, ProjectPhoto.small_id)).all()
    db.session.execute(sa.delete(Upload).where(Upload.id.in_([upload_id for pair in gone for upload_id in pair])))
    return len(gone)
