"""Tokens: secrets that stand for a person for one purpose, told once and kept as a hash."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.members import queries, rules
from app.members.models import AccessToken

API_MARK = "wl_"  # so that a token that leaks in a file is recognised for what it is


def new_token(
    *,
    member_id: int | None,
    purpose: str,
    now: datetime,
    scopes: Sequence[str] = (),
    label: str = "",
    subject: str = "",
    expires_at: datetime | None = None,
) -> str:
    """A new secret of 256 bits. Nobody can tell it again: show it, or send it, now."""
    lasting = rules.STAYS_VALID[purpose]
    token = f"{API_MARK if purpose == 'api' else ''}{secrets.token_urlsafe(32)}"
    with transaction():
        db.session.add(
            AccessToken(
                token_hash=queries.hash_of(token),
                purpose=purpose,
                member_id=member_id,
                subject=subject,
                scopes=" ".join(scopes),
                label=label,
                created_at=now,
                expires_at=expires_at or (now + lasting if lasting else None),
            )
        )
        db.session.flush()
    return token


def use_token(token: str, purpose: str, *, now: datetime) -> AccessToken:
    """Spend a secret that serves once; of two who try together, one is refused."""
    with transaction():
        row = queries.by_access_token(token, purpose, now=now)
        if row is None or not _spend(row, now):
            raise Refused(rules.LinkSpent())
        return row


def revoke_token(*, member_id: int, token_id: int, now: datetime) -> bool:
    """Make one secret of this person worthless; false when they have no such secret."""
    with transaction():
        revoked = _revoke(AccessToken.member_id == member_id, AccessToken.id == token_id, now=now)
        if revoked:
            journal.record("member.token_revoked", member_id, actor_id=member_id, member_id=member_id, at=now)
        return bool(revoked)


def revoke_tokens(*, member_id: int | None, purposes: Sequence[str], now: datetime, subject: str | None = None) -> int:
    """Make every secret of this person (of nobody: the lieu's) for these purposes and this subject worthless; how many were good."""
    subjects = [AccessToken.subject == subject] if subject is not None else []
    with transaction():
        return len(_revoke(AccessToken.member_id == member_id, AccessToken.purpose.in_(purposes), *subjects, now=now))


def _spend(row: AccessToken, now: datetime) -> bool:
    spent = sa.update(AccessToken).where(AccessToken.id == row.id, AccessToken.used_at.is_(None)).values(used_at=now)
    return bool(db.session.execute(spent.returning(AccessToken.id)).all())


def _revoke(*which: sa.ColumnElement[bool], now: datetime) -> Sequence[str]:
    """The purposes of those that were still good."""
    revoked = sa.update(AccessToken).where(*which, AccessToken.revoked_at.is_(None), AccessToken.used_at.is_(None)).values(revoked_at=now)
    return db.session.scalars(revoked.returning(AccessToken.purpose)).all()
