"""What staff does for people: open an account, change it, suspend it, close it, send a way in."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Reason, Refused
from app.members import queries, rules
from app.members.models import Member, MemberRole
from app.members.services.account import change_fields, set_address
from app.members.services.joining import ask_guardian, take_turn
from app.members.services.sessions import close_sessions
from app.members.services.tokens import revoke_tokens

# What staff may write of a person, besides name, address, roles and state.
FIELDS = (
    "phone",
    "street",
    "postal_code",
    "town",
    "tariff_group",
    "badge",
    "organisation_id",
    "is_organisation_contact",
    "locale",
    "birth_date",
    "guardian_name",
    "guardian_email",
)


def create_member(
    *,
    name: str,
    email: str,
    roles: Collection[str],
    actor: Member | None,
    now: datetime,
    password_hash: str | None = None,
    has_consent: bool = False,
    invite: bool = False,
    is_confirmed: bool = False,
    **fields: Any,
) -> Member:
    """Open somebody's account. Without an `actor` it is the lieu itself (the command line), which may make administrators.

    A minor's account waits for the guardian's consent, unless staff has it in writing.
    """
    email = queries.email_key(email)
    _only_known(fields)
    with transaction():
        _refuse(rules.reasons_roles(actor.roles, had=(), given=roles) if actor else ())
        take_turn(email)
        if queries.member_by_email(email) is not None:
            raise Refused(rules.AddressTaken())
        person = Member(email=email, name=name, status="active", created_at=now, password_hash=password_hash, **fields)
        person.confirmed_at = now if is_confirmed else None
        person.role_rows = [MemberRole(role=role) for role in rules.ROLES if role in roles]
        db.session.add(person)
        db.session.flush()
        _look_at_age(person, has_consent=has_consent, now=now)
        actor_id = actor.id if actor else None
        journal.record("member.created", person.id, actor_id=actor_id, member_id=person.id, at=now, roles=sorted(roles))
        if person.status == "unconfirmed":
            ask_guardian(person, now=now)
        if invite:
            journal.record("member.invited", person.id, actor_id=actor_id, member_id=person.id, at=now)
        return person


def change_member(
    *,
    member_id: int,
    actor: Member,
    now: datetime,
    name: str | None = None,
    email: str | None = None,
    roles: Collection[str] | None = None,
    has_consent: bool | None = None,
    **fields: Any,
) -> Member:
    """Change what is written of somebody; what is not given stays. Each kind of change has its line in the journal."""
    _only_known(fields)
    with transaction():
        person = db.session.get_one(Member, member_id)
        given = person.roles if roles is None else frozenset(roles)
        _refuse(rules.reasons_roles(actor.roles, had=person.roles, given=given))
        if person.is_erased:
            raise Refused(rules.AccountClosed())
        changed = change_fields(person, fields | ({"name": name} if name is not None else {}))
        if given != person.roles:
            _give_roles(person, given, actor=actor, now=now)
        if email is not None and queries.email_key(email) != person.email:
            set_address(person, queries.email_key(email), actor_id=actor.id, now=now)
        _look_at_age(person, has_consent=has_consent, now=now)
        if changed:
            journal.record("member.changed", person.id, actor_id=actor.id, member_id=person.id, at=now, fields=changed)
        if "guardian_email" in changed:
            ask_guardian(person, now=now)
        db.session.flush()
        return person


def suspend(*, member_id: int, reason: str, actor: Member, now: datetime) -> Member:
    """Nothing to book for a while; the person is told why, and their devices must enter again."""
    with transaction():
        person = _touch(member_id, actor)
        keep_an_administrator(person)
        person.status, person.status_reason = "suspended", reason
        close_sessions(person.id)
        journal.record("member.suspended", person.id, actor_id=actor.id, member_id=person.id, at=now)
        return person


def reactivate(*, member_id: int, actor: Member, now: datetime) -> Member:
    """Suspended, closed or waiting: the account is open again, or for the first time."""
    with transaction():
        person = _touch(member_id, actor)
        person.status, person.status_reason = "active", ""
        _look_at_age(person, has_consent=None, now=now)
        journal.record("member.reactivated", person.id, actor_id=actor.id, member_id=person.id, at=now)
        return person


def close_account(*, member_id: int, actor: Member, now: datetime) -> Member:
    """The person has left: nothing opens this account any more; what must be kept stays."""
    with transaction():
        person = _touch(member_id, actor)
        keep_an_administrator(person)
        person.status, person.status_reason = "inactive", ""
        close_sessions(person.id)
        revoke_tokens(member_id=person.id, purposes=rules.PURPOSES, now=now)
        journal.record("member.closed", person.id, actor_id=actor.id, member_id=person.id, at=now)
        return person


def invite(*, member_id: int, actor: Member, now: datetime) -> None:
    """Send a link that opens the house, good for two weeks."""
    with transaction():
        person = db.session.get_one(Member, member_id)
        if person.status in ("inactive", "erased"):
            raise Refused(rules.AccountClosed())
        journal.record("member.invited", person.id, actor_id=actor.id, member_id=person.id, at=now)


def _give_roles(person: Member, given: frozenset[str], *, actor: Member, now: datetime) -> None:
    had = person.roles
    if "administrator" not in given:
        keep_an_administrator(person)
    person.role_rows = [row for row in person.role_rows if row.role in given] + [
        MemberRole(role=role) for role in rules.ROLES if role in given - had
    ]
    journal.record(
        "member.roles_changed",
        person.id,
        actor_id=actor.id,
        member_id=person.id,
        at=now,
        given=sorted(given - had),
        taken=sorted(had - given),
    )


def _touch(member_id: int, actor: Member) -> Member:
    """Somebody whose account this actor may close, suspend or open."""
    person = db.session.get_one(Member, member_id)
    _refuse(rules.reasons_roles(actor.roles, had=person.roles, given=()))
    if person.id == actor.id:
        raise Refused(rules.NotYourself())
    if person.is_erased:
        raise Refused(rules.AccountClosed())
    return person


def keep_an_administrator(person: Member) -> None:
    """Counted in turns, so that two administrators do not unmake each other at once."""
    if "administrator" not in person.roles:
        return
    take_turn("the last administrator")
    if not other_administrators(person):
        raise Refused(rules.LastAdministrator())


def other_administrators(person: Member) -> int:
    others = sa.select(sa.func.count(Member.id)).join(MemberRole).where(
        MemberRole.role == "administrator", Member.status == "active", Member.id != person.id
    )  # fmt: skip
    return db.session.scalar(others) or 0


def _look_at_age(person: Member, *, has_consent: bool | None, now: datetime) -> None:
    """A minor without a guardian's consent waits; under fifteen, nobody is shown to others."""
    if has_consent is not None:
        person.guardian_consent_at = (person.guardian_consent_at or now) if has_consent else None
    is_waiting = rules.is_minor(person.birth_date, now.date()) and person.guardian_consent_at is None
    if person.status == "active" and is_waiting:
        person.status = "unconfirmed"
    elif person.status == "unconfirmed" and not is_waiting and (has_consent or person.confirmed_at):
        person.status = "active"
    if not rules.may_be_in_directory(person.birth_date, now.date()):
        person.in_directory = person.shows_presence = False


def _only_known(fields: dict[str, Any]) -> None:
    if unknown := set(fields).difference(FIELDS):
        raise TypeError(f"not something staff writes of a person: {unknown}")


def _refuse(reasons: Iterable[Reason]) -> None:
    if found := list(reasons):
        raise Refused(*found)
