"""What is not kept: sessions and links that ended, tries of yesterday, accounts that never answered."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.core import clock, idempotency, journal, mail
from app.core.db import db, transaction
from app.core.refusals import N_, Reason
from app.members import rules
from app.members.models import AccessToken, GroupMember, Member, Passkey, SecondFactor, SignInAttempt, SpareCode, WebSession
from app.members.services.people import keep_an_administrator, other_administrators
from app.members.services.sessions import close_sessions
from app.members.services.throttle import KEPT as TRIES_KEPT

TOKENS_KEPT = timedelta(days=90)  # after they served, expired or were stopped: their owner sees them in their data
NOBODY = "—"  # the name of who is no more
UNANSWERED_KEPT = timedelta(days=30)  # a sign-up whose address never answered


def forget_old(*, now: datetime) -> int:
    """Remove what has no more use; how many rows went. It looks before it writes, since it is asked each minute."""
    old = (
        (WebSession, WebSession.expires_at <= now),
        (SignInAttempt, SignInAttempt.at <= clock.running() - TRIES_KEPT),
        (AccessToken, sa.func.coalesce(AccessToken.revoked_at, AccessToken.used_at, AccessToken.expires_at) <= now - TOKENS_KEPT),
        (AccessToken, sa.and_(AccessToken.purpose == "passkey", AccessToken.expires_at <= now)),  # a question that no device answered
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
    """Nothing is left that says who it was, nor opens the house. The number stays, so that the journal and the accounts stay true."""
    person.status, person.status_reason = "erased", ""
    person.name, person.email, person.new_email = NOBODY, f"{person.id}@erased.invalid", ""
    person.password_hash = None
    person.birth_date = person.guardian_consent_at = person.seen_at = person.confirmed_at = person.absence_told_at = None
    person.phone = person.street = person.postal_code = person.town = person.skills = ""
    person.guardian_name = person.guardian_email = ""
    person.in_directory = person.shows_presence = person.badge = person.is_organisation_contact = False
    person.tariff_group, person.organisation_id = "plein", None
    person.role_rows = []
    db.session.flush()
    close_sessions(person.id)
    for model in (AccessToken, GroupMember, Passkey, SecondFactor, SpareCode):
        db.session.execute(sa.delete(model).where(model.member_id == person.id).execution_options(synchronize_session=False))
    mail.forget_person(person.id)
    idempotency.forget_person(person.id)


def erase_person(member_id: int, _now: datetime) -> None:
    """The part of this room when somebody is erased."""
    with transaction():
        person = db.session.get_one(Member, member_id)
        keep_an_administrator(person)
        erase(person)


def obstacles_to_erasing(member_id: int, _today: date) -> Iterator[Reason]:
    """The lieu keeps somebody who administers it."""
    person = db.session.get_one(Member, member_id)
    if "administrator" in person.roles and not other_administrators(person):
        yield rules.LastAdministrator()


ERASER = rules.Eraser(
    goes=(
        N_("Votre nom, vos adresses, votre téléphone, votre date de naissance, votre tarif et ses raisons."),
        N_("Votre mot de passe, vos appareils, vos liens d’agenda, vos jetons, vos rôles et vos groupes."),
        N_("Les courriels que le lieu vous a envoyés."),
    ),
    obstacles=obstacles_to_erasing,
    erase=erase_person,
)
