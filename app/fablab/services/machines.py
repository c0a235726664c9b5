"""Gestures on machines: say what they have besides other things, and who looks after them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.booking import services as booking
from app.booking.models import Resource
from app.booking.rules import Thing
from app.core import journal, uploads
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.fablab.models import Machine, MachineLead
from app.fablab.rules import UnknownLead
from app.members import queries as members
from app.place.services import touch_settings


def describe_machine(*, resource_id: int, actor_id: int | None, now: datetime, **facts: Any) -> Machine:
    """What a machine has besides other things: its clearance, what to wear, what it cost. What is given is changed."""
    with transaction():
        row = db.session.get(Machine, resource_id)
        if row is None:
            row = Machine(resource_id=resource_id, protective_equipment=[], safety_rules=[], counters=[], specs=[])
            db.session.add(row)
        changed = sorted(name for name, value in facts.items() if getattr(row, name) != value)
        for name in changed:
            setattr(row, name, facts[name])
        db.session.flush()
        if changed:
            place_id = db.session.get_one(Resource, resource_id).place_id
            touch_settings(place_id)
            journal.record("machine.described", resource_id, place_id=place_id, actor_id=actor_id, at=now, changed=changed)
        return row


def set_up_machine(
    *,
    thing: Thing,
    lead_emails: Sequence[str],
    metered: int | None,
    files: Mapping[str, FileStorage | None],
    actor_id: int,
    now: datetime,
    **facts: Any,
) -> Machine:
    """All of a machine's own page, or nothing. `files`: photo, manual and safety_sheet, those that were sent."""
    with transaction():
        people = {email: members.member_by_email(email) for email in lead_emails}
        if unknown := [email for email, person in people.items() if person is None]:
            raise Refused(UnknownLead(email=unknown[0]))
        if thing.rules.metered != metered:
            booking.change_thing(resource_id=thing.id, rules={"metered": metered}, actor_id=actor_id, now=now)
        for name, sent in files.items():
            if sent is not None and sent.filename:
                keep = uploads.keep_photo if name == "photo" else uploads.keep_pdf
                facts[f"{name}_id"] = keep(sent.stream, place_id=thing.place_id, owner_id=actor_id, now=now, is_public=True).id  # type: ignore[arg-type]
        _set_leads(thing.id, {person.id for person in people.values() if person is not None})
        return describe_machine(resource_id=thing.id, actor_id=actor_id, now=now, **facts)


def _set_leads(resource_id: int, member_ids: set[int]) -> None:
    known = {row.member_id: row for row in db.session.scalars(sa.select(MachineLead).where(MachineLead.resource_id == resource_id))}
    for member_id in known.keys() - member_ids:
        db.session.delete(known[member_id])
    for member_id in member_ids - known.keys():
        db.session.add(MachineLead(resource_id=resource_id, member_id=member_id))
    db.session.flush()
