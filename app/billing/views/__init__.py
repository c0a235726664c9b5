"""The pages of billing."""

from app.billing.views import (
    account,
    accounts,
    drafts,
    frugality,
    invoices,
    legal,
    month,
    people,
    settings,
)
from app.billing.views.door import (
    bills_bp,
    invoices_bp,
)

__all__ = [
    "account",
    "accounts",
    "bills_bp",
    "drafts",
    "frugality",
    "invoices",
    "invoices_bp",
    "legal",
    "month",
    "people",
    "settings",
]
