"""The fields of a thing, by section, and which kinds are asked what."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

CODE = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"
KINDS: Mapping[str, Any] = {
    "space": _l("un espace"),
    "pool": _l("un groupe de postes"),
    "desk": _l("un poste ou un bureau résident"),
    "office": _l("un bureau fermé"),
    "room": _l("une salle"),
    "booth": _l("une cabine"),
    "machine": _l("une machine"),
}
SOLD_BY = {
    "half_day": _l("À la demi-journée"),
    "minutes": _l("À l’heure"),
    "resident": _l("À une personne (résident·e)"),
}
SEATED = ("pool", "desk", "office")
WHAT = (
    "name", "code", "prefix", "seats", "family", "space_id", "capacity", "surface_m2", "sold_by", "holder_email", "pool_id", "state",
    "description", "equipment", "public", "bookable",
)  # fmt: skip
PRICES = ("half_day_cents", "day_cents", "hour_cents", "day_cap_cents", "with_taxes")
WHEN = ("step", "min_minutes", "max_minutes", "night")
BOOKING = (
    "notice_minutes", "horizon_days", "buffer_before", "buffer_after", "approval", "needs_plan", "quota_day_minutes", "quota_future",
    "min_gap_minutes", "people",
)  # fmt: skip
COMING = ("check_in", "no_show_after", "cancel_until", "cancel_hours", "late_fee_percent")
MACHINE = ("clearance_type_id", "protective_equipment", "safety_rules", "value_cents", "lifetime_hours", "kilowatts")
NUMBERS = (
    "step", "min_minutes", "max_minutes", "notice_minutes", "horizon_days", "buffer_before", "buffer_after", "quota_day_minutes",
    "quota_future", "min_gap_minutes", "people", "no_show_after", "late_fee_percent",
)  # fmt: skip
YES_OR_NO = ("night", "approval", "needs_plan", "check_in")
# What some kinds alone are asked.
ONLY: Mapping[str, Sequence[str]] = {
    "prefix": ("pool",),
    "seats": ("pool",),
    "family": ("machine",),
    "capacity": ("space", "office", "room", "booth", "machine"),
    "surface_m2": ("space",),
    "sold_by": SEATED,
    "holder_email": ("desk",),
    "pool_id": ("desk",),
    "space_id": ("pool", "desk", "office", "room", "booth", "machine"),
    "half_day_cents": SEATED,
    "day_cents": SEATED,
    "day_cap_cents": ("space", "pool", "desk", "office", "room", "booth"),
    "people": ("machine",),
    "night": ("space", "room", "booth", "machine"),
    **dict.fromkeys(MACHINE, ("machine",)),
}
