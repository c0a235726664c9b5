"""The lieu's money, for who keeps it: what is owed, what came, debits, the bank's statement, cheques and the drawer."""

from app.billing.views.money import debits, late, owed, payments, settings, slips, statements
from app.billing.views.money.door import bp

__all__ = ["bp", "debits", "late", "owed", "payments", "settings", "slips", "statements"]
