"""Slowing down those who guess: tries counted in the database, so that several processes count together."""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from app.core import clock
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.members.models import SignInAttempt
from app.members.rules import Limit, TooManyAttempts

SIGN_IN = Limit("sign-in", by_account=8, by_address=40, within=timedelta(minutes=15))
CODE = Limit("code", by_account=8, by_address=40, within=timedelta(minutes=15))
PASSKEY = Limit("passkey", by_account=60, by_address=60, within=timedelta(minutes=15))
ASK_MAIL = Limit("mail", by_account=4, by_address=30, within=timedelta(hours=1))
SIGN_UP = Limit("sign-up", by_account=4, by_address=30, within=timedelta(hours=1))

KEPT = timedelta(days=1)
TURNS = 7210  # whose turn it is to count, by account or address


def count_attempt(limit: Limit, *, account: str, address: str) -> None:
    """One more try of this kind; refused when there were too many. It counts before its answer is known: a crowd is counted too.

    Measured on the running clock, never the stopped one: nobody stays locked out of a demonstration.
    """
    if not current_app.config["LOGIN_THROTTLE"]:
        return
    now = clock.running()
    allowed = {_subject(limit, "account", account): limit.by_account, _subject(limit, "address", _network(address)): limit.by_address}
    with transaction():
        lock(TURNS, *(int(subject[-7:], 16) for subject in allowed))
        ends = [end for subject, most in allowed.items() if (end := _full_until(subject, most, limit.within, now))]
        if ends:
            raise Refused(TooManyAttempts(count=max(1, -int(-(max(ends) - now).total_seconds() // 60))))
        db.session.execute(sa.insert(SignInAttempt), [{"subject": subject, "at": now} for subject in allowed])


def forgive(limit: Limit, *, account: str, address: str) -> None:
    """It was the right person: their tries are forgotten; of those from their address, this one only."""
    if not current_app.config["LOGIN_THROTTLE"]:
        return
    with transaction():
        last = (
            sa.select(sa.func.max(SignInAttempt.id))
            .where(SignInAttempt.subject == _subject(limit, "address", _network(address)))
            .scalar_subquery()
        )
        db.session.execute(
            sa.delete(SignInAttempt)
            .where(sa.or_(SignInAttempt.subject == _subject(limit, "account", account), SignInAttempt.id == last))
            .execution_options(synchronize_session=False)
        )


def _full_until(subject: str, most: int, within: timedelta, now: datetime) -> datetime | None:
    """When this subject may try again, if it has used up its tries: the oldest of the last `most` must leave the window first."""
    tries = db.session.scalars(
        sa.select(SignInAttempt.at)
        .where(SignInAttempt.subject == subject, SignInAttempt.at > now - within)
        .order_by(SignInAttempt.at.desc())
        .limit(most)
    ).all()
    return tries[-1] + within if len(tries) == most else None


def _subject(limit: Limit, what: str, value: str) -> str:
    """A keyed hash: the table tells nobody who tried."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return f"{limit.kind}:{hmac.new(key, f'{limit.kind}:{what}:{value}'.encode(), hashlib.sha256).hexdigest()[:48]}"


def _network(address: str) -> str:
    """An address; of IPv6, the /64 that one customer holds."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
