"""Gestures of the ledger, and of what is due."""

from app.billing.services.charges import charge, forgive_money, give_back_money
from app.billing.services.ledger import LotsMoved, give_back_used, grant, held_by_unit, held_units, hold, release, use
from app.billing.services.prices import set_price
from app.billing.services.subscriptions import change_plan, join, leave, pause, resume
from app.billing.services.trust import set_trust

__all__ = [
    "LotsMoved",
    "change_plan",
    "charge",
    "forgive_money",
    "give_back_money",
    "give_back_used",
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
    "set_trust",
    "use",
]
