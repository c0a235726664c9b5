"""Tables of projects: what was made here, its pictures, the machines it took; shown as far as its author wants."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.booking.models import Resource
from app.core.db import Model, UtcDateTime
from app.core.uploads import Upload
from app.members.models import Member

DRAFT, MEMBERS, PUBLIC = "draft", "members", "public"  # who sees it: oneself, the people of the lieu, everybody


class Project(Model):
    """Réalisation: something that was made here, as its author tells it."""

    __tablename__ = "fablab_project"
    __table_args__ = (
        sa.CheckConstraint("visibility IN ('draft', 'members', 'public')", name="visibility"),
        sa.Index("ix_project_shown", "place_id", "visibility", "id"),
        sa.Index("ix_project_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown
    materials: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    licence: Mapped[str] = mapped_column(sa.String(20), default="")
    link: Mapped[str] = mapped_column(sa.String(300), default="")
    visibility: Mapped[str] = mapped_column(sa.String(7), default=DRAFT)
    is_signed: Mapped[bool] = mapped_column(default=False)  # whether its author's name is beside it
    withdrawn_reason: Mapped[str] = mapped_column(sa.String(300), default="")  # why the lieu made it a draft again
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    member: Mapped[Member] = relationship()
    photos: Mapped[list["ProjectPhoto"]] = relationship(order_by="ProjectPhoto.id", viewonly=True)
    machines: Mapped[list[Resource]] = relationship(secondary="fablab_project_machine", order_by=Resource.rank, viewonly=True)


class ProjectPhoto(Model):
    """Photo d'une réalisation, and the small one that lists show."""

    __tablename__ = "fablab_project_photo"
    __table_args__ = (sa.Index("ix_project_photo_project", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_project.id", ondelete="CASCADE"))
    upload_id: Mapped[int] = mapped_column(sa.ForeignKey("upload.id"), unique=True)
    small_id: Mapped[int] = mapped_column(sa.ForeignKey("upload.id"), unique=True)
    caption: Mapped[str] = mapped_column(sa.String(120), default="")

    upload: Mapped[Upload] = relationship(foreign_keys=[upload_id])
    small: Mapped[Upload] = relationship(foreign_keys=[small_id])


class ProjectMachine(Model):
    """Machine that a project took."""

    __tablename__ = "fablab_project_machine"

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_project.id", ondelete="CASCADE"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"), primary_key=True)
