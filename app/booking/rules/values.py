"""Things and their settings, what is taken and what is held: the values that rules look at."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from app.core.period import Period


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of one thing, once its kind's and the lieu's are under its own. Durations in minutes."""

    sold_by: str = "minutes"  # minutes, half_day, or resident (a fixed desk)
    step: int = 15
    min_minutes: int = 15
    max_minutes: int = 720
    notice_minutes: int = 0
    horizon_days: int = 60  # inclusive; does not bind staff
    buffer_before: int = 0
    buffer_after: int = 0
    night: bool = False  # badge holders may have it outside opening hours
    approval: bool = False
    check_in: bool = True
    no_show_after: int = 15
    free_until: int | None = None  # cancelling is free before this wall-clock minute of the day before, excluded
    free_hours: int | None = 24  # or until so many hours before, included
    late_fee_percent: int = 100
    people: int = 1  # how many must be there together
    metered: int | None = None  # paid by the minutes really used, with at least so many; none: paid when it is booked
    needs_plan: bool = False
    quota_day_minutes: int | None = None
    quota_future: int | None = None
    min_gap_minutes: int = 0
    hours: Mapping[str, list[list[int]]] | None = None  # its own opening hours by weekday, instead of the lieu's

    @classmethod
    def layered(cls, *layers: Mapping[str, Any]) -> "Rules":
        """Later layers win; keys that are no rule are left aside."""
        known = {field.name for field in fields(cls)}
        values = {key: value for layer in layers for key, value in layer.items() if key in known}
        if any("free_until" in layer for layer in layers) or any("free_hours" in layer for layer in layers):
            last = next(layer for layer in reversed(layers) if "free_until" in layer or "free_hours" in layer)
            values["free_until"], values["free_hours"] = last.get("free_until"), last.get("free_hours")
        return replace(cls(), **values)


@dataclass(frozen=True, slots=True)
class Thing:
    """A bookable thing as everybody reads it: its row and its layered rules, without the database behind."""

    id: int
    place_id: int
    code: str
    kind: str
    name: str
    family: str = ""
    capacity: int = 1
    space_id: int | None = None
    pool_id: int | None = None
    holder_id: int | None = None
    state: str = "in_service"
    bookable: bool = True
    public: bool = True
    rank: int = 0
    description: str = ""
    equipment: tuple[str, ...] = ()
    plan_box: tuple[int, ...] | None = None
    rules: Rules = Rules()

    @property
    def is_pool(self) -> bool:
        return self.kind == "pool"

    @property
    def priced_as(self) -> str:
        return priced_as(self.kind, self.code)

    @property
    def is_fixed(self) -> bool:
        """A resident's desk: it joins the pool only when its holder is away."""
        return self.rules.sold_by == "resident"

    @property
    def runs_at_night(self) -> bool:
        """Badge holders may have it outside opening hours."""
        return self.rules.night or self.kind in ("desk", "pool", "office")


def priced_as(kind: str, code: str) -> str:
    """The name of a thing in the price list: a space may have the code of the pool that stands in it."""
    return f"space:{code}" if kind == "space" else f"resource:{code}"


def seat_code(pool: str, prefix: str, number: int) -> str:
    """A1, A2… in a pool that has a letter."""
    return f"{prefix}{number}" if prefix else f"{pool}-{number}"


@dataclass(frozen=True, slots=True)
class Taken:
    """One active occupancy of a thing: `whole` with its buffers, `used` without."""

    resource_id: int
    whole: Period
    used: Period
    holder: str
    booking_id: int | None = None
    lapses_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """A lapsed hold no longer does."""
        return self.lapses_at is None or self.lapses_at > now


KIND_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "desk": {"sold_by": "half_day", "no_show_after": 45, "free_until": 1080},
    "pool": {"sold_by": "half_day", "no_show_after": 45, "free_until": 1080},
    "office": {"sold_by": "half_day", "no_show_after": 45, "free_until": 1080},
    "room": {"no_show_after": 15, "min_minutes": 30},
    "booth": {"no_show_after": 15, "max_minutes": 240, "free_hours": 0},
    "machine": {"no_show_after": 15, "min_minutes": 30, "max_minutes": 240},
    "space": {"no_show_after": 60, "step": 30, "min_minutes": 60, "check_in": False},
}


@dataclass(frozen=True, slots=True)
class Held:
    """One live booking of the member, as the quotas see it."""

    booking_id: int
    kind: str
    resource_id: int
    name: str
    period: Period
    for_others: bool = False  # a guest of theirs, or the lieu itself: they sit elsewhere


def activity_of(kind: str) -> str:
    """What billing calls what a thing is wanted for: it taxes and counts by activity."""
    return {"pool": "desk", "booth": "room", "session": "training"}.get(kind, str(kind))
