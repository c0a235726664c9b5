"""Joining: an account in a minute, open once its address has answered; of a minor, once a guardian has agreed."""

import hashlib
from datetime import date, datetime

from app.core import journal, mail
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.members import queries, rules
from app.members.models import Member, MemberRole
from app.members.services import throttle
from app.members.services.entering import Device, confirm_address, enter, open_account
from app.members.services.passwords import hash_password, is_password
from app.members.services.tokens import use_token

TURNS = 7211  # whose turn it is to take an address


def sign_up(
    *,
    name: str,
    email: str,
    password: str,
    device: Device,
    now: datetime,
    birth_date: date | None = None,
    guardian_name: str = "",
    guardian_email: str = "",
    locale: str = "fr",
    back: str = "",
) -> None:
    """Ask for an account. A known address gets another mail, and the page says the same; after it, go `back` to where they wanted to be.

    An account whose address never answered is made anew by who asks last: the first one may have been a stranger.
    """
    email = queries.email_key(email)
    is_minor = rules.is_minor(birth_date, now.date())
    reasons = list(rules.reasons_password(password, name=name, email=email))
    if is_minor and not (guardian_name and guardian_email):
        reasons.append(rules.GuardianMissing())
    if reasons:
        raise Refused(*reasons)
    throttle.count_attempt(throttle.SIGN_UP, account=email, address=device.address)
    hashed = hash_password(password)
    with transaction():
        take_turn(email)
        person = queries.member_by_email(email)
        if person is not None and (person.confirmed_at is not None or person.status != "unconfirmed"):
            journal.record("member.signed_up_again", person.id, member_id=person.id, at=now, back=back)
            return
        if person is None:
            person = Member(email=email, name=name, status="unconfirmed", created_at=now, role_rows=[MemberRole(role="member")])
            db.session.add(person)
        person.name, person.password_hash, person.locale = name, hashed, locale
        person.birth_date = birth_date
        person.guardian_name, person.guardian_email = (guardian_name, guardian_email) if is_minor else ("", "")
        db.session.flush()
        journal.record("member.signed_up", person.id, actor_id=person.id, member_id=person.id, at=now, back=back)
        ask_guardian(person, now=now)


def confirm(token: str, *, password: str | None, device: Device, now: datetime) -> str:
    """Answer from the address, and enter. Who does not give the password of the sign-up chooses another one later: it was perhaps a stranger's."""
    row = queries.by_access_token(token, "confirm", now=now)
    if row is None or row.member is None:
        raise Refused(rules.LinkSpent())
    if password is not None:
        throttle.count_attempt(throttle.SIGN_IN, account=row.member.email, address=device.address)
        if not is_password(password, row.member.password_hash):
            raise Refused(rules.WrongPassword())
    with transaction():
        use_token(token, "confirm", now=now)
        confirm_address(row.member, now=now, chose_password=password is not None)
        return enter(row.member, device=device, how="confirmation", now=now)


def ask_guardian(person: Member, *, now: datetime) -> None:
    """Write to the guardian of a minor who has not agreed yet."""
    if person.guardian_consent_at or not person.guardian_email or rules.is_adult(person.birth_date, now.date()):
        return
    with transaction():
        entry = journal.record("member.guardian_asked", person.id, member_id=person.id, at=now)
        facts = {"entry": entry.id, "subject": person.id, "locale": person.locale}
        mail.queue(entry.event, fact=f"journal:{entry.id}", to_address=person.guardian_email, facts=facts, now=now)


def consent(token: str, *, now: datetime) -> Member:
    """The guardian agrees: the minor's account opens, if its address has answered."""
    with transaction():
        row = use_token(token, "guardian", now=now)
        person = row.member
        if person is None or row.subject != mark_of(person.guardian_email):
            raise Refused(rules.LinkSpent())
        person.guardian_consent_at = now
        open_account(person, now=now)
        journal.record("member.guardian_consented", person.id, member_id=person.id, at=now)
        return person


def mark_of(address: str) -> str:
    """What a token keeps of the address it was sent to: it opens nothing once that address is no longer the right one."""
    return hashlib.sha256(address.encode()).hexdigest()[:60]


def take_turn(email: str) -> None:
    """Two who take one address at once take turns: the second one sees the first."""
    lock(TURNS, int(hashlib.sha256(email.encode()).hexdigest()[:7], 16))
