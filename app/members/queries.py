"""Reads of people: who is signed in, who is meant, who belongs where."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.core.db import db
from app.members import rules
from app.members.models import AccessToken, Member, WebSession


def member(member_id: int) -> Member | None:
    return db.session.get(Member, member_id)


def member_by_email(email: str) -> Member | None:
    """Whose address this is, however it is typed."""
    return db.session.scalar(sa.select(Member).where(Member.email == email_key(email)))


def email_key(email: str) -> str:
    """Addresses are kept and compared in lower case: nobody runs two mailboxes that differ by a capital."""
    return email.strip().lower()


# ---------------------------------------------------------------- who is signed in


def session_member(token: str, *, now: datetime) -> Member | None:
    """The person whose session this token opens, with their roles: one statement, asked by every page."""
    found = db.session.scalars(
        sa.select(WebSession)
        .join(WebSession.member)
        .options(contains_eager(WebSession.member).joinedload(Member.role_rows))
        .where(WebSession.token_hash == hash_of(token), WebSession.expires_at > now)
    ).unique()
    session = found.one_or_none()
    if session is None or not may_sign_in(session.member):
        return None
    return session.member.came_by(session, token)


def may_sign_in(person: Member) -> bool:
    return rules.may_sign_in(person.status, is_confirmed=person.confirmed_at is not None)


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
    found = db.session.scalars(
        sa.select(AccessToken)
        .options(joinedload(AccessToken.member).joinedload(Member.role_rows))
        .where(AccessToken.token_hash == hash_of(token), AccessToken.purpose == purpose, *_is_good(now))
    ).unique()
    row = found.one_or_none()
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


def _is_good(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        AccessToken.used_at.is_(None),
        AccessToken.revoked_at.is_(None),
        sa.or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > now),
    )
