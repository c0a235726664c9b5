"""One page, one gesture: a thing, its prices and, for a machine, what it has besides, all or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.billing import services as billing
from app.booking import services as booking
from app.booking.models import Resource
from app.booking.rules import priced_as
from app.core.db import transaction
from app.fablab import services as fablab

MINUTES = {"minutes": 60}  # the duration that a price by the hour buys


def save_thing(
    *,
    place_id: int,
    resource_id: int | None,
    kind: str,
    facts: Mapping[str, Any],
    rules: Mapping[str, Any],
    prices: Mapping[str, int | None],
    machine: Mapping[str, Any],
    actor_id: int,
    now: datetime,
) -> Resource:
    """Add a thing, or change the one that has this id. `prices`: by unit, None where it has no price of its own."""
    by: dict[str, Any] = {"actor_id": actor_id, "now": now}
    with transaction():
        if resource_id is None:
            given = {key: value for key, value in rules.items() if value is not None}
            row = booking.add_thing(place_id=place_id, kind=kind, rules=given, **facts, **by)
        else:
            row = booking.change_thing(resource_id=resource_id, rules=rules, **facts, **by)
        for unit, cents in prices.items():
            billing.set_price(
                place_id=place_id, what=priced_as(row.kind, row.code), unit=unit, cents=cents, minutes=MINUTES.get(unit), **by
            )
        if kind == "machine":
            fablab.describe_machine(resource_id=row.id, **machine, **by)
        return row
