"""What a person changes in their own account."""

from datetime import datetime
from typing import Any

from app.core import journal, mail
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.members import queries, rules
from app.members.models import Member
from app.members.queries import Visit
from app.members.services import throttle
from app.members.services.entering import LINKS, refuse_weak, set_password
from app.members.services.joining import mark_of, take_turn
from app.members.services.passwords import hash_password, is_password
from app.members.services.tokens import new_token, revoke_tokens, use_token

PROFILE = ("name", "phone", "street", "postal_code", "town", "skills", "locale", "wants_reminders", "wants_digest")
OWN_FEED = "member"  # subject of the feed of a person
CONSENTS = ("in_directory", "shows_presence")  # what is shown to others, each noted with its date


def change_profile(*, member_id: int, now: datetime, **fields: Any) -> Member:
    """Change what a person says of themselves: the fields of `PROFILE` and `CONSENTS`, and no other."""
    if unknown := set(fields).difference(PROFILE, CONSENTS):
        raise TypeError(f"not a field of the profile: {unknown}")
    with transaction():
        person = db.session.get_one(Member, member_id)
        if not rules.may_be_in_directory(person.birth_date, now.date()) and any(fields.get(name) for name in CONSENTS):
            raise Refused(rules.TooYoung())
        changed = change_fields(person, fields)
        for name in CONSENTS:
            if name in changed:
                event = "member.consent_given" if fields[name] else "member.consent_withdrawn"
                journal.record(event, member_id, actor_id=member_id, member_id=member_id, at=now, what=name)
        if told := [name for name in changed if name in PROFILE]:
            journal.record("member.profile_changed", member_id, actor_id=member_id, member_id=member_id, at=now, fields=told)
        return person


def change_password(*, member_id: int, visit: Visit, current: str, password: str, address: str, now: datetime) -> None:
    """Choose another password, knowing the current one: every other session ends."""
    person = db.session.get_one(Member, member_id)
    prove(person, visit, current, address=address, now=now)
    refuse_weak(password, person)
    hashed = hash_password(password)
    with transaction():
        set_password(person, hashed, now=now, but=visit.id)


def ask_new_address(*, member_id: int, visit: Visit, email: str, current: str, address: str, now: datetime) -> None:
    """Ask to be written to elsewhere: the new address must answer first. A taken one gets nothing, and the page says the same."""
    person, email = db.session.get_one(Member, member_id), queries.email_key(email)
    prove(person, visit, current, address=address, now=now)
    throttle.count_attempt(throttle.ASK_MAIL, account=person.email, address=address)
    with transaction():
        revoke_tokens(member_id=member_id, purposes=("email",), now=now)
        person.new_email = email
        entry = journal.record("member.new_address_asked", member_id, actor_id=member_id, member_id=member_id, at=now)
        if email != person.email and queries.member_by_email(email) is None:
            facts = {"entry": entry.id, "subject": member_id, "locale": person.locale}
            mail.queue(entry.event, fact=f"journal:{entry.id}", to_address=email, facts=facts, now=now)


def take_new_address(token: str, *, now: datetime) -> Member:
    """The new address has answered: it replaces the old one, which is told."""
    with transaction():
        row = use_token(token, "email", now=now)
        person = row.member
        if person is None or not person.new_email or row.subject != mark_of(person.new_email):
            raise Refused(rules.LinkSpent())
        set_address(person, person.new_email, actor_id=person.id, now=now)
        person.confirmed_at = now
        return person


def set_address(person: Member, email: str, *, actor_id: int | None, now: datetime) -> None:
    """Give an account another address; links on their way to the old one open nothing any more."""
    with transaction():
        take_turn(email)
        if queries.member_by_email(email) not in (None, person):
            raise Refused(rules.AddressTaken())
        old, person.email, person.new_email = person.email, email, ""
        revoke_tokens(member_id=person.id, purposes=("confirm", "reset", "email", *LINKS), now=now)
        entry = journal.record("member.address_changed", person.id, actor_id=actor_id, member_id=person.id, at=now)
        facts = {"entry": entry.id, "subject": person.id, "locale": person.locale}
        mail.queue(entry.event, fact=f"journal:{entry.id}", to_address=old, facts=facts, now=now)


def renew_feed(*, member_id: int, now: datetime) -> str:
    """A new address for this person's calendar; the old one stops."""
    with transaction():
        revoke_tokens(member_id=member_id, purposes=("feed",), subject=OWN_FEED, now=now)
        journal.record("member.feed_renewed", member_id, actor_id=member_id, member_id=member_id, at=now)
        return new_token(member_id=member_id, purpose="feed", subject=OWN_FEED, now=now)


def end_feed(*, member_id: int, now: datetime) -> None:
    """The address of this person's calendar gives nothing any more."""
    with transaction():
        if revoke_tokens(member_id=member_id, purposes=("feed",), subject=OWN_FEED, now=now):
            journal.record("member.feed_revoked", member_id, actor_id=member_id, member_id=member_id, at=now)


def make_api_token(*, person: Member, label: str, scopes: list[str], actor_id: int | None, now: datetime) -> str:
    """A token for a program that acts for this person; `manage` only for who may manage."""
    allowed = [scope for scope in rules.default_scopes(person.roles) if scope in scopes]
    with transaction():
        journal.record("member.api_token_made", person.id, actor_id=actor_id, member_id=person.id, at=now, scopes=allowed)
        return new_token(member_id=person.id, purpose="api", label=label, scopes=allowed, now=now)


def note_export(*, member_id: int, now: datetime) -> None:
    """Somebody took away all that is kept of them."""
    with transaction():
        journal.record("member.data_exported", member_id, actor_id=member_id, member_id=member_id, at=now)


def prove(person: Member, visit: Visit, current: str, *, address: str, now: datetime) -> None:
    """Before what opens the account is changed: the current password; of an account without one, having entered just now."""
    if person.password_hash is None:
        if visit.created_at < now - rules.RECENT:
            raise Refused(rules.EnterAgain())
        return
    throttle.count_attempt(throttle.SIGN_IN, account=person.email, address=address)
    if not is_password(current, person.password_hash):
        raise Refused(rules.WrongPassword())
    throttle.forgive(throttle.SIGN_IN, account=person.email, address=address)


def change_fields(person: object, fields: dict[str, Any]) -> list[str]:
    """Set what differs; the names of what did."""
    changed = [name for name, value in fields.items() if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, fields[name])
    return changed
