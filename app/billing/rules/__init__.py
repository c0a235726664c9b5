"""Prices and what covers them: pure arithmetic on cents, half-days and minutes."""

from app.billing.rules.coverage import (
    GRACE,
    Balance,
    Coverage,
    InsufficientFunds,
    LotView,
    Part,
    coverage,
    is_valid,
    month_of,
    reasons_tab,
)
from app.billing.rules.prices import PriceRow, Tier, best_rows, capped, late_fee, own_price, price_of_half_days, price_of_minutes

__all__ = [
    "GRACE",
    "Balance",
    "Coverage",
    "InsufficientFunds",
    "LotView",
    "Part",
    "PriceRow",
    "Tier",
    "best_rows",
    "capped",
    "coverage",
    "is_valid",
    "late_fee",
    "month_of",
    "own_price",
    "price_of_half_days",
    "price_of_minutes",
    "reasons_tab",
]
