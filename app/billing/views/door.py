"""The blueprints of bills: one's own, and those of who keeps the accounts."""

from datetime import date

from flask import Blueprint, abort
from flask_login import current_user

from app.billing import queries
from app.billing.models import Draft, Invoice
from app.core import clock
from app.place import queries as place_queries
from app.web import rights

invoices_bp = Blueprint("invoices", "app.billing", url_prefix="/billing/invoices", template_folder="templates")
bills_bp = Blueprint("bills", "app.billing", url_prefix="/manage/billing", template_folder="templates")
bills_bp.before_request(rights.only("manage_billing"))


def today() -> date:
    return clock.today(place_queries.current().tz)


def seen_invoice(invoice_id: int) -> Invoice:
    """A bill of one's own, or any for who keeps the accounts; somebody else's is no different from none."""
    row = queries.invoice(invoice_id)
    if row is None or not (current_user.may("manage_billing") or queries.is_payer(row, current_user)):
        abort(404)
    return row


def open_draft(draft_id: int) -> Draft:
    """A draft of this lieu that may still change."""
    row = queries.draft(draft_id)
    if row is None or not row.is_open or row.place_id != place_queries.current().id:
        abort(404)
    return row
