"""Tables of tariffs, of the one ledger of lots for half-days, minutes and money, and of the month's bills."""

from app.billing.models.ledger import Charge, Lot, LotEntry
from app.billing.models.monthly import Bill, Run
from app.billing.models.tariffs import Article, PassType, Plan, Price, Subscription, TariffGroup

__all__ = ["Article", "Bill", "Charge", "Lot", "LotEntry", "PassType", "Plan", "Price", "Run", "Subscription", "TariffGroup"]
