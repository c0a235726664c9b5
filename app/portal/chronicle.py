"""The journal in words: one's own lines for each person, all of them for who runs the lieu."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core.db import db
from app.core.journal import JournalEntry
from app.core.period import day_period
from app.members import queries as members
from app.members.rules import ROLE_NAMES, Kept, kept
from app.members.views import needs
from app.place import queries as place_queries
from app.portal.chronicle_words import FIELDS, KINDS, NOT_TOLD, PERSONAL, WORDS
from app.portal.forms import JournalForm
from app.web.forms import SelectChoice

bp = Blueprint("chronicle", __name__, template_folder="templates")

PAGE = 30  # what an old phone shows without effort


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal as it is read."""

    at: datetime
    what: str
    detail: str
    actor: str  # empty: the lieu by itself
    person: str  # whom it concerns
    person_id: int | None
    href: str  # of the thing it speaks of


@bp.get("/me/journal")
def mine() -> ResponseReturnValue:
    """What was done about me or by me, and by whom."""
    me = current_user.id
    entries, has_more = _entries(_concerns(me), before=_before())
    return render_template(
        "portal/my_journal.html",
        lines=list(_lines(entries)),
        me=current_user.name,
        older=url_for(".mine", before=entries[-1].id) if has_more else "",
        zone=place_queries.current().tz,
    )


@bp.get("/manage/journal")
@needs("see_journal")
def everything() -> ResponseReturnValue:
    form = JournalForm()
    form.kind.choices = [SelectChoice("", _("tout")), *(SelectChoice(kind, _(name)) for kind, name in KINDS.items())]
    zone = place_queries.current().tz
    entries, has_more = _entries(*_asked(form, zone) if form.validate() else (), before=_before())
    person = members.member(form.person.data) if form.person.data else None
    asked: dict[str, Any] = request.args.to_dict() | {"before": entries[-1].id if has_more else 0}
    older = url_for(".everything", **asked) if has_more else ""
    return render_template(
        "portal/journal.html", form=form, lines=list(_lines(entries)), person=person, older=older, zone=zone
    ), form.status


def personal_data(member_id: int) -> list[Kept]:
    """The lines of the journal about somebody, in codes: the words may change, they do not."""
    rows = [
        {"at": entry.at, "event": entry.event, "subject": entry.subject_id, "by": entry.actor_id, "facts": entry.facts}
        for entry in db.session.scalars(sa.select(JournalEntry).where(_concerns(member_id)).order_by(JournalEntry.id))
    ]
    return [kept("journal", rows, title=PERSONAL.title, why=PERSONAL.why, until=PERSONAL.until)]


def _concerns(member_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(JournalEntry.member_id == member_id, JournalEntry.actor_id == member_id)


def _asked(form: JournalForm, zone: Any) -> Iterator[sa.ColumnElement[bool]]:
    if form.kind.data:
        yield JournalEntry.event.startswith(f"{form.kind.data}.", autoescape=True)
    if form.person.data:
        yield _concerns(form.person.data)
    if form.since.data:
        yield JournalEntry.at >= day_period(form.since.data, zone).starts_at
    if form.until.data:
        yield JournalEntry.at < day_period(form.until.data, zone).ends_at


def _before() -> int | None:
    """The line under which to go on reading."""
    return request.args.get("before", type=lambda text: min(int(text), 2**31 - 1))


def _entries(*which: sa.ColumnElement[bool], before: int | None) -> tuple[Sequence[JournalEntry], bool]:
    """The last lines first, and whether there are older ones. What only programs need to know is left aside."""
    older = [JournalEntry.id < before] if before else []
    rows = db.session.scalars(
        sa.select(JournalEntry).where(*which, *older, JournalEntry.event.not_in(NOT_TOLD)).order_by(JournalEntry.id.desc()).limit(PAGE + 1)
    ).all()
    return rows[:PAGE], len(rows) > PAGE


def _lines(entries: Collection[JournalEntry]) -> Iterator[Line]:
    names = members.names({entry.actor_id for entry in entries} | {entry.member_id for entry in entries})
    for entry in entries:
        yield Line(
            at=entry.at,
            what=_(WORDS.get(entry.event, entry.event)),
            detail=_detail(entry.facts),
            actor=names.get(entry.actor_id or 0, ""),
            person=names.get(entry.member_id or 0, ""),
            person_id=entry.member_id,
            href=_address(entry),
        )


def _detail(facts: Mapping[str, Any]) -> str:
    """What the facts of a line add, as far as they are for people."""
    parts = []
    if given := facts.get("given"):
        parts.append(_("donné : %(roles)s", roles=_named(given, ROLE_NAMES)))
    if taken := facts.get("taken"):
        parts.append(_("retiré : %(roles)s", roles=_named(taken, ROLE_NAMES)))
    if roles := facts.get("roles"):
        parts.append(_named(roles, ROLE_NAMES))
    if fields := facts.get("fields") or facts.get("changed"):
        parts.append(_named(fields, FIELDS))
    parts += [_(FIELDS[code]) for code in (str(facts.get("how")), str(facts.get("what"))) if code in FIELDS]
    return " ; ".join(parts)


def _named(codes: Collection[str], words: Mapping[str, str]) -> str:
    return ", ".join(_(words[code]) if code in words else code for code in codes)


def _address(entry: JournalEntry) -> str:
    if entry.subject_id and entry.event.startswith("booking."):
        return url_for("portal.booking", booking_id=entry.subject_id)
    return ""
