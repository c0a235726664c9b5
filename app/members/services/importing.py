"""Many people at once, from a file: all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.core import journal
from app.core.db import transaction
from app.core.refusals import N_
from app.members import queries, rules
from app.members.models import Member
from app.members.rules import Fault, Line
from app.members.services.people import create_member


@dataclass(slots=True)
class Imported:
    """What became of each line: a sentence each; with one fault, nothing is written."""

    added: list[Line] = field(default_factory=list)
    known: list[Line] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)


def import_people(lines: Sequence[Line], *, actor: Member | None, now: datetime, dry_run: bool = False) -> Imported:
    """Open an account for each person that is not known yet; who is known is left as they are."""
    found = Imported(faults=[(line.number, fault) for line in lines for fault in line.faults])
    with transaction():
        known = queries.known_addresses([line.email for line in lines])
        found.known = [line for line in lines if line.email in known]
        found.added = [line for line in lines if line.email not in known and not line.faults]
        found.faults += [
            (line.number, Fault(N_("seule une personne qui administre le lieu peut donner ce rôle")))
            for line in found.added
            if actor and list(rules.reasons_roles(actor.roles, had=(), given=line.roles))
        ]
        found.faults.sort(key=lambda fault: fault[0])
        if found.faults or dry_run:
            return found
        for line in found.added:
            create_member(
                name=line.name, email=line.email, roles=line.roles, actor=actor, has_consent=line.has_consent, now=now, **line.fields
            )
        journal.record("member.imported", actor_id=actor.id if actor else None, at=now, added=len(found.added), known=len(found.known))
    return found
