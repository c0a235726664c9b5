"""Reads of machines: what is written on their page, who looks after them."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.db import db
from app.fablab.models import Machine, MachineLead
from app.members.models import Member


@dataclass(frozen=True, slots=True)
class Details:
    """What is written on a machine's page."""

    protective_equipment: tuple[str, ...] = ()
    safety_rules: tuple[str, ...] = ()


def details(resource_id: int) -> Details:
    row = db.session.execute(
        sa.select(Machine.protective_equipment, Machine.safety_rules).where(Machine.resource_id == resource_id)
    ).one_or_none()
    return Details(tuple(row[0]), tuple(row[1])) if row is not None else Details()


def leads(resource_id: int) -> list[str]:
    """The names of its référents: they said yes to be asked."""
    return list(
        db.session.scalars(
            sa.select(Member.name)
            .join(MachineLead, MachineLead.member_id == Member.id)
            .where(MachineLead.resource_id == resource_id, Member.status == "active")
            .order_by(Member.name)
        )
    )


def machine(resource_id: int) -> Machine | None:
    return db.session.get(Machine, resource_id)
