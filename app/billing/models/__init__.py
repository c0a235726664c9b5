"""Tables of tariffs, and the one ledger of lots for half-days, minutes and money."""

from app.billing.models.ledger import Charge, Lot, LotEntry
from app.billing.models.tariffs import Article, PassType, Plan, Price, Subscription, TariffGroup

__all__ = ["Article", "Charge", "Lot", "LotEntry", "PassType", "Plan", "Price", "Subscription", "TariffGroup"]
