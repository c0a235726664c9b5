"""What the lieu sells by the month, by the carnet, and to whom at which tariff: each is added, changed, or taken off the shelf."""

from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from app.billing.models import PassType, Plan, TariffGroup
from app.billing.rules.prices import CodeTaken
from app.core import journal
from app.core.db import db, take_turn_to_name, transaction
from app.core.refusals import Refused
from app.place.services import touch_settings

Sold = TypeVar("Sold", Plan, PassType, TariffGroup)


def save_plan(*, place_id: int, plan_id: int | None, actor_id: int | None, now: datetime, **facts: Any) -> Plan:
    """A formula. Who has it keeps the price of the day they took it; what it includes counts from the next month given."""
    return _save(Plan, "plan", place_id, plan_id, facts, actor_id=actor_id, now=now)


def save_pass(*, place_id: int, pass_id: int | None, actor_id: int | None, now: datetime, **facts: Any) -> PassType:
    """A carnet or a pack. Those sold keep their units and their last day."""
    return _save(PassType, "pass_type", place_id, pass_id, facts, actor_id=actor_id, now=now)


def save_group(*, place_id: int, group_id: int | None, actor_id: int | None, now: datetime, **facts: Any) -> TariffGroup:
    """A tariff group. What is booked keeps its price."""
    return _save(TariffGroup, "tariff_group", place_id, group_id, facts, actor_id=actor_id, now=now)


def _save(
    model: type[Sold], kind: str, place_id: int, row_id: int | None, facts: dict[str, Any], *, actor_id: int | None, now: datetime
) -> Sold:
    with transaction():
        take_turn_to_name(place_id)
        known = sa.select(model.id).where(model.place_id == place_id, model.code == facts.get("code"))
        if row_id is None and db.session.scalar(known) is not None:
            raise Refused(CodeTaken(code=facts["code"]))
        row = db.session.get_one(model, row_id) if row_id is not None else model(place_id=place_id)
        changed = sorted(name for name, value in facts.items() if getattr(row, name) != value)
        for name in changed:
            setattr(row, name, facts[name])
        db.session.add(row)
        db.session.flush()
        if changed:
            touch_settings(place_id)
            done = "changed" if row_id is not None else "added"
            journal.record(f"catalogue.{kind}_{done}", row.id, place_id=place_id, actor_id=actor_id, at=now, changed=changed)
        return row
