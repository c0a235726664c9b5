"""Reads of tariffs, lots and what is due."""

from app.billing.queries.ledger import ALLOWANCES, Balances, HeldPlan, balances, lots_for, open_cents, origin_of, plans_on
from app.billing.queries.personal import personal_data
from app.billing.queries.subscriptions import (
    Held,
    charged_for,
    due_of,
    plan,
    plan_names,
    plan_price,
    subscription,
    subscriptions_in,
    subscriptions_of,
)
from app.billing.queries.tariffs import Asked, PriceList, passes_on_sale, plans_on_sale, price_list, tariff_groups

__all__ = [
    "ALLOWANCES",
    "Asked",
    "Balances",
    "Held",
    "HeldPlan",
    "PriceList",
    "balances",
    "charged_for",
    "due_of",
    "lots_for",
    "open_cents",
    "origin_of",
    "passes_on_sale",
    "personal_data",
    "plan",
    "plan_names",
    "plan_price",
    "plans_on",
    "plans_on_sale",
    "price_list",
    "subscription",
    "subscriptions_in",
    "subscriptions_of",
    "tariff_groups",
]
