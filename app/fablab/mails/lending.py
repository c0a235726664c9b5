"""Tools to bring back, boxes to empty."""

from typing import Any

from flask import url_for

from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Letter
from app.core.mail import OutgoingMail, tell
from app.fablab.models import BoxPermit, ToolLoan
from app.web import letters


def tell_who_was_given(entry: JournalEntry) -> None:
    """Who took it by themselves knows."""
    if entry.actor_id != entry.member_id:
        tell(entry)


def tool_lent(row: OutgoingMail) -> Letter | None:
    return _of_a_tool(row, "tool_lent")


def tool_due_soon(row: OutgoingMail) -> Letter | None:
    return _of_a_tool(row, "tool_due_soon")


def tool_late(row: OutgoingMail) -> Letter | None:
    return _of_a_tool(row, "tool_late")


def box_given(row: OutgoingMail) -> Letter | None:
    return _of_a_box(row, "box_given")


def box_ends_soon(row: OutgoingMail) -> Letter | None:
    return _of_a_box(row, "box_ends_soon")


def box_lapsed(row: OutgoingMail) -> Letter | None:
    return _of_a_box(row, "box_lapsed")


def _of_a_tool(row: OutgoingMail, template: str) -> Letter | None:
    """Nothing is said of what came back meanwhile."""
    loan = db.session.get_one(ToolLoan, row.facts["subject"])
    if loan.returned_at is not None:
        return None
    tool, url = loan.tool, url_for("fablab.tools", _external=True)
    return _letter(
        row, template, loan.member.name, tool=tool.name, mark=tool.mark, shelf=tool.shelf, about=tool.description, due=loan.due_on, url=url
    )


def _of_a_box(row: OutgoingMail, template: str) -> Letter | None:
    """Nothing is said of what was given back meanwhile."""
    permit = db.session.get_one(BoxPermit, row.facts["subject"])
    if permit.released_on is not None:
        return None
    box, url = permit.box, url_for("fablab.boxes", _external=True)
    return _letter(row, template, permit.member.name, mark=box.mark, where=box.where_it_is, until=permit.last_day, url=url)


def _letter(row: OutgoingMail, template: str, name: str, **context: Any) -> Letter:
    return letters.write(row, f"fablab/mail/{template}.txt", name=name, **context)
