"""Tables of upkeep: what people report, the log of each machine, its counters and the tasks that they open."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.booking.models import Resource
from app.core.db import Model, UtcDateTime
from app.core.uploads import Upload
from app.members.models import Member

LOG_KINDS = ("report", "dangerous", "outage", "repair", "upkeep", "note")


class Report(Model):
    """Signalement: something is wrong with a machine, said by whoever saw it."""

    __tablename__ = "fablab_report"
    __table_args__ = (sa.Index("ix_report_resource", "resource_id", "closed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(sa.String(1000))
    dangerous: Mapped[bool] = mapped_column(default=False)
    photo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("upload.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    answer: Mapped[str] = mapped_column(sa.String(1000), default="")

    resource: Mapped[Resource] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    photo: Mapped[Upload | None] = relationship()


class LogEntry(Model):
    """Ligne du carnet d'une machine: what was seen or done, when and by whom. Only ever added."""

    __tablename__ = "fablab_log"
    __table_args__ = (
        sa.CheckConstraint("kind IN (" + ", ".join(f"'{kind}'" for kind in LOG_KINDS) + ")", name="kind"),
        sa.Index("ix_log_resource", "resource_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    text: Mapped[str] = mapped_column(sa.String(1000))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    photo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("upload.id"))
    counter_minutes: Mapped[int | None]  # what the machine had run then
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    member: Mapped[Member | None] = relationship()
    photo: Mapped[Upload | None] = relationship()


class Counter(Model):
    """Compteur: minutes that a machine ran, and when it was last looked after. Its rule is in `Machine.counters`, by name."""

    __tablename__ = "fablab_counter"
    __table_args__ = (sa.UniqueConstraint("resource_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    minutes: Mapped[int] = mapped_column(default=0)
    done_minutes: Mapped[int] = mapped_column(default=0)  # where it stood when it was last looked after
    done_on: Mapped[date]


IS_OPEN = "done_at IS NULL"


class Task(Model):
    """Tâche d'entretien: opened once when its counter says so, and closed by who did it."""

    __tablename__ = "fablab_task"
    __table_args__ = (
        sa.Index("uq_task_open", "counter_id", unique=True, sqlite_where=sa.text(IS_OPEN), postgresql_where=sa.text(IS_OPEN)),
        sa.Index("ix_task_resource", "resource_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    counter_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_counter.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    note: Mapped[str] = mapped_column(sa.String(1000), default="")

    resource: Mapped[Resource] = relationship()
    counter: Mapped[Counter] = relationship()
