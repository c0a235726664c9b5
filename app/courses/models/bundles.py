"""Tables of papers made many at a time: what was asked for, and what the worker has made of it so far."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime

KINDS = ("evidence", "statements", "certificates")


class Bundle(Model):
    """Dossier à emporter: many papers in one ZIP, made by the worker for who asked, and for nobody else. It goes after some days."""

    __tablename__ = "course_bundle"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('evidence', 'statements', 'certificates')", name="kind"),
        sa.CheckConstraint("(kind = 'statements') = (month IS NOT NULL)", name="month"),
        sa.CheckConstraint("(finished_at IS NULL) = (content IS NULL)", name="content"),
        sa.Index("ix_course_bundle_asked", "asked_by_id", "cohort_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("course_cohort.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    month: Mapped[date | None]  # of statements: its first day
    with_grades: Mapped[bool] = mapped_column(default=False)  # asked by who may read them
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)  # its papers tell what was so at that moment
    expected: Mapped[int] = mapped_column(default=0)  # how many papers: for the progress bar
    tries: Mapped[int] = mapped_column(default=0)  # rounds since one of its papers was made
    given_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)


class BundlePaper(Model):
    """One paper of a bundle that is being made: what is there is not made again."""

    __tablename__ = "course_bundle_paper"

    bundle_id: Mapped[int] = mapped_column(sa.ForeignKey("course_bundle.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)  # how long the chain was: with more events, it is made again
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
