"""Gestures of the ledger, and of what is due."""

from app.billing.services.charges import charge, give_back_money
from app.billing.services.ledger import LotsMoved, grant, held_by_unit, held_units, hold, release, use
from app.billing.services.prices import set_price
from app.billing.services.subscriptions import change_plan, join, leave, pause, resume

__all__ = [
    "LotsMoved",
    "change_plan",
    "charge",
    "give_back_money",
    "grant",
    "held_by_unit",
    "held_units",
    "hold",
    "join",
    "leave",
    "pause",
    "release",
    "resume",
    "set_price",
    "use",
]
