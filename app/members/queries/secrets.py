"""What a secret opens."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core.db import UtcDateTime, db
from app.members.models import AccessToken, Member, Passkey, SecondFactor, SpareCode, WebSession


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


def awaiting(token: str, *, now: datetime) -> WebSession | None:
    """The session whose password was right and whose code is awaited."""
    return db.session.scalars(
        sa.select(WebSession).where(WebSession.token_hash == hash_of(token), WebSession.awaits_code.is_(True), WebSession.expires_at > now)
    ).one_or_none()


def second_factor(member_id: int) -> SecondFactor | None:
    """The factor of this person, confirmed or being set up."""
    return db.session.scalars(sa.select(SecondFactor).where(SecondFactor.member_id == member_id)).one_or_none()


def is_code_asked(member_id: int) -> bool:
    """Whether this person has a code to give after the password: a factor that has answered once."""
    return bool(
        db.session.scalar(sa.select(sa.exists().where(SecondFactor.member_id == member_id, SecondFactor.confirmed_at.is_not(None))))
    )


def spare_codes_left(member_id: int) -> int:
    return (
        db.session.scalar(sa.select(sa.func.count(SpareCode.id)).where(SpareCode.member_id == member_id, SpareCode.used_at.is_(None))) or 0
    )


def passkeys(member_id: int) -> list[Passkey]:
    """The passkeys of a person, the last one first."""
    return list(db.session.scalars(sa.select(Passkey).where(Passkey.member_id == member_id).order_by(Passkey.id.desc())))
