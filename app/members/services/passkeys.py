"""Passkeys: a device keeps a key and opens it with a finger or a code; nothing to remember, nothing that a false page could take.

The device signs a question that serves once (a token of purpose `passkey`). A passkey proves both halves of who one is: what one
has, and the finger or code that opens it; so no code of a telephone is asked after it.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.members import gateways, queries, rules
from app.members.models import Member, Passkey
from app.members.queries import Visit
from app.members.services import throttle
from app.members.services.account import prove
from app.members.services.entering import Device, end_passkey, enter
from app.members.services.tokens import new_token, use_token


def ask_to_keep(*, member_id: int, visit: Visit, password: str, address: str, lieu: str, now: datetime) -> tuple[str, str]:
    """(question, options as JSON) for a device that is to keep a key of this person, who proves first who they are."""
    person = db.session.get_one(Member, member_id)
    prove(person, visit, password, address=address, now=now)
    known = [one.credential_id for one in queries.passkeys(member_id)]
    challenge = new_token(member_id=member_id, purpose="passkey", subject="keep", now=now)
    options = gateways.registration_options(
        challenge=challenge, member_id=member_id, email=person.email, name=person.name, lieu=lieu, known=known
    )
    return challenge, options


def keep(answer: str, *, challenge: str, member_id: int, label: str, now: datetime) -> None:
    """Keep the public half of a key that a device has just made for this person."""
    with transaction():
        asked = use_token(challenge, "passkey", now=now)
        if asked.member_id != member_id or asked.subject != "keep":
            raise Refused(rules.WrongPasskey())
        try:
            made = gateways.read_registration(answer, challenge=challenge)
        except gateways.NotAPasskey:
            raise Refused(rules.WrongPasskey()) from None
        db.session.add(
            Passkey(
                member_id=member_id,
                credential_id=made.credential_id,
                public_key=made.public_key,
                sign_count=made.sign_count,
                label=label,
                created_at=now,
            )
        )
        try:
            db.session.flush()
        except IntegrityError:
            raise Refused(rules.PasskeyTaken()) from None
        journal.record("member.passkey_kept", member_id, actor_id=member_id, member_id=member_id, at=now, label=label)


def ask_to_enter(*, device: Device, now: datetime) -> tuple[str, str]:
    """(question, options as JSON) for whoever knocks: which key, and so which person, is the device's to say."""
    throttle.count_attempt(throttle.PASSKEY, account=device.address, address=device.address)
    challenge = new_token(member_id=None, purpose="passkey", subject="enter", now=now)
    return challenge, gateways.authentication_options(challenge=challenge)


def enter_by_passkey(answer: str, *, challenge: str, device: Device, now: datetime) -> str:
    """The token of a new session for who holds the key."""
    with transaction():
        asked = use_token(challenge, "passkey", now=now)
        passkey = _passkey_of(answer) if asked.subject == "enter" else None
        person = db.session.get(Member, passkey.member_id) if passkey is not None else None
        if passkey is None or person is None or not queries.may_sign_in(person):
            raise Refused(rules.WrongPasskey())
        try:
            passkey.sign_count = gateways.read_authentication(
                answer, challenge=challenge, public_key=passkey.public_key, sign_count=passkey.sign_count
            )
        except gateways.NotAPasskey:
            raise Refused(rules.WrongPasskey()) from None
        passkey.used_at = now
        return enter(person, device=device, how="passkey", now=now, is_whole_proof=True)


def end(*, member_id: int, passkey_id: int, now: datetime) -> bool:
    """False when this person has no such key."""
    with transaction():
        found = next((one for one in queries.passkeys(member_id) if one.id == passkey_id), None)
        if found is not None:
            end_passkey(found, now=now)
        return found is not None


def _passkey_of(answer: str) -> Passkey | None:
    try:
        name = gateways.credential_id(answer)
    except gateways.NotAPasskey:
        return None
    return db.session.scalar(sa.select(Passkey).where(Passkey.credential_id == name))
