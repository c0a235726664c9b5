"""A second factor: a code that changes each thirty seconds on a telephone, asked after the password (or the link of a mail)."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
import sqlalchemy as sa
from flask import current_app

from app.core import clock, journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.core.sealing import seal, unseal
from app.members import queries, rules
from app.members.models import Member, SecondFactor, SpareCode, WebSession
from app.members.queries import Visit
from app.members.services import throttle
from app.members.services.account import prove
from app.members.services.entering import Device

_STEP = 30  # seconds that a code lasts; the one before and the one after are good too, for clocks that drift
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read two ways


def begin(*, member_id: int, visit: Visit, password: str, address: str, now: datetime) -> None:
    """Make a secret to share with a telephone; it is not asked before a first code has answered."""
    person = db.session.get_one(Member, member_id)
    prove(person, visit, password, address=address, now=now)
    with transaction():
        factor = queries.second_factor(member_id)
        if factor is not None and factor.confirmed_at is not None:
            return
        if factor is not None:
            db.session.delete(factor)
            db.session.flush()
        sealed = seal(pyotp.random_base32(), use="second factor", where=str(member_id))
        db.session.add(SecondFactor(member_id=member_id, sealed_secret=sealed, created_at=now))


def shared_secret(factor: SecondFactor) -> str:
    """What the telephone is shown, in base 32."""
    return unseal(factor.sealed_secret, use="second factor", where=str(factor.member_id))


def confirm(*, member_id: int, code: str, address: str, now: datetime) -> list[str]:
    """The telephone answers: its codes are asked from now on. The spare codes, told here and nowhere else."""
    throttle.count_attempt(throttle.CODE, account=str(member_id), address=address)
    with transaction():
        factor = queries.second_factor(member_id)
        if factor is None or factor.confirmed_at is not None or not _serves(factor, code):
            raise Refused(rules.WrongCode())
        factor.confirmed_at = now
        spare = ["-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(rules.SPARE_CODES)]
        db.session.add_all(SpareCode(member_id=member_id, code_hash=_hash(one)) for one in spare)
        journal.record("member.second_factor_set", member_id, actor_id=member_id, member_id=member_id, at=now)
        throttle.forgive(throttle.CODE, account=str(member_id), address=address)
        return spare


def prove_code(token: str, *, code: str, device: Device, now: datetime) -> WebSession:
    """The other half of the proof: the session that awaited it opens. A code serves once, a spare one too."""
    awaiting = queries.awaiting(token, now=now)
    if awaiting is None:
        raise Refused(rules.LinkSpent())
    throttle.count_attempt(throttle.CODE, account=str(awaiting.member_id), address=device.address)
    with transaction():
        factor, member_id = queries.second_factor(awaiting.member_id), awaiting.member_id
        if factor is not None and not (_serves(factor, code) or _spends(member_id, code, now=now)):
            raise Refused(rules.WrongCode())
        throttle.forgive(throttle.CODE, account=str(member_id), address=device.address)
        awaiting.awaits_code = False
        awaiting.expires_at = rules.ends_at(opened=now, seen=now, remembered=awaiting.remembered)
        awaiting.member.seen_at, awaiting.member.absence_told_at = now, None
        journal.record("member.signed_in", member_id, actor_id=member_id, member_id=member_id, at=now, how="code")
        db.session.flush()
        return awaiting


def end(*, member_id: int, visit: Visit, password: str, address: str, now: datetime) -> None:
    """The password alone opens again."""
    person = db.session.get_one(Member, member_id)
    prove(person, visit, password, address=address, now=now)
    remove(member_id=member_id, actor_id=member_id, now=now)


def remove(*, member_id: int, actor_id: int | None, now: datetime) -> bool:
    """Somebody lost their telephone and their spare codes: who administers the lieu has recognised them. False when there was no factor."""
    with transaction():
        factor = queries.second_factor(member_id)
        if factor is None:
            return False
        was_asked = factor.confirmed_at is not None
        db.session.delete(factor)
        db.session.execute(sa.delete(SpareCode).where(SpareCode.member_id == member_id).execution_options(synchronize_session=False))
        if was_asked:
            journal.record("member.second_factor_ended", member_id, actor_id=actor_id, member_id=member_id, at=now)
        return was_asked


def _serves(factor: SecondFactor, code: str) -> bool:
    """Whether this is a code of now that has not served; if so it has. Measured on the running clock, as a telephone does."""
    written, totp = "".join(code.split()).encode(), pyotp.TOTP(shared_secret(factor), interval=_STEP)
    this_step = int(clock.running().timestamp()) // _STEP
    for step in (this_step, this_step - 1, this_step + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), written):
            taken = sa.update(SecondFactor).where(SecondFactor.id == factor.id, SecondFactor.last_step < step).values(last_step=step)
            return bool(db.session.execute(taken.returning(SecondFactor.id).execution_options(synchronize_session=False)).all())
    return False


def _spends(member_id: int, code: str, *, now: datetime) -> bool:
    """Whether this is one of the spare codes that are left; if so it is left no more."""
    spent = (
        sa.update(SpareCode)
        .where(SpareCode.member_id == member_id, SpareCode.code_hash == _hash(code), SpareCode.used_at.is_(None))
        .values(used_at=now)
        .returning(SpareCode.id)
        .execution_options(synchronize_session=False)
    )
    return bool(db.session.execute(spent).all())


def _hash(code: str) -> str:
    """Keyed by this house, so that a stolen table tells nothing; spaces, dashes and capitals do not count."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"spare code:" + "".join(sign for sign in code.lower() if sign.isalnum()).encode(), hashlib.sha256).hexdigest()
