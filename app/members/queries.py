"""Reads of people: who is signed in, who is meant, who belongs where."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core.db import UtcDateTime, db, table
from app.core.refusals import N_
from app.core.text import searchable
from app.members import rules
from app.members.models import AccessToken, Group, GroupMember, Member, MemberRole, Membership, Organisation, WebSession
from app.members.rules import Kept, kept

OPEN = ("active", "suspended", "unconfirmed")


def member(member_id: int) -> Member | None:
    return db.session.get(Member, member_id)


def member_by_email(email: str) -> Member | None:
    """Whose address this is, however it is typed."""
    return db.session.scalar(sa.select(Member).where(Member.email == email_key(email)))


def email_key(email: str) -> str:
    """Addresses are kept and compared in lower case: nobody runs two mailboxes that differ by a capital."""
    return email.strip().lower()


# ---------------------------------------------------------------- a person, in one row


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


@dataclass(frozen=True, slots=True)
class SignedIn(Person):
    """Who is signed in, and by which session. What pages ask more rarely of a person is found in the member itself."""

    web_session: Visit
    token: str
    # What Flask-Login asks.
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """What the browser's cookie holds: the token of the session, so that ending it ends what the cookie opens."""
        return self.token

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(db.session.get_one(Member, self.id), name)


_MEMBER, _ROLE, _SESSION = table(Member), table(MemberRole), table(WebSession)
_PLAIN = [field.name for field in fields(Person) if field.name != "roles"]
_PERSON = [_MEMBER.c[name] for name in _PLAIN]
_BY_ID = sa.select(*_PERSON, _ROLE.c.role).outerjoin(_ROLE, _ROLE.c.member_id == _MEMBER.c.id).where(_MEMBER.c.id == sa.bindparam("member"))
_BY_SESSION = (
    sa.select(
        _SESSION.c.id, _SESSION.c.created_at, _SESSION.c.seen_at, _SESSION.c.remembered, _MEMBER.c.confirmed_at, *_PERSON, _ROLE.c.role
    )
    .join(_MEMBER, _MEMBER.c.id == _SESSION.c.member_id)
    .outerjoin(_ROLE, _ROLE.c.member_id == _MEMBER.c.id)
    .where(_SESSION.c.token_hash == sa.bindparam("hash"), _SESSION.c.expires_at > sa.bindparam("now"))
)


def person(member_id: int) -> Person:
    """A member and their roles: one statement, one plain row."""
    rows: Sequence[Sequence[Any]] = db.session.execute(_BY_ID, {"member": member_id}).all()
    if not rows:
        raise LookupError(f"no member {member_id}")
    return Person(**_plain(rows))


def session_member(token: str, *, now: datetime) -> SignedIn | None:
    """The person whose session this token opens, with their roles: one statement, asked by every page."""
    rows: Sequence[Sequence[Any]] = db.session.execute(_BY_SESSION, {"hash": hash_of(token), "now": now}).all()
    if not rows:
        return None
    *visit, confirmed_at = rows[0][:5]
    found = SignedIn(**_plain(rows), web_session=Visit(*visit), token=token)
    return found if rules.may_sign_in(found.status, is_confirmed=confirmed_at is not None) else None


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
            .where(WebSession.member_id == member_id, WebSession.expires_at > now)
            .order_by(WebSession.seen_at.desc(), WebSession.id.desc())
        ).unique()
    )


# ---------------------------------------------------------------- tokens


def by_access_token(token: str, purpose: str, *, now: datetime) -> AccessToken | None:
    """What this secret opens, with its person and their roles; nothing when it is unknown, used, revoked or too old.

    A feed of the lieu or of a thing has no person: its `subject` says what it shows.
    """
    row = db.session.scalars(_BY_SECRET, {"hash": hash_of(token), "purpose": purpose, "now": now}).unique().one_or_none()
    if row is None or (row.member is not None and row.member.status in ("inactive", "erased")):
        return None
    return row


def tokens(member_id: int, purpose: str, *, now: datetime) -> list[AccessToken]:
    """The tokens of a person that are still good, the last one first."""
    return list(
        db.session.scalars(
            sa.select(AccessToken)
            .where(AccessToken.member_id == member_id, AccessToken.purpose == purpose, *_is_good(now))
            .order_by(AccessToken.id.desc())
        ).unique()
    )


def hash_of(token: str) -> str:
    """What the database keeps of a secret of 256 bits: too much to guess, so that a quick hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _is_good(now: datetime | sa.BindParameter[datetime]) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        AccessToken.used_at.is_(None),
        AccessToken.revoked_at.is_(None),
        sa.or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > now),
    )


# Asked at each request of a program: written once, since writing a statement costs more than running it.
_BY_SECRET = (
    sa.select(AccessToken)
    .options(joinedload(AccessToken.member).joinedload(Member.role_rows))
    .where(
        AccessToken.token_hash == sa.bindparam("hash"),
        AccessToken.purpose == sa.bindparam("purpose"),
        *_is_good(sa.bindparam("now", type_=UtcDateTime)),
    )
)


# ---------------------------------------------------------------- looking for people

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


# ---------------------------------------------------------------- organisations and groups


def organisations() -> list[tuple[Organisation, int]]:
    """Each organisation with how many people it pays for."""
    count = sa.func.count(Member.id)
    rows = db.session.execute(
        sa.select(Organisation, count)
        .outerjoin(Member, sa.and_(Member.organisation_id == Organisation.id, Member.status.in_(OPEN)))
        .group_by(Organisation.id)
        .order_by(Organisation.name)
    )
    return [(row[0], row[1]) for row in rows]


def organisation(organisation_id: int) -> Organisation | None:
    return db.session.get(Organisation, organisation_id)


def groups(*, on: date) -> list[tuple[Group, int]]:
    """Each group with how many people are in it that day."""
    rows = db.session.execute(
        sa.select(Group, sa.func.count(GroupMember.id))
        .outerjoin(GroupMember, sa.and_(GroupMember.group_id == Group.id, *_belongs(on)))
        .group_by(Group.id)
        .order_by(Group.name)
    )
    return [(row[0], row[1]) for row in rows]


def group(group_id: int) -> Group | None:
    return db.session.get(Group, group_id)


def belongings(group_id: int) -> list[tuple[GroupMember, Member]]:
    """Who is, was or will be in a group: those who still are first."""
    rows = db.session.execute(
        sa.select(GroupMember, Member)
        .join(Member, Member.id == GroupMember.member_id)
        .where(GroupMember.group_id == group_id)
        .order_by(GroupMember.until.is_not(None), Member.search_text, GroupMember.since)
    )
    return [(row[0], row[1]) for row in rows]


def belonging(group_id: int, belonging_id: int) -> GroupMember | None:
    return db.session.scalar(sa.select(GroupMember).where(GroupMember.id == belonging_id, GroupMember.group_id == group_id))


def groups_of(member_id: int, *, on: date) -> list[Group]:
    """The groups that somebody is in that day."""
    return list(
        db.session.scalars(
            sa.select(Group)
            .join(GroupMember, GroupMember.group_id == Group.id)
            .where(GroupMember.member_id == member_id, *_belongs(on))
            .order_by(Group.name)
        )
    )


def _belongs(on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return GroupMember.since <= on, sa.or_(GroupMember.until.is_(None), GroupMember.until >= on)


# ---------------------------------------------------------------- what is kept of a person


def personal_data(member_id: int) -> list[Kept]:
    """All that this room keeps of somebody; what opens doors (passwords, tokens) is kept as hashes, which tell nothing."""
    person = db.session.get_one(Member, member_id)
    account = _columns(person, leave=("id", "password_hash", "search_text"))
    account |= {"roles": sorted(person.roles), "organisation": person.organisation.name if person.organisation else ""}
    groups = db.session.execute(
        sa.select(Group.name, GroupMember.since, GroupMember.until)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.member_id == member_id)
        .order_by(GroupMember.since)
    )
    devices = db.session.execute(
        sa.select(WebSession.user_agent, WebSession.created_at, WebSession.seen_at, WebSession.expires_at, WebSession.remembered)
        .where(WebSession.member_id == member_id)
        .order_by(WebSession.id)
    )
    secrets = db.session.execute(
        sa.select(
            AccessToken.purpose,
            AccessToken.label,
            AccessToken.scopes,
            AccessToken.created_at,
            AccessToken.expires_at,
            AccessToken.used_at,
            AccessToken.revoked_at,
        )
        .where(AccessToken.member_id == member_id)
        .order_by(AccessToken.id)
    )
    fees = db.session.execute(
        sa.select(Membership.first_day, Membership.last_day).where(Membership.member_id == member_id).order_by(Membership.first_day)
    )
    return [
        kept(
            "account",
            [account],
            title=N_("Mon compte"),
            why=N_("Vous reconnaître, vous écrire, savoir ce que vous pouvez faire ici."),
            until=N_("Tant que le compte est ouvert ; deux ans après votre dernière visite, nous vous prévenons, puis nous effaçons."),
        ),
        kept(
            "memberships",
            fees.mappings(),
            title=N_("Mes adhésions"),
            why=N_("Tenir la liste des adhérents de l’association."),
            until=N_("Dix ans, avec les comptes."),
        ),
        kept(
            "groups",
            groups.mappings(),
            title=N_("Mes groupes"),
            why=N_("Savoir à quel tarif, à quels carnets et à quelle formation vous avez droit."),
            until=N_("Tant que le compte est ouvert."),
        ),
        kept(
            "devices",
            devices.mappings(),
            title=N_("Mes appareils"),
            why=N_("Vous laisser entrer, et vous montrer où votre compte est ouvert."),
            until=N_("Jusqu’à ce que la session se ferme : de un jour à six mois."),
        ),
        kept(
            "tokens",
            secrets.mappings(),
            title=N_("Mes liens et jetons"),
            why=N_("Les liens de nos courriels, l’adresse de votre agenda, les jetons de vos programmes ; jamais le secret lui-même."),
            until=N_("Trois mois après qu’ils ont servi, expiré ou été arrêtés."),
        ),
    ]


def _columns(row: Any, *, leave: Collection[str] = ()) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns if column.key not in leave}
