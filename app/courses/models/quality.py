"""Table of what proves quality and is brought by hand."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class QualityNote(Model):
    """Preuve apportée à un indicateur: a dated note, with its file when it has one. Kept as it was written."""

    __tablename__ = "course_quality_note"
    __table_args__ = (
        sa.CheckConstraint("indicator > 0", name="indicator"),
        sa.Index("ix_course_quality_note_place", "place_id", "indicator", "dated_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    indicator: Mapped[int]
    dated_on: Mapped[date]
    text: Mapped[str] = mapped_column(sa.Text)
    upload_id: Mapped[int | None] = mapped_column(sa.ForeignKey("upload.id"))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
