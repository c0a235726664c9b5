"""Signing a half-day: when one may, and the code that says one is in the room.

A simple electronic signature (eIDAS art. 25, Code civil 1366 and 1367), with evidence kept around it: the account or the
personal link, the code shown in the room, the time, and a chain that shows any later change (`chain`).
"""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from app.core.refusals import N_, Reason

OPENS_BEFORE = timedelta(minutes=10)
CLOSES_AFTER = timedelta(minutes=30)
STEP_SECONDS = 30
ACCEPTED_SECONDS = 90
CODE_DIGITS = 6
MOST_WRONG_CODES = 5


class Window(NamedTuple):
    """From when until when a half-day may be signed, both included."""

    opens_at: datetime
    closes_at: datetime


class SignatureNotOpen(Reason):
    code = "signature_not_open"
    sentence = N_("Cette demi-journée n’est pas encore à signer\u00a0: la signature ouvre à %(hour)s.")
    next_step = N_("Revenez à ce moment-là.")
    hard = True


class SignatureOnAnotherDay(SignatureNotOpen):
    sentence = N_("Une demi-journée à venir ne se signe jamais d’avance\u00a0: celle-ci s’ouvrira %(moment)s.")


class SignatureOver(Reason):
    code = "signature_over"
    sentence = N_("La signature de cette demi-journée a fermé à %(hour)s\u00a0: elle est à régulariser.")
    next_step = N_("Voyez avec la formatrice ou le formateur\u00a0: une feuille sur papier, signée de vous deux, vaut la même chose.")
    hard = True


class SignatureOverSince(SignatureOver):
    sentence = N_("La signature de cette demi-journée a fermé %(moment)s\u00a0: elle est à régulariser.")


class SessionCancelled(Reason):
    code = "session_cancelled"
    sentence = N_("Cette demi-journée est annulée\u00a0: il n’y a rien à signer.")
    hard = True


class WrongCode(Reason):
    code = "wrong_code"
    sentence = N_("Ce n’est pas le code affiché en ce moment dans la salle. Il reste %(count)s essai.")
    plural = N_("Ce n’est pas le code affiché en ce moment dans la salle. Il reste %(count)s essais.")
    next_step = N_("Le code change toutes les 30 secondes\u00a0: lisez-le de nouveau.")


class SignatureLocked(Reason):
    code = "signature_locked"
    sentence = N_(
        "Cinq codes faux\u00a0: votre signature est bloquée pour cette demi-journée, et la formatrice ou le formateur est prévenu."
    )
    next_step = N_("Parlez-lui\u00a0: elle ou il peut vous débloquer, ou vous faire signer sur papier.")


class AlreadySigned(Reason):
    code = "already_signed"
    sentence = N_("Vous avez déjà signé cette demi-journée.")
    taken = True


class NotYourSession(Reason):
    code = "not_your_session"
    sentence = N_("Cette demi-journée n’est pas à votre programme\u00a0: personne ne signe pour quelqu’un d’autre.")
    next_step = N_("Entrez avec votre propre compte.")
    hard = True


class LinkServed(Reason):
    code = "link_spent"
    sentence = N_("Ce lien a déjà servi, ou un autre l’a remplacé.")
    next_step = N_("Entrez avec votre compte, ou demandez-en un autre à la formatrice ou au formateur.")
    hard = True


class LinkOfSomebodyElse(Reason):
    code = "link_of_somebody_else"
    sentence = N_("Ce lien est celui d’une autre personne\u00a0: personne ne signe pour quelqu’un d’autre.")
    next_step = N_("Sortez de ce compte, ou demandez votre propre lien.")
    hard = True


def window(starts_at: datetime, ends_at: datetime) -> Window:
    return Window(starts_at - OPENS_BEFORE, ends_at + CLOSES_AFTER)


def reasons_window(starts_at: datetime, ends_at: datetime, *, cancelled: bool, now: datetime, zone: tzinfo) -> Iterator[Reason]:
    """One signs from ten minutes before the half-day to thirty minutes after its end; a day to come, never."""
    opens_at, closes_at = window(starts_at, ends_at)
    is_today = now.astimezone(zone).date() == opens_at.astimezone(zone).date()
    if cancelled:
        yield SessionCancelled()
    elif now < opens_at and is_today:
        yield SignatureNotOpen(hour=opens_at.astimezone(zone).time())
    elif now < opens_at:
        yield SignatureOnAnotherDay(moment=opens_at)
    elif now > closes_at and is_today:
        yield SignatureOver(hour=closes_at.astimezone(zone).time())
    elif now > closes_at:
        yield SignatureOverSince(moment=closes_at)


def code_at(key: bytes, session_id: int, now: datetime) -> str:
    """The six digits shown in the room of this half-day now."""
    return _code(key, session_id, _step(now))


def next_code_in(now: datetime) -> int:
    """Whole seconds before the code changes."""
    return STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS


def is_accepted(key: bytes, session_id: int, typed: str, now: datetime) -> bool:
    """Whether this code was first shown in the last ninety seconds: time to read it, to type it, and for a slow network."""
    step, wanted = _step(now), "".join(mark for mark in typed if mark.isascii() and mark.isdigit())
    accepted = False
    for back in range(ACCEPTED_SECONDS // STEP_SECONDS + 1):
        is_recent = now.timestamp() - (step - back) * STEP_SECONDS <= ACCEPTED_SECONDS
        accepted |= is_recent and hmac.compare_digest(_code(key, session_id, step - back), wanted)
    return accepted


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _code(key: bytes, session_id: int, step: int) -> str:
    """As RFC 4226 truncates, from a key that nobody types."""
    digest = hmac.digest(key, f"{session_id}:{step}".encode(), "sha256")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
