"""The table of what is produced at distance."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.courses.models.trainees import Enrolment


class Production(Model):
    """Production: what a trainee says they made during a half-day at distance, and what their trainer answers.

    The chain keeps its fingerprint (the event of this `rank`); the database refuses to remove one, or to change what was said.
    """

    __tablename__ = "course_production"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "session_id", "rank"),
        sa.CheckConstraint("answer IN ('', 'accepted', 'returned')", name="answer"),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("ref <> '' OR url <> '' OR words <> ''", name="something"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
        sa.Index("ix_course_production_session", "session_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("course_enrolment.id"))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("course_session.id"))
    rank: Mapped[int]  # the event that says so
    ref: Mapped[str] = mapped_column(sa.String(40), default="")  # what was handed in here: « submission:12 », « quiz:34 »
    url: Mapped[str] = mapped_column(sa.String(400), default="")
    commit: Mapped[str] = mapped_column(sa.String(40), default="")
    words: Mapped[str] = mapped_column(sa.Text, default="")
    minutes: Mapped[int]  # the mean duration that was announced
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(sa.String(8), default="")
    answer_words: Mapped[str] = mapped_column(sa.String(500), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its time was over: only the fingerprint is left, in the chain

    enrolment: Mapped[Enrolment] = relationship()
