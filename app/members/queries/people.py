"""Looking for people."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.text import searchable
from app.members.models import Member, MemberRole

OPEN = ("active", "suspended", "unconfirmed")


def member(member_id: int) -> Member | None:
    return db.session.get(Member, member_id)


def member_by_email(email: str) -> Member | None:
    """Whose address this is, however it is typed."""
    return db.session.scalar(sa.select(Member).where(Member.email == email_key(email)))


def email_key(email: str) -> str:
    """Addresses are kept and compared in lower case: nobody runs two mailboxes that differ by a capital."""
    return email.strip().lower()


PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which people to list; all that is given holds."""

    words: str = ""
    role: str = ""
    state: str = ""  # none: every account that is not closed
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and whether there are more before and after."""

    rows: Sequence[Any]
    number: int
    has_more: bool


def people(wanted: Wanted, *, page: int = 1) -> Page:
    """The people of a list, by name."""
    rows = db.session.scalars(
        sa.select(Member).where(*_which(wanted)).order_by(Member.search_text, Member.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    ).all()
    return Page(rows[:PAGE], page, len(rows) > PAGE)


def search(words: str, *, limit: int = 10) -> list[Member]:
    """The people whom these letters may mean: three at least; who is found by the beginning of a name comes first."""
    asked = searchable(words)
    if len(asked) < 3:
        return []
    first = sa.case((Member.search_text.startswith(asked, autoescape=True), 0), else_=1)
    return list(
        db.session.scalars(
            sa.select(Member).where(*_which(Wanted(words=words))).order_by(first, Member.search_text, Member.id).limit(limit)
        )
    )


def managers() -> list[int]:
    """Who runs the lieu and reads its mail."""
    runs = sa.exists().where(MemberRole.member_id == Member.id, MemberRole.role == "manager")
    return list(db.session.scalars(sa.select(Member.id).where(runs, Member.status == "active").order_by(Member.id)))


def choices(member_ids: Collection[int] = ()) -> list[tuple[int, str]]:
    """(id, name) of everybody whose account is open, for a list to choose from."""
    rows = db.session.execute(
        sa.select(Member.id, Member.name)
        .where(sa.or_(Member.status.in_(OPEN), Member.id.in_(member_ids)))
        .order_by(Member.search_text, Member.id)
    )
    return [(row.id, row.name) for row in rows]


def names(member_ids: Collection[int | None]) -> dict[int, str]:
    """The names of these people, to write beside what they did."""
    wanted = {member_id for member_id in member_ids if member_id is not None}
    rows = db.session.execute(sa.select(Member.id, Member.name).where(Member.id.in_(wanted))) if wanted else ()
    return {row.id: row.name for row in rows}


def known_addresses(emails: Collection[str]) -> set[str]:
    """Which of these addresses have an account."""
    known: set[str] = set()
    wanted = sorted(set(emails))
    for start in range(0, len(wanted), 500):
        known.update(db.session.scalars(sa.select(Member.email).where(Member.email.in_(wanted[start : start + 500]))))
    return known


def _which(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    yield Member.status == wanted.state if wanted.state else Member.status.in_(OPEN)
    for word in searchable(wanted.words).split():
        yield Member.search_text.contains(word, autoescape=True)
    if wanted.role:
        yield sa.exists().where(MemberRole.member_id == Member.id, MemberRole.role == wanted.role)
    if wanted.organisation_id:
        yield Member.organisation_id == wanted.organisation_id
