"""What people are told about their account. A link's token is made here, when its mail leaves: it is written nowhere before.

Nothing that a stranger typed is sent to an address that has not answered yet, so that nobody writes to others by our hand.
"""

import re
from datetime import timedelta

from flask import url_for

from app.core import clock, journal, mail
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.members import rules, services
from app.members.models import AccessToken, Member
from app.web import letters

STALE = timedelta(days=1)  # a link asked so long ago is not waited for any more

_NAME = re.compile(r"[^\W\d_]+(?:[ '’·-]+[^\W\d_]+)*")


def signed_up(row: OutgoingMail) -> Letter | None:
    person = _person(row)
    if person.status != "unconfirmed" or person.confirmed_at is not None:
        return None
    place = mail.post().house(row.place_id).name
    link = _link("members.confirm", "confirm", person, mark=_kept(_entry(row).facts.get("back", "")))
    return letters.write(row, "members/mail/signed_up.txt", place=place, link=link)


def signed_up_again(row: OutgoingMail) -> Letter | None:
    """Somebody joins with a known address: only who reads its mail learns that it is known."""
    person = _person(row)
    sign_in, reset = (url_for(page, _external=True, **_back(_entry(row))) for page in ("members.sign_in", "members.ask_reset"))
    return letters.write(row, "members/mail/signed_up_again.txt", name=person.name, sign_in=sign_in, reset=reset)


def magic_link_asked(row: OutgoingMail) -> Letter | None:
    person, entry = _person(row), _entry(row)
    if entry.at < clock.now() - STALE:
        return None
    link = _link("members.enter_by_link", "magic", person, **_back(entry))
    return letters.write(row, "members/mail/magic_link_asked.txt", link=link)


def reset_asked(row: OutgoingMail) -> Letter | None:
    person, entry = _person(row), _entry(row)
    if entry.at < clock.now() - STALE:
        return None
    return letters.write(row, "members/mail/reset_asked.txt", link=_link("members.reset", "reset", person, **_back(entry)))


def invited(row: OutgoingMail) -> Letter | None:
    """Staff opened the account, or sends a way in."""
    person, entry = _person(row), _entry(row)
    by = db.session.get(Member, entry.actor_id) if entry.actor_id else None
    link = _link("members.enter_by_link", "invitation", person)
    return letters.write(row, "members/mail/invited.txt", name=person.name, by=by.name if by else "", link=link)


def guardian_asked(row: OutgoingMail) -> Letter | None:
    person = _person(row)
    if person.guardian_consent_at is not None or person.guardian_email != row.to_address:
        return None
    named = person.name if _NAME.fullmatch(person.name) else ""
    link = _link("members.consent", "guardian", person, mark=services.mark_of(person.guardian_email))
    return letters.write(row, "members/mail/guardian_asked.txt", named=named, link=link)


def guardian_consented(row: OutgoingMail) -> Letter | None:
    """To the minor who was waiting for it; the address that has not answered yet has its own mail."""
    person = _person(row)
    if person.status != "active":
        return None
    return letters.write(row, "members/mail/guardian_consented.txt", name=person.name, sign_in=url_for("members.sign_in", _external=True))


def new_address_asked(row: OutgoingMail) -> Letter | None:
    person = _person(row)
    if not person.new_email or person.new_email != row.to_address:
        return None
    link = _link("members.new_address", "email", person, mark=services.mark_of(person.new_email))
    return letters.write(row, "members/mail/new_address_asked.txt", link=link)


def address_changed(row: OutgoingMail) -> Letter | None:
    """To the old address: if it was not its owner who changed it, they must know."""
    return letters.write(row, "members/mail/address_changed.txt", name=_person(row).name)


def password_changed(row: OutgoingMail) -> Letter | None:
    reset = url_for("members.ask_reset", _external=True)
    return letters.write(row, "members/mail/password_changed.txt", name=_person(row).name, reset=reset)


def way_in_changed(row: OutgoingMail) -> Letter | None:
    """A passkey or a telephone's code came or went: if it was not their doing, they must know."""
    entry, address = _entry(row), url_for("members.account", _external=True)
    by_them = entry.actor_id == entry.member_id
    return letters.write(
        row,
        "members/mail/way_in_changed.txt",
        name=_person(row).name,
        event=row.kind,
        label=entry.facts.get("label", ""),
        by_them=by_them,
        account=address,
    )


def suspended(row: OutgoingMail) -> Letter | None:
    person = _person(row)
    if person.status != "suspended":
        return None
    return letters.write(row, "members/mail/suspended.txt", name=person.name, reason=person.status_reason)


def reactivated(row: OutgoingMail) -> Letter | None:
    person = _person(row)
    if person.status != "active":
        return None
    return letters.write(row, "members/mail/reactivated.txt", name=person.name, sign_in=url_for("members.sign_in", _external=True))


def absence_told(row: OutgoingMail) -> Letter | None:
    """Nobody saw them for two years: a last word before the account is erased."""
    person = _person(row)
    if person.absence_told_at is None or person.is_erased:
        return None
    until, house = (person.absence_told_at + rules.WARNED).date(), mail.post().house(row.place_id)
    sign_in = url_for("members.sign_in", _external=True)
    return letters.write(row, "members/mail/absence_told.txt", name=person.name, place=house.name, until=until, sign_in=sign_in)


def _person(row: OutgoingMail) -> Member:
    return db.session.get_one(Member, row.facts["subject"])


def _entry(row: OutgoingMail) -> JournalEntry:
    return db.session.get_one(JournalEntry, row.facts["entry"])


def _back(entry: JournalEntry) -> dict[str, str]:
    """Where they were going, for the address of a link."""
    return {"next": entry.facts["back"]} if entry.facts.get("back") else {}


def _kept(back: str) -> str:
    """A page that a token can remember: what a stranger asked for is not written in a mail to an address that has not answered."""
    return back if len(back) <= AccessToken.LONGEST_SUBJECT else ""


def _link(endpoint: str, purpose: str, person: Member, *, mark: str = "", **values: str) -> str:
    token = services.new_token(member_id=person.id, purpose=purpose, subject=mark, now=clock.now())
    return url_for(endpoint, token=token, _external=True, **values)


# Told to the person whom the entry concerns, by a reader of the journal.
_TOLD: dict[str, mail.Builder] = {
    "member.signed_up": signed_up,
    "member.signed_up_again": signed_up_again,
    "member.magic_link_asked": magic_link_asked,
    "member.reset_asked": reset_asked,
    "member.invited": invited,
    "member.password_changed": password_changed,
    "member.suspended": suspended,
    "member.reactivated": reactivated,
    "member.absence_told": absence_told,
    "member.guardian_consented": guardian_consented,
}

# So are these, but for what follows from a new password, whose own mail is enough.
_WAYS_IN = ("member.passkey_kept", "member.passkey_ended", "member.second_factor_set", "member.second_factor_ended")

# Those and the ones that the gesture itself puts in the outbox, since they go to an address that is no member's.
MAILS: dict[str, mail.Builder] = {
    **_TOLD,
    **dict.fromkeys(_WAYS_IN, way_in_changed),
    "member.guardian_asked": guardian_asked,
    "member.new_address_asked": new_address_asked,
    "member.address_changed": address_changed,
}

READERS: dict[str, list[journal.Reader]] = {
    **{event: [mail.tell_anyway] for event in _TOLD},
    **{event: [mail.tell] for event in _WAYS_IN},
}

# What each is called where the manager sees those that did not leave.
NAMES: dict[str, str] = {
    "member.signed_up": N_("Adresse à confirmer"),
    "member.signed_up_again": N_("Compte déjà ouvert"),
    "member.magic_link_asked": N_("Lien pour entrer"),
    "member.reset_asked": N_("Mot de passe à changer"),
    "member.invited": N_("Invitation"),
    "member.password_changed": N_("Mot de passe changé"),
    "member.passkey_kept": N_("Clé d’accès ajoutée"),
    "member.passkey_ended": N_("Clé d’accès retirée"),
    "member.second_factor_set": N_("Code par téléphone mis en place"),
    "member.second_factor_ended": N_("Code par téléphone retiré"),
    "member.suspended": N_("Compte suspendu"),
    "member.reactivated": N_("Compte rouvert"),
    "member.absence_told": N_("Longue absence"),
    "member.guardian_asked": N_("Accord d’un parent"),
    "member.guardian_consented": N_("Accord donné, compte ouvert"),
    "member.new_address_asked": N_("Nouvelle adresse à confirmer"),
    "member.address_changed": N_("Adresse changée"),
}
