"""Tables of tariffs, of the one ledger of lots for half-days, minutes and money, of the month's bills, of invoices and of money."""

from app.billing.models.banking import BankLine, BankStatement, Debit, DebitBatch, DebitPart, Mandate, MandateScan, Slip, SlipLine
from app.billing.models.coupons import Coupon, CouponUse
from app.billing.models.dunning import PaymentSchedule, ReminderPause
from app.billing.models.invoices import Anchor, BillingSettings, Closing, Counter, Draft, Invoice
from app.billing.models.ledger import Charge, Lot, LotEntry
from app.billing.models.monthly import Bill, Run
from app.billing.models.payments import Allocation, Movement, Payment, PaymentSettings, ProviderCall, RefundTransfer, Reminder, StripeEvent
from app.billing.models.stock import StockMove
from app.billing.models.tariffs import Article, PassType, Plan, Price, Subscription, TariffGroup
from app.billing.models.volunteering import VolunteerHours

__all__ = [
    "Allocation",
    "Anchor",
    "Article",
    "BankLine",
    "BankStatement",
    "Bill",
    "BillingSettings",
    "Charge",
    "Closing",
    "Counter",
    "Coupon",
    "CouponUse",
    "Debit",
    "DebitBatch",
    "DebitPart",
    "Draft",
    "Invoice",
    "Lot",
    "LotEntry",
    "Mandate",
    "MandateScan",
    "Movement",
    "PassType",
    "Payment",
    "PaymentSchedule",
    "PaymentSettings",
    "Plan",
    "Price",
    "ProviderCall",
    "RefundTransfer",
    "Reminder",
    "ReminderPause",
    "Run",
    "Slip",
    "SlipLine",
    "StockMove",
    "StripeEvent",
    "Subscription",
    "TariffGroup",
    "VolunteerHours",
]
