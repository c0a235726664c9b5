"""« Mon compte »: what I use and what I owe; take a plan, change it, let it sleep, leave it, and see before what each costs."""

from app.billing.views.account import buying, plans
from app.billing.views.account.shown import bp, lines_of, page_of

__all__ = ["bp", "buying", "lines_of", "page_of", "plans"]
