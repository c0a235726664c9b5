"""Tables of machines: what they have besides other things, and who looks after them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.booking.models import Resource
from app.core.db import Model
from app.core.uploads import Upload
from app.fablab.models.clearances import ClearanceType


class Machine(Model):
    """Machine: what a bookable thing of that kind has besides."""

    __tablename__ = "fablab_machine"

    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"), primary_key=True)
    clearance_type_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fablab_clearance_type.id"))
    protective_equipment: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    safety_rules: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    value_cents: Mapped[int | None]
    lifetime_hours: Mapped[int | None]
    watts: Mapped[int | None]
    counters: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)

    specs: Mapped[list[list[str]]] = mapped_column(sa.JSON, default=list)  # [what, how much], in the order they are read
    upkeep_cents: Mapped[int | None]  # what looking after it costs, by the hour of use
    photo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("upload.id"))
    manual_id: Mapped[int | None] = mapped_column(sa.ForeignKey("upload.id"))
    safety_sheet_id: Mapped[int | None] = mapped_column(sa.ForeignKey("upload.id"))

    photo: Mapped[Upload | None] = relationship(foreign_keys=[photo_id])
    manual: Mapped[Upload | None] = relationship(foreign_keys=[manual_id])
    safety_sheet: Mapped[Upload | None] = relationship(foreign_keys=[safety_sheet_id])
    resource: Mapped[Resource] = relationship()
    clearance_type: Mapped[ClearanceType | None] = relationship()


class MachineLead(Model):
    """Référent·e of a machine."""

    __tablename__ = "fablab_machine_lead"
    __table_args__ = (sa.UniqueConstraint("resource_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("booking_resource.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
