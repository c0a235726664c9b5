"""Entering: by password, by a link, by a new password. What is answered never tells whether an address is known."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.members import queries, rules
from app.members.models import Member, Passkey
from app.members.queries import SignedIn
from app.members.services import throttle
from app.members.services.passwords import hash_password, is_outdated, is_password
from app.members.services.sessions import close_sessions, end_session, open_session
from app.members.services.tokens import revoke_tokens, use_token

LINKS = ("magic", "invitation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """From where somebody knocks."""

    address: str
    user_agent: str = ""
    remembered: bool = False


def sign_in(*, email: str, password: str, device: Device, now: datetime) -> str:
    """The token of a new session for who knows this account's password."""
    account = queries.email_key(email)
    throttle.count_attempt(throttle.SIGN_IN, account=account, address=device.address)
    person = queries.member_by_email(account)
    is_right = is_password(password, person.password_hash if person else None)
    if person is None or not is_right or not queries.may_sign_in(person):
        raise Refused(rules.BadLogin())
    renewed = hash_password(password) if is_outdated(person.password_hash or "") else person.password_hash
    with transaction():
        throttle.forgive(throttle.SIGN_IN, account=account, address=device.address)
        person.password_hash = renewed
        return enter(person, device=device, how="password", now=now)


def ask_link(*, email: str, device: Device, now: datetime, back: str = "") -> None:
    """Send a link that opens the house, if somebody has this address; after it, go `back` to where they wanted to be."""
    _write_to_who_has(email, "member.magic_link_asked", device=device, now=now, back=back)


def ask_reset(*, email: str, device: Device, now: datetime, back: str = "") -> None:
    """Send a link to choose a new password, if somebody has this address; after it, go `back` too."""
    _write_to_who_has(email, "member.reset_asked", device=device, now=now, back=back)


def sign_in_by_link(token: str, *, device: Device, now: datetime) -> str:
    """The token of a new session for who opened the mail. It proves the address, so it confirms it."""
    with transaction():
        person = person_of(token, *LINKS, now=now)
        if person is None:
            raise Refused(rules.LinkSpent())
        confirm_address(person, now=now, chose_password=False)
        return enter(person, device=device, how="link", now=now)


def reset_password(token: str, *, password: str, device: Device, now: datetime, lost: Collection[int] = ()) -> str:
    """Choose a new password by the link of a mail: every other session ends, and the passkeys said `lost`; this one opens."""
    row = queries.by_access_token(token, "reset", now=now)
    if row is None or row.member is None:
        raise Refused(rules.LinkSpent())
    refuse_weak(password, row.member)
    hashed = hash_password(password)
    with transaction():
        use_token(token, "reset", now=now)
        confirm_address(row.member, now=now, chose_password=True)
        changed = set_password(row.member, hashed, now=now, but=None)
        for one in queries.passkeys(row.member.id):
            if one.id in lost:
                end_passkey(one, now=now, cause_id=changed)
        return enter(row.member, device=device, how="reset", now=now)


def sign_out(person: SignedIn, *, now: datetime) -> None:
    end_session(member_id=person.web_session.member_id, session_id=person.web_session.id, now=now)


# ---------------------------------------------------------------- shared by the gestures of an account


def enter(person: Member, *, device: Device, how: str, now: datetime, is_whole_proof: bool = False) -> str:
    """Open the session and note it; inside the transaction of the gesture that proved who it is.

    Of who has a second factor it is half a proof, unless said whole: the session awaits the code (`second_factor.prove_code`).
    """
    with transaction():
        if not is_whole_proof and queries.is_code_asked(person.id):
            return open_session(member_id=person.id, now=now, user_agent=device.user_agent, remembered=device.remembered, awaits_code=True)
        person.seen_at, person.absence_told_at = now, None
        journal.record("member.signed_in", person.id, actor_id=person.id, member_id=person.id, at=now, how=how)
        return open_session(member_id=person.id, now=now, user_agent=device.user_agent, remembered=device.remembered)


def person_of(token: str, *purposes: str, now: datetime) -> Member | None:
    """Spend a link that serves one of these purposes; whose it is."""
    for purpose in purposes:
        if queries.by_access_token(token, purpose, now=now):
            return use_token(token, purpose, now=now).member
    return None


def confirm_address(person: Member, *, now: datetime, chose_password: bool) -> None:
    """Whoever opened a link reads this mailbox. The account is theirs, and a password that a stranger had put on it is not."""
    with transaction():
        if person.confirmed_at is None:
            person.confirmed_at = now
            if person.status == "unconfirmed" and not chose_password:
                person.password_hash = None
            journal.record("member.confirmed", person.id, actor_id=person.id, member_id=person.id, at=now)
        open_account(person, now=now)


def open_account(person: Member, *, now: datetime) -> None:
    """The account becomes active once its address is confirmed and, of a minor, once the guardian agreed."""
    is_allowed = person.guardian_consent_at is not None or rules.is_adult(person.birth_date, now.date())
    if person.status == "unconfirmed" and person.confirmed_at is not None and is_allowed:
        person.status = "active"


def refuse_weak(password: str, person: Member) -> None:
    reasons = list(rules.reasons_password(password, name=person.name, email=person.email))
    if reasons:
        raise Refused(*reasons)


def set_password(person: Member, hashed: str, *, now: datetime, but: int | None) -> int:
    """Another password closes what the old one opened: sessions (but perhaps the one that asks) and links on their way. Its line."""
    with transaction():
        person.password_hash = hashed
        close_sessions(person.id, but=but)
        revoke_tokens(member_id=person.id, purposes=("reset", *LINKS), now=now)
        return journal.record("member.password_changed", person.id, actor_id=person.id, member_id=person.id, at=now).id


def end_passkey(passkey: Passkey, *, now: datetime, cause_id: int | None = None) -> None:
    """It opens nothing any more."""
    with transaction():
        db.session.delete(passkey)
        person_id, label = passkey.member_id, passkey.label
        journal.record("member.passkey_ended", person_id, actor_id=person_id, member_id=person_id, cause_id=cause_id, at=now, label=label)


def _write_to_who_has(email: str, event: str, *, device: Device, now: datetime, back: str = "") -> None:
    """The same work for a known and an unknown address, but for one row."""
    account = queries.email_key(email)
    with transaction():
        throttle.count_attempt(throttle.ASK_MAIL, account=account, address=device.address)
        person = queries.member_by_email(account)
        if person is not None and person.status in ("active", "suspended", "unconfirmed"):
            journal.record(event, person.id, member_id=person.id, at=now, back=back)
