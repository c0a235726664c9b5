"""Tools lent: out to one person until a day, back in good order or not, and a word before and after that day."""

from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

import sqlalchemy as sa

from app.core import journal, uploads
from app.core.db import db, insert_unless_there, take_turn_to_name, transaction
from app.core.refusals import Refused
from app.fablab import queries
from app.fablab.models import Tool, ToolLoan
from app.fablab.rules import LoanOver, MarkUsed, NoMoreTime, ToolOut, due_day, loan_word, may_extend, reasons_due, reasons_lending
from app.members.models import Member
from app.place import queries as place_queries
from app.place.models import Place

FROM = time(8)  # nobody is told before
AT_ONCE = 200


def save_tool(
    *, place_id: int, tool_id: int | None, actor_id: int | None, now: datetime, photo: BinaryIO | None = None, **facts: Any
) -> Tool:
    """A tool of the list, new or changed; its mark is its own."""
    with transaction():
        take_turn_to_name(place_id)
        same = sa.select(Tool.id).where(Tool.place_id == place_id, Tool.mark == facts["mark"])
        if (known := db.session.scalar(same)) is not None and known != tool_id:
            raise Refused(MarkUsed(mark=facts["mark"]))
        row = db.session.get_one(Tool, tool_id) if tool_id is not None else Tool(place_id=place_id, created_at=now)
        for name, value in facts.items():
            setattr(row, name, value)
        if photo is not None:
            row.photo_id = uploads.keep_photo(photo, place_id=place_id, owner_id=actor_id, now=now).id
        db.session.add(row)
        db.session.flush()
        journal.record("tool.added" if tool_id is None else "tool.changed", row.id, place_id=place_id, actor_id=actor_id, at=now)
        return row


def lend_tool(tool: Tool, *, member: Member, actor: Member, now: datetime, due_on: date | None = None) -> ToolLoan:
    """To one person, until a day; who takes it alone has its usual number of days."""
    place = db.session.get_one(Place, tool.place_id)
    today, by_staff = now.astimezone(place.tz).date(), actor.may("manage_machines")
    due = due_on if due_on is not None and by_staff else usual_due(tool, place, today)
    with transaction():
        db.session.refresh(tool, with_for_update=True)
        refused = [
            *reasons_lending(
                name=tool.name,
                state=tool.state,
                is_out=queries.loan_out(tool.id) is not None,
                by_staff=by_staff,
                self_service=tool.self_service and actor.id == member.id,
                lacks=queries.lacks_for(tool, member.id, day=today, zone=place.tz),
                late=queries.late_loan(member.id, today),
            ),
            *reasons_due(due, today=today),
        ]
        if refused:
            raise Refused(*refused)
        values = {
            "place_id": tool.place_id,
            "tool_id": tool.id,
            "member_id": member.id,
            "lent_at": now,
            "lent_by_id": actor.id,
            "due_on": due,
            "extensions": 0,
            "outcome": "",
            "note": "",
        }
        made = db.session.execute(insert_unless_there(ToolLoan).values(values).returning(ToolLoan.id)).scalar()
        if made is None:
            raise Refused(ToolOut(name=tool.name))
        journal.record("tool.lent", made, place_id=tool.place_id, actor_id=actor.id, member_id=member.id, at=now, tool_id=tool.id)
        return db.session.get_one(ToolLoan, made)


def usual_due(tool: Tool, place: Place, since: date) -> date:
    """So many days later, when the lieu is open."""
    calendar = place_queries.calendar(place.id)
    return due_day(since + timedelta(days=tool.loan_days), lambda day: bool(calendar.spans(day)) and not calendar.closure_on(day))


def extend_loan(loan_id: int, *, actor: Member, now: datetime, due_on: date | None = None) -> ToolLoan:
    """More days: as many as staff say; once as many again for who took it alone."""
    with transaction():
        loan = _still_out(loan_id)
        tool, place = loan.tool, db.session.get_one(Place, loan.place_id)
        today, by_staff = now.astimezone(place.tz).date(), actor.may("manage_machines")
        if not by_staff and not may_extend(due_on=loan.due_on, extensions=loan.extensions, self_service=tool.self_service, today=today):
            raise Refused(NoMoreTime())
        due = due_on if due_on is not None and by_staff else usual_due(tool, place, max(loan.due_on, today))
        if refused := list(reasons_due(due, today=today)):
            raise Refused(*refused)
        loan.due_on, loan.extensions = due, loan.extensions + 1
        loan.reminded_at = loan.late_told_at = None
        db.session.flush()
        journal.record("tool.extended", loan.id, place_id=loan.place_id, actor_id=actor.id, member_id=loan.member_id, at=now)
        return loan


def take_back_tool(loan_id: int, *, outcome: str, actor_id: int, now: datetime, note: str = "") -> ToolLoan:
    """It came back in good order, broken, or never will."""
    with transaction():
        loan = _still_out(loan_id)
        loan.returned_at, loan.returned_to_id, loan.outcome, loan.note = now, actor_id, outcome, note
        if outcome != "good":
            loan.tool.state = outcome
        db.session.flush()
        event = {"good": "tool.returned", "broken": "tool.broken", "lost": "tool.lost"}[outcome]
        journal.record(event, loan.id, place_id=loan.place_id, actor_id=actor_id, member_id=loan.member_id, at=now, tool_id=loan.tool_id)
        return loan


def set_tool_state(tool: Tool, state: str, *, actor_id: int, now: datetime) -> None:
    """Repaired, found again, or out of the list; one that is out has to come back first."""
    with transaction():
        db.session.refresh(tool, with_for_update=True)
        if queries.loan_out(tool.id) is not None:
            raise Refused(ToolOut(name=tool.name))
        tool.state = state
        db.session.flush()
        event = "tool.retired" if state == "retired" else "tool.good_again"
        journal.record(event, tool.id, place_id=tool.place_id, actor_id=actor_id, at=now)


def remind_of_tools(*, now: datetime) -> int:
    """The day before, and once it is late: one line in the journal each, once; a mail follows."""
    told = 0
    out = (
        sa.select(ToolLoan, Place)
        .join(Place, Place.id == ToolLoan.place_id)
        .where(ToolLoan.returned_at.is_(None), ToolLoan.late_told_at.is_(None), ToolLoan.due_on <= now.date() + timedelta(days=2))
        .order_by(ToolLoan.id)
        .limit(AT_ONCE)
    )
    for loan, place in db.session.execute(out).all():
        local = now.astimezone(place.tz)
        word = loan_word(loan.due_on, local.date(), is_reminded=loan.reminded_at is not None, is_late_told=loan.late_told_at is not None)
        if word is None or local.time() < FROM:
            continue
        with transaction():
            if word == "late":
                loan.late_told_at = now
            else:
                loan.reminded_at = now
            db.session.flush()
            event = "tool.late" if word == "late" else "tool.due_soon"
            journal.record(event, loan.id, place_id=loan.place_id, member_id=loan.member_id, at=now)
        told += 1
    return told


def _still_out(loan_id: int) -> ToolLoan:
    loan = db.session.get_one(ToolLoan, loan_id, with_for_update=True, populate_existing=True)
    if loan.returned_at is not None:
        raise Refused(LoanOver())
    return loan
