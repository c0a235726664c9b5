"""The certificat de réalisation: its number, and when it is refused.

Arrêté of 21 December 2018 (JORF 29 December 2018) and the ministry's model: what was really done, signed by the provider alone.
"""

import hmac
import re
from collections.abc import Iterator, Sequence
from datetime import date

from app.core.refusals import N_, Reason
from app.courses.rules.minutes import Minutes

_NUMBER = re.compile(r"CR-(\d{4})-(\d{4,})", re.ASCII)
_CODE_MARKS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none looks like another


class HoursToRegularise(Reason):
    code = "hours_to_regularise"
    sentence = N_("%(hours)s sont encore à régulariser\u00a0: %(days)s.")
    next_step = N_("Régularisez-les, ou écrivez la raison\u00a0: elle sera imprimée sur le certificat.")


class NothingDone(Reason):
    code = "nothing_done"
    sentence = N_("Aucune heure n’a été réalisée\u00a0: il n’y a rien à certifier.")
    hard = True


class CertificateCancelled(Reason):
    code = "certificate_cancelled"
    sentence = N_("Ce certificat est déjà annulé.")
    hard = True


class ReasonMissing(Reason):
    code = "reason_missing"
    sentence = N_("Écrivez la raison\u00a0: elle reste avec la pièce.")


def number(year: int, rank: int) -> str:
    """« CR-2027-0001 »: one series for each civil year, without gap."""
    return f"CR-{year}-{rank:04d}"


def parsed(text: str) -> tuple[int, int] | None:
    """The year and the rank of a number as people type it, or none."""
    found = _NUMBER.fullmatch(text.strip().upper())
    return (int(found[1]), int(found[2])) if found else None


def check_code(key: bytes, number: str, issued_on: date) -> str:
    """What proves that one holds the paper: eight marks that nobody can guess from the number."""
    digest = hmac.digest(key, f"{number}:{issued_on.isoformat()}".encode(), "sha256")
    return "".join(_CODE_MARKS[byte % len(_CODE_MARKS)] for byte in digest[:8])


def reasons_certificate(minutes: Minutes, *, unsettled: Sequence[str], hours: str, reason: str) -> Iterator[Reason]:
    """Refused while hours are to regularise (`unsettled` names their half-days), unless somebody says why in writing."""
    if minutes.done == 0:
        yield NothingDone()
    if minutes.to_regularise and not reason.strip():
        yield HoursToRegularise(hours=hours, days=" ; ".join(unsettled))
