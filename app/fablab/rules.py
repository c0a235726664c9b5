"""Who may use which machine: pure rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from app.core.refusals import N_, Reason


class NotQualified(Reason):
    code = "not_qualified"
    sentence = N_("%(name)s : il faut l’habilitation « %(clearance)s ».")
    next_step = N_("Inscrivez-vous à la prochaine initiation, ou demandez à une personne référente.")


class ClearanceExpired(Reason):
    code = "qualification_expires_before"
    sentence = N_("Votre habilitation « %(clearance)s » vaut jusqu’au %(until)s inclus : elle aura expiré.")
    next_step = N_("Renouvelez-la, ou choisissez une date plus proche.")


@dataclass(frozen=True, slots=True)
class Right:
    """One clearance as given: from a day, to a last day included (none: no end), unless revoked."""

    given_on: date
    expires_on: date | None
    revoked_on: date | None = None


def reasons_clearance(rights: Sequence[Right], *, day: date, name: str, clearance: str) -> Iterator[Reason]:
    """A right is valid through its last day, included."""
    standing = [right for right in rights if right.revoked_on is None]
    if not standing:
        yield NotQualified(name=name, clearance=clearance)
    elif all(right.expires_on is not None and right.expires_on < day for right in standing):
        last = max(right.expires_on for right in standing if right.expires_on is not None)
        yield ClearanceExpired(clearance=clearance, until=last)


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
