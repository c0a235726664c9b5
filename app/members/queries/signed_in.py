"""A person in one plain row, and who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import g

from app.core.db import db, is_writing, table
from app.core.prepared import Prepared
from app.members import rules
from app.members.models import Member, MemberRole, WebSession
from app.members.queries.secrets import hash_of
from app.place import queries as place_queries
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class Person:
    """A member as every page and every rule reads them, without the object behind."""

    id: int
    name: str
    status: str
    locale: str
    tariff_group: str
    badge: bool
    organisation_id: int | None
    roles: frozenset[str]

    def may(self, action: str) -> bool:
        return rules.may(self.roles, action)


@dataclass(frozen=True, slots=True)
class Visit:
    """The session of a device, as each of its requests reads it."""

    id: int
    created_at: datetime
    seen_at: datetime
    remembered: bool
    member_id: int  # whose it is
    seen_as_id: int | None  # with whose eyes they look at the lieu, to help; they change nothing meanwhile


@dataclass(frozen=True, slots=True)
class SignedIn(Person):
    """Who is signed in, and by which session. What pages ask more rarely of a person is found in the member itself."""

    web_session: Visit
    token: str
    # What Flask-Login asks.
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    @property
    def is_only_looking(self) -> bool:
        """Whether this is somebody of the team who looks with the eyes of this person."""
        return self.web_session.member_id != self.id

    def get_id(self) -> str:
        """What the browser's cookie holds: the token of the session, so that ending it ends what the cookie opens."""
        return self.token

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(db.session.get_one(Member, self.id), name)


_MEMBER, _ROLE, _SESSION = table(Member), table(MemberRole), table(WebSession)
_LIEU = len(place_queries.COLUMNS)
_VISIT = _LIEU + len(fields(Visit))
_PLAIN = [field.name for field in fields(Person) if field.name != "roles"]
_PERSON = [_MEMBER.c[name] for name in _PLAIN]
_BY_ID = Prepared(
    sa.select(*_PERSON, _ROLE.c.role).outerjoin(_ROLE, _ROLE.c.member_id == _MEMBER.c.id).where(_MEMBER.c.id == sa.bindparam("member"))
)
_BY_SESSION = Prepared(
    sa.select(
        *place_queries.COLUMNS,
        *(_SESSION.c[field.name] for field in fields(Visit)),
        _MEMBER.c.confirmed_at,
        *_PERSON,
        _ROLE.c.role,
    )
    .select_from(_SESSION)
    .join(_MEMBER, _MEMBER.c.id == sa.func.coalesce(_SESSION.c.seen_as_id, _SESSION.c.member_id))
    .outerjoin(_ROLE, _ROLE.c.member_id == _MEMBER.c.id)
    .outerjoin(table(Place), place_queries.IS_AT_HAND)
    .where(_SESSION.c.token_hash == sa.bindparam("hash"), _SESSION.c.expires_at > sa.bindparam("now"), _SESSION.c.awaits_code.is_(False))
)


def person(member_id: int) -> Person:
    """A member and their roles: one statement, one plain row; none for who is signed in, whom this request has already read."""
    signed_in: SignedIn | None = None if is_writing() else g.get("signed_in")
    if signed_in is not None and signed_in.id == member_id:
        return signed_in
    rows = _BY_ID.rows(member=member_id)
    if not rows:
        raise LookupError(f"no member {member_id}")
    return Person(**_plain(rows))


def session_member(token: str, *, now: datetime) -> SignedIn | None:
    """The person whose session this token opens, with their roles, and the lieu at hand: one statement, asked by every page."""
    rows = _BY_SESSION.rows(hash=hash_of(token), now=now, chosen_place=place_queries.chosen())
    if not rows:
        return None
    lieu, visit, confirmed_at = rows[0][:_LIEU], rows[0][_LIEU:_VISIT], rows[0][_VISIT]
    place_queries.remember(lieu)
    found = SignedIn(**_plain(rows), web_session=Visit(*visit), token=token)
    if not rules.may_sign_in(found.status, is_confirmed=confirmed_at is not None):
        return None
    if found.is_only_looking and not rules.may_look_as(person(found.web_session.member_id).roles, found.roles):
        return None
    g.signed_in = found
    return found


def somebody(*, now: datetime) -> SignedIn | None:
    """One of those who may enter, for a page that is drawn before anybody asks: without any session, so it opens nothing."""
    member_id = db.session.scalar(sa.select(sa.func.min(_MEMBER.c.id)).where(_MEMBER.c.status == "active"))
    if member_id is None:
        return None
    known = person(member_id)
    visit = Visit(id=0, created_at=now, seen_at=now, remembered=False, member_id=member_id, seen_as_id=None)
    return SignedIn(**{field.name: getattr(known, field.name) for field in fields(Person)}, web_session=visit, token="")


def _plain(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The last columns of each row: what is the same on all, then one role; a member without any has one row, that says none."""
    common = zip(_PLAIN, rows[0][-1 - len(_PLAIN) : -1], strict=True)
    return {**dict(common), "roles": frozenset(row[-1] for row in rows if row[-1] is not None)}


def may_sign_in(member: Member) -> bool:
    return rules.may_sign_in(member.status, is_confirmed=member.confirmed_at is not None)


def sessions(member_id: int, *, now: datetime) -> list[WebSession]:
    """The devices where this person is signed in, last seen first."""
    return list(
        db.session.scalars(
            sa.select(WebSession)
            .where(WebSession.member_id == member_id, WebSession.expires_at > now, WebSession.awaits_code.is_(False))
            .order_by(WebSession.seen_at.desc(), WebSession.id.desc())
        ).unique()
    )
