"""Reads of machines: what is written on their page, who looks after them."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.uploads import Upload
from app.fablab.models import Machine, MachineLead
from app.members.models import Member


@dataclass(frozen=True, slots=True)
class Details:
    """What is written on a machine's page."""

    protective_equipment: tuple[str, ...] = ()
    safety_rules: tuple[str, ...] = ()
    specs: tuple[tuple[str, str], ...] = ()
    photo: str = ""  # names of its files
    manual: str = ""
    safety_sheet: str = ""


def details(resource_id: int) -> Details:
    photo, manual, sheet = (aliased(Upload) for _ in range(3))
    row = db.session.execute(
        sa.select(Machine.protective_equipment, Machine.safety_rules, Machine.specs, photo.name, manual.name, sheet.name)
        .outerjoin(photo, photo.id == Machine.photo_id)
        .outerjoin(manual, manual.id == Machine.manual_id)
        .outerjoin(sheet, sheet.id == Machine.safety_sheet_id)
        .where(Machine.resource_id == resource_id)
    ).one_or_none()
    if row is None:
        return Details()
    return Details(tuple(row[0]), tuple(row[1]), tuple((what, much) for what, much in row[2]), *(name or "" for name in row[3:]))


def lead_emails(resource_id: int) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(Member.email)
            .join(MachineLead, MachineLead.member_id == Member.id)
            .where(MachineLead.resource_id == resource_id)
            .order_by(Member.email)
        )
    )


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
