"""Tables of what is lent and kept: tools that go home with somebody, boxes where somebody leaves their things."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model, UtcDateTime
from app.core.uploads import Upload
from app.fablab.models.clearances import ClearanceType
from app.members.models import Member

OUT = "returned_at IS NULL"
TAKEN = "released_on IS NULL"


class Tool(Model):
    """Outil à prêter: what goes out of the lieu and comes back, known by its mark."""

    __tablename__ = "fablab_tool"
    __table_args__ = (
        sa.UniqueConstraint("place_id", "mark"),
        sa.CheckConstraint("loan_days > 0", name="loan_days"),
        sa.CheckConstraint("state IN ('good', 'broken', 'lost', 'retired')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    mark: Mapped[str] = mapped_column(sa.String(40))  # what is written on it
    name: Mapped[str] = mapped_column(sa.String(120))
    shelf: Mapped[str] = mapped_column(sa.String(120), default="")  # where it is put away
    description: Mapped[str] = mapped_column(sa.String(1000), default="")
    loan_days: Mapped[int] = mapped_column(default=7)
    self_service: Mapped[bool] = mapped_column(default=False)  # members take it by themselves
    clearance_type_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fablab_clearance_type.id"))
    value_cents: Mapped[int | None]
    photo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("upload.id"))
    state: Mapped[str] = mapped_column(sa.String(7), default="good")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    clearance_type: Mapped[ClearanceType | None] = relationship()
    photo: Mapped[Upload | None] = relationship()


class ToolLoan(Model):
    """Prêt of a tool, until the day it is due, included; the database refuses two at once."""

    __tablename__ = "fablab_tool_loan"
    __table_args__ = (
        sa.CheckConstraint("outcome IN ('', 'good', 'broken', 'lost')", name="outcome"),
        sa.Index("ix_tool_loan_member", "member_id"),
        sa.Index("uq_tool_loan_out", "tool_id", unique=True, sqlite_where=sa.text(OUT), postgresql_where=sa.text(OUT)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    tool_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_tool.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    lent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lent_by_id: Mapped[int | None]
    due_on: Mapped[date]
    extensions: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # each mail leaves once
    late_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_to_id: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(sa.String(6), default="")  # how it came back
    note: Mapped[str] = mapped_column(sa.String(300), default="")

    tool: Mapped[Tool] = relationship()
    member: Mapped[Member] = relationship()


class Box(Model):
    """Casier: a place to leave one's things from one day to the next."""

    __tablename__ = "fablab_box"
    __table_args__ = (
        sa.UniqueConstraint("place_id", "mark"),
        sa.CheckConstraint("months > 0", name="months"),
        sa.CheckConstraint("state IN ('good', 'retired')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    mark: Mapped[str] = mapped_column(sa.String(40))
    where_it_is: Mapped[str] = mapped_column(sa.String(120), default="")
    months: Mapped[int] = mapped_column(default=6)  # how long one keeps it before saying that one still uses it
    self_service: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(sa.String(7), default="good")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BoxPermit(Model):
    """Droit à un casier, through its last day, included; one person to a box."""

    __tablename__ = "fablab_box_permit"
    __table_args__ = (
        sa.CheckConstraint("first_day <= last_day", name="forward"),
        sa.Index("ix_box_permit_member", "member_id"),
        sa.Index("uq_box_permit_taken", "box_id", unique=True, sqlite_where=sa.text(TAKEN), postgresql_where=sa.text(TAKEN)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    box_id: Mapped[int] = mapped_column(sa.ForeignKey("fablab_box.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    given_by_id: Mapped[int | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    warned_at_30: Mapped[datetime | None] = mapped_column(UtcDateTime)  # each warning leaves once
    warned_at_7: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lapse_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_on: Mapped[date | None]
    released_by_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    box: Mapped[Box] = relationship()
    member: Mapped[Member] = relationship()
