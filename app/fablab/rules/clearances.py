"""Who may use which machine: pure rules."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from dateutil.relativedelta import relativedelta

from app.core.refusals import N_, Reason


class NotQualified(Reason):
    code = "not_qualified"
    sentence = N_("%(name)s : il faut l’habilitation « %(clearance)s ».")
    next_step = N_("Inscrivez-vous à la prochaine initiation, ou demandez à une personne référente.")


class NotShownYet(Reason):
    code = "not_qualified"
    sentence = N_("%(name)s : il faut l’habilitation « %(clearance)s », et aucune initiation n’est prévue.")
    next_step = N_("Demandez à %(leads)s de vous montrer la machine.")


class NotQualifiedYet(Reason):
    code = "not_qualified"
    sentence = N_("%(name)s : il faut l’habilitation « %(clearance)s », qui se donne en initiation.")
    next_step = N_("Prochaine initiation avec une place libre : %(title)s, %(when)s.")


class ClearanceExpired(Reason):
    code = "qualification_expires_before"
    sentence = N_("Votre habilitation « %(clearance)s » vaut jusqu’au %(until)s inclus : elle aura expiré.")
    next_step = N_("Renouvelez-la, ou choisissez une date plus proche.")


class ClearanceExpiredButSoon(Reason):
    code = "qualification_expires_before"
    sentence = N_("Votre habilitation « %(clearance)s » vaut jusqu’au %(until)s inclus : elle sera à renouveler.")
    next_step = N_("Prochaine initiation avec une place libre : %(title)s, %(when)s.")


class NotALead(Reason):
    code = "not_allowed"
    sentence = N_("Seule une personne référente peut donner l’habilitation « %(clearance)s ».")
    next_step = N_("Adressez-vous à la personne référente de la machine.")
    hard = True


class NotForOneself(Reason):
    code = "not_allowed"
    sentence = N_("Personne ne se donne une habilitation à soi-même.")
    next_step = N_("Demandez à une autre personne habilitée.")
    hard = True


class AlreadyCleared(Reason):
    code = "already_cleared"
    sentence = N_("Cette personne a déjà l’habilitation « %(clearance)s ».")
    next_step = N_("Elle peut être renouvelée quand elle arrive à son terme.")
    hard = True


class TypeNameTaken(Reason):
    code = "name_taken"
    sentence = N_("Une habilitation s’appelle déjà « %(name)s ».")
    next_step = N_("Choisissez un autre nom.")
    hard = True


class AlreadyRevoked(Reason):
    code = "already_revoked"
    sentence = N_("Cette habilitation est déjà retirée.")
    next_step = N_("Une nouvelle peut être donnée.")
    hard = True


@dataclass(frozen=True, slots=True)
class Right:
    """One clearance as given: from a day, to a last day included (none: no end), unless revoked."""

    given_on: date
    expires_on: date | None
    revoked_on: date | None = None


@dataclass(frozen=True, slots=True)
class NextTraining:
    """A session to come that gives the clearance and has a free seat."""

    title: str
    when: datetime
    href: str


def reasons_clearance(
    rights: Sequence[Right],
    *,
    day: date,
    name: str,
    clearance: str,
    href: str = "",
    upcoming: Callable[[], NextTraining | None] = lambda: None,
    leads: Callable[[], list[str]] = list,
) -> Iterator[Reason]:
    """A right is valid through its last day, included. A refusal names the next session that would give it, else who may; `href`: its page."""
    standing = [right for right in rights if right.revoked_on is None]
    if not standing:
        words = {"name": name, "clearance": clearance}
        if soon := upcoming():
            yield NotQualifiedYet(**words, **asdict(soon))
        elif names := leads():
            yield NotShownYet(**words, leads=names, href=href)
        else:
            yield NotQualified(**words, href=href)
    elif all(right.expires_on is not None and right.expires_on < day for right in standing):
        last = max(right.expires_on for right in standing if right.expires_on is not None)
        soon = upcoming()
        said = {"clearance": clearance, "until": last}
        yield ClearanceExpiredButSoon(**said, **asdict(soon)) if soon else ClearanceExpired(**said, href=href)


def expiry(policy: str, *, given_on: date, months: int | None, until: date | None, last_used_on: date | None = None) -> date | None:
    """The last day of a right, included; None: no end.

    `duration`: a year given on 5 December 2026 lasts until 5 December 2027 included. `unused`: so many months after the last use.
    """
    if policy == "duration" and months:
        return given_on + relativedelta(months=months)
    if policy == "unused" and months:
        return max(given_on, last_used_on or given_on) + relativedelta(months=months)
    if policy == "fixed_date":
        return until
    return None


WARNINGS = (30, 7)  # days before a right lapses


def standing(rights: Sequence[Right], day: date) -> list[Right]:
    """The rights that are good on a day: given by then, not revoked, through their last day."""
    return [
        right
        for right in rights
        if right.revoked_on is None and right.given_on <= day and (right.expires_on is None or day <= right.expires_on)
    ]


def reasons_giving(*, is_staff: bool, is_lead: bool, peers_may: bool, is_cleared: bool, is_self: bool, clearance: str) -> Iterator[Reason]:
    """Staff, a lead of one of the machines, or a cleared peer where the lieu lets peers; never oneself, but for staff."""
    if is_self and not is_staff:
        yield NotForOneself()
    elif not (is_staff or is_lead or (peers_may and is_cleared)):
        yield NotALead(clearance=clearance)


def warning_due(expires_on: date, today: date, *, told_30: bool, told_7: bool, told_lapse: bool) -> str | None:
    """What is to be told today of a right that ends: `30`, `7` or `lapsed`; each once, and never one that is already overtaken."""
    left = (expires_on - today).days
    if left < 0:
        return None if told_lapse else "lapsed"
    if left <= 7:
        return None if told_7 else "7"
    if left <= 30:
        return None if told_30 else "30"
    return None


def was_warned(at: datetime | None, expires_on: date) -> bool:
    """Whether a warning was of this end: a right that lapses when unused, and was used since, ends later and is warned of again."""
    return at is not None and (expires_on - at.date()).days <= WARNINGS[0] + 1


def check_code(secret: str, clearance_id: int) -> str:
    """What proves that a number was read on a booklet of this lieu, and not guessed."""
    mac = hmac.new(secret.encode(), f"clearance:{clearance_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:7]).decode().rstrip("=").lower()


def number_of(clearance_id: int) -> str:
    """« HAB-000012 »: what is written beside it in the booklet."""
    return f"HAB-{clearance_id:06d}"


def clearance_numbered(number: str) -> int | None:
    """The id behind a number; none when it is not one of ours."""
    digits = number.upper().removeprefix("HAB-")
    return int(digits) if number.upper().startswith("HAB-") and digits.isascii() and digits.isdigit() and len(digits) <= 9 else None
