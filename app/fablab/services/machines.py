"""Gestures on machines: say what they have besides other things."""

from datetime import datetime
from typing import Any

from app.booking.models import Resource
from app.core import journal
from app.core.db import db, transaction
from app.fablab.models import Machine
from app.place.services import touch_settings


def describe_machine(*, resource_id: int, actor_id: int | None, now: datetime, **facts: Any) -> Machine:
    """What a machine has besides other things: its clearance, what to wear, what it cost. What is given is changed."""
    with transaction():
        row = db.session.get(Machine, resource_id)
        if row is None:
            row = Machine(resource_id=resource_id, protective_equipment=[], safety_rules=[], counters=[])
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
