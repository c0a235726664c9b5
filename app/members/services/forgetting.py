"""What is not kept: sessions and links that ended, tries of yesterday, accounts that never answered."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core import clock, journal
from app.core.db import db, transaction
from app.members.models import AccessToken, Member, SecondFactor, SignInAttempt, SpareCode, WebSession
from app.members.services.throttle import KEPT as TRIES_KEPT

TOKENS_KEPT = timedelta(days=90)  # after they served, expired or were stopped: their owner sees them in their data
UNANSWERED_KEPT = timedelta(days=30)  # a sign-up whose address never answered


def forget_old(*, now: datetime) -> int:
    """Remove what has no more use; how many rows went. It looks before it writes, since it is asked each minute."""
    old = (
        (WebSession, WebSession.expires_at <= now),
        (SignInAttempt, SignInAttempt.at <= clock.running() - TRIES_KEPT),
        (AccessToken, sa.func.coalesce(AccessToken.revoked_at, AccessToken.used_at, AccessToken.expires_at) <= now - TOKENS_KEPT),
    )
    found = [(model, which) for model, which in old if db.session.scalar(sa.select(sa.exists().where(which)))]
    unanswered = db.session.scalars(
        sa.select(Member.id).where(
            Member.status == "unconfirmed",
            Member.confirmed_at.is_(None),
            Member.password_hash.is_not(None),  # who signed up chose one; whom staff added has none
            Member.created_at <= now - UNANSWERED_KEPT,
        )
    ).all()
    count = 0
    for model, which in found:
        with transaction():
            gone = sa.delete(model).where(which).returning(model.id).execution_options(synchronize_session=False)
            count += len(db.session.execute(gone).all())
    for member_id in unanswered:
        with transaction():
            person = db.session.get_one(Member, member_id)
            erase(person)
            journal.record("member.forgotten", member_id, member_id=member_id, at=now)
            count += 1
    return count


def erase(person: Member) -> None:
    """Nothing is left that says who it was. The number stays, so that the journal and the accounts stay true."""
    person.status, person.status_reason = "erased", ""
    person.name, person.email, person.new_email = "—", f"{person.id}@erased.invalid", ""
    person.password_hash = None
    person.birth_date = person.guardian_consent_at = None
    person.phone = person.street = person.postal_code = person.town = person.skills = ""
    person.guardian_name = person.guardian_email = ""
    for model in (SecondFactor, SpareCode):
        db.session.execute(sa.delete(model).where(model.member_id == person.id).execution_options(synchronize_session=False))
    person.in_directory = person.shows_presence = False
    db.session.flush()
