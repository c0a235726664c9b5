"""Tables of tariffs, of the one ledger of lots for half-days, minutes and money, of the month's bills, and of invoices."""

from app.billing.models.invoices import Anchor, BillingSettings, Closing, Counter, Draft, Invoice
from app.billing.models.ledger import Charge, Lot, LotEntry
from app.billing.models.monthly import Bill, Run
from app.billing.models.tariffs import Article, PassType, Plan, Price, Subscription, TariffGroup

__all__ = [
    "Anchor",
    "Article",
    "Bill",
    "BillingSettings",
    "Charge",
    "Closing",
    "Counter",
    "Draft",
    "Invoice",
    "Lot",
    "LotEntry",
    "PassType",
    "Plan",
    "Price",
    "Run",
    "Subscription",
    "TariffGroup",
]
