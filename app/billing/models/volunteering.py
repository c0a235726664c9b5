"""Hours given by volunteers: a memo of the books, never a discount."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime
from app.core.money import pro_rata


class VolunteerHours(Model):
    """Bénévolat valorisé: so long, one day, for what; valued at an hour's price frozen that day. Nobody is named."""

    __tablename__ = "billing_volunteer_hours"
    __table_args__ = (
        sa.CheckConstraint("minutes > 0", name="minutes"),
        sa.CheckConstraint("hour_cents >= 0", name="cents"),
        sa.Index("ix_volunteer_hours_day", "place_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    day: Mapped[date]
    minutes: Mapped[int]
    hour_cents: Mapped[int]
    what: Mapped[str] = mapped_column(sa.String(200))
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def cents(self) -> int:
        return pro_rata(self.hour_cents, self.minutes)
