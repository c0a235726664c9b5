"""Reads of what is lent and kept: tools and who has them, boxes and whose they are."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.db import db
from app.fablab.models import Box, BoxPermit, Tool, ToolLoan
from app.fablab.queries.clearances import Needed, rights
from app.fablab.rules import Late, standing

MOST = 50  # of a story


@dataclass(frozen=True, slots=True)
class ToolRow:
    """A tool, and who has it."""

    tool: Tool
    loan: ToolLoan | None


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box, and whose it is."""

    box: Box
    permit: BoxPermit | None


def tools(place_id: int) -> list[ToolRow]:
    """Every tool that is not retired; one query."""
    rows = db.session.execute(
        sa.select(Tool, ToolLoan)
        .outerjoin(ToolLoan, sa.and_(ToolLoan.tool_id == Tool.id, ToolLoan.returned_at.is_(None)))
        .options(sa.orm.joinedload(ToolLoan.member))
        .where(Tool.place_id == place_id, Tool.state != "retired")
        .order_by(Tool.name, Tool.mark, Tool.id)
    )
    return [ToolRow(tool, loan) for tool, loan in rows]


def tool(tool_id: int, *, place_id: int) -> Tool | None:
    return db.session.scalar(sa.select(Tool).where(Tool.id == tool_id, Tool.place_id == place_id))


def tool_loan(loan_id: int, *, place_id: int) -> ToolLoan | None:
    return db.session.scalar(sa.select(ToolLoan).where(ToolLoan.id == loan_id, ToolLoan.place_id == place_id))


def loan_out(tool_id: int) -> ToolLoan | None:
    return db.session.scalar(sa.select(ToolLoan).where(ToolLoan.tool_id == tool_id, ToolLoan.returned_at.is_(None)))


def loans_of_tool(tool_id: int) -> list[ToolLoan]:
    query = sa.select(ToolLoan).where(ToolLoan.tool_id == tool_id).options(sa.orm.joinedload(ToolLoan.member))
    return list(db.session.scalars(query.order_by(ToolLoan.id.desc()).limit(MOST)))


def tools_with(member_id: int) -> list[ToolLoan]:
    """What somebody has at home, the most urgent first."""
    query = sa.select(ToolLoan).where(ToolLoan.member_id == member_id, ToolLoan.returned_at.is_(None))
    return list(db.session.scalars(query.options(sa.orm.joinedload(ToolLoan.tool)).order_by(ToolLoan.due_on, ToolLoan.id)))


def late_loans(place_id: int, today: date) -> list[ToolLoan]:
    query = sa.select(ToolLoan).where(ToolLoan.place_id == place_id, ToolLoan.returned_at.is_(None), ToolLoan.due_on < today)
    both = (sa.orm.joinedload(ToolLoan.tool), sa.orm.joinedload(ToolLoan.member))
    return list(db.session.scalars(query.options(*both).order_by(ToolLoan.due_on, ToolLoan.id)))


def late_loan(member_id: int, today: date) -> Late | None:
    """The oldest thing that somebody should have brought back."""
    loan = next((one for one in tools_with(member_id) if one.due_on < today), None)
    return Late(loan.tool.name, loan.due_on) if loan is not None else None


def lacks_for(tool: Tool, member_id: int, *, day: date, zone: ZoneInfo) -> str | None:
    """The clearance that a tool asks for and that somebody does not have that day."""
    kind = tool.clearance_type
    if kind is None or standing(rights(member_id, Needed(kind.id, kind.name, kind.policy, kind.months), zone=zone), day):
        return None
    return kind.name


def boxes(place_id: int) -> list[BoxRow]:
    """Every box that is not retired, by mark; one query."""
    rows = db.session.execute(
        sa.select(Box, BoxPermit)
        .outerjoin(BoxPermit, sa.and_(BoxPermit.box_id == Box.id, BoxPermit.released_on.is_(None)))
        .options(sa.orm.joinedload(BoxPermit.member))
        .where(Box.place_id == place_id, Box.state != "retired")
        .order_by(sa.func.length(Box.mark), Box.mark, Box.id)
    )
    return [BoxRow(box, permit) for box, permit in rows]


def box(box_id: int, *, place_id: int) -> Box | None:
    return db.session.scalar(sa.select(Box).where(Box.id == box_id, Box.place_id == place_id))


def box_permit(permit_id: int, *, place_id: int) -> BoxPermit | None:
    return db.session.scalar(sa.select(BoxPermit).where(BoxPermit.id == permit_id, BoxPermit.place_id == place_id))


def permits_of_box(box_id: int) -> list[BoxPermit]:
    query = sa.select(BoxPermit).where(BoxPermit.box_id == box_id).options(sa.orm.joinedload(BoxPermit.member))
    return list(db.session.scalars(query.order_by(BoxPermit.id.desc()).limit(MOST)))


def boxes_with(member_id: int) -> list[BoxPermit]:
    """What somebody has to empty, in every lieu, the most urgent first."""
    query = sa.select(BoxPermit).where(BoxPermit.member_id == member_id, BoxPermit.released_on.is_(None))
    return list(db.session.scalars(query.options(sa.orm.joinedload(BoxPermit.box)).order_by(BoxPermit.last_day, BoxPermit.id)))


def boxes_to_empty(place_id: int, today: date) -> list[BoxPermit]:
    """Whose last day is past."""
    query = sa.select(BoxPermit).where(BoxPermit.place_id == place_id, BoxPermit.released_on.is_(None), BoxPermit.last_day < today)
    both = (sa.orm.joinedload(BoxPermit.box), sa.orm.joinedload(BoxPermit.member))
    return list(db.session.scalars(query.options(*both).order_by(BoxPermit.last_day, BoxPermit.id)))


class Kept(NamedTuple):
    """A tool at somebody's home or a box of theirs, as a week shows it."""

    what: str
    name: str
    until: date


def kept_by(member_id: int, *, place_id: int, boxes_until: date) -> list[Kept]:
    """What somebody has to bring back, and the boxes that are to be emptied by then; one query."""
    at_home = (
        sa.select(sa.literal("tool").label("what"), Tool.name.label("name"), ToolLoan.due_on.label("until"))
        .join(Tool, Tool.id == ToolLoan.tool_id)
        .where(ToolLoan.member_id == member_id, ToolLoan.place_id == place_id, ToolLoan.returned_at.is_(None))
    )
    filled = (
        sa.select(sa.literal("box"), Box.mark, BoxPermit.last_day)
        .join(Box, Box.id == BoxPermit.box_id)
        .where(
            BoxPermit.member_id == member_id,
            BoxPermit.place_id == place_id,
            BoxPermit.released_on.is_(None),
            BoxPermit.last_day <= boxes_until,
        )
    )
    rows = db.session.execute(sa.union_all(at_home, filled).order_by(sa.literal_column("until"), sa.literal_column("name")))
    return [Kept(*row) for row in rows]
