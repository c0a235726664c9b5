"""The pages of billing."""

from app.billing.views import drafts, invoices, settings
from app.billing.views.door import bills_bp, invoices_bp

__all__ = ["bills_bp", "drafts", "invoices", "invoices_bp", "settings"]
