"""The pages of billing."""

from app.billing.views import accounts, drafts, invoices, settings
from app.billing.views.door import bills_bp, invoices_bp

__all__ = ["accounts", "bills_bp", "drafts", "invoices", "invoices_bp", "settings"]
