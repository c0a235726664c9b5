"""Tables of what is taught: a programme, its versions, and the parts of a version as its file says them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class Programme(Model):
    """Programme: a course that a lieu teaches; what it holds is in its versions."""

    __tablename__ = "course_programme"
    __table_args__ = (sa.UniqueConstraint("place_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProgrammeVersion(Model):
    """Version d'un programme. `source` is its file and the only truth; the rows below are read from it, to be pointed at.

    Frozen once a cohort has started on it: then only a new version may say something else.
    """

    __tablename__ = "course_programme_version"
    __table_args__ = (sa.UniqueConstraint("programme_id", "label"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("course_programme.id"))
    label: Mapped[str] = mapped_column(sa.String(40))  # « 2026-11-22 », as its author numbered it
    title: Mapped[str] = mapped_column(sa.String(200))
    source: Mapped[str] = mapped_column(sa.Text)
    minutes: Mapped[int]  # all of it
    company_minutes: Mapped[int]  # of which, in a company
    capacity: Mapped[int]
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Competence(Model):
    """Compétence: of a block of the title, or transversal (no block)."""

    __tablename__ = "course_competence"
    __table_args__ = (sa.UniqueConstraint("version_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_programme_version.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(300))
    block_code: Mapped[str] = mapped_column(sa.String(40), default="")
    block_title: Mapped[str] = mapped_column(sa.String(300), default="")
    rank: Mapped[int]


class Module(Model):
    """Module: sequences that belong together."""

    __tablename__ = "course_module"
    __table_args__ = (sa.UniqueConstraint("version_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_programme_version.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(200))
    in_company: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int]


class Sequence(Model):
    """Séquence: some half-days on one aim; what is poured into the timetable."""

    __tablename__ = "course_sequence"
    __table_args__ = (
        sa.UniqueConstraint("version_id", "code"),
        sa.CheckConstraint("minutes > 0 AND minutes % 210 = 0", name="half_days"),
        sa.Index("ix_course_sequence_module", "module_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_programme_version.id", ondelete="CASCADE"))
    module_id: Mapped[int] = mapped_column(sa.ForeignKey("course_module.id", ondelete="CASCADE"))
    competence_id: Mapped[int] = mapped_column(sa.ForeignKey("course_competence.id", ondelete="CASCADE"))  # the principal one
    code: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(200))
    minutes: Mapped[int]
    objective: Mapped[str] = mapped_column(sa.Text, default="")
    activities: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    way: Mapped[str] = mapped_column(sa.String(120), default="")  # modalité: présentiel…
    proof: Mapped[str] = mapped_column(sa.String(300), default="")  # preuve attendue
    bring: Mapped[str] = mapped_column(sa.String(300), default="")  # à apporter
    content: Mapped[str] = mapped_column(sa.Text, default="")  # its page, in Markdown
    rank: Mapped[int]


class SequenceCompetence(Model):
    """Compétence liée: another one that a sequence works on."""

    __tablename__ = "course_sequence_competence"

    sequence_id: Mapped[int] = mapped_column(sa.ForeignKey("course_sequence.id", ondelete="CASCADE"), primary_key=True)
    competence_id: Mapped[int] = mapped_column(sa.ForeignKey("course_competence.id", ondelete="CASCADE"), primary_key=True)
