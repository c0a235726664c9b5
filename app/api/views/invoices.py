"""Invoices: one's own, and everybody's for who keeps the accounts."""

from typing import Any

from flask import Response

from app.api import queries
from app.api.forms import invoices as forms
from app.api.forms.shared import Page
from app.api.queries import BadCursor
from app.api.views import answers
from app.api.views.answers import Answer
from app.api.views.door import PDF, Caller, Door
from app.api.views.problems import Problem, WrongField
from app.billing import queries as billing
from app.billing.models import Invoice
from app.core import clock
from app.core.refusals import N_
from app.web.downloads import taken_away

bp = Door("invoices", N_("Factures"))


@bp.get("/invoices", N_("Mes factures\u00a0; toutes, pour qui tient les comptes"), query=Page, answer=(200, forms.Invoices))
def invoices(caller: Caller, wanted: dict[str, Any]) -> Answer:
    try:
        rows, cursor = queries.invoices(payer=None if caller.may("manage_billing") else caller.member, **wanted)
    except BadCursor as bad:
        raise WrongField("cursor", "bad_cursor") from bad
    left = billing.left_to_pay([row.id for row in rows])
    return answers.page([answers.invoice_summary(row, left) for row in rows], cursor)


@bp.get("/invoices/<id:invoice_id>", N_("Une facture"), answer=(200, forms.Invoice))
def one_invoice(caller: Caller, invoice_id: int) -> Answer:
    row = _seen(caller, invoice_id)
    left = billing.left_to_pay([row.id])
    return answers.invoice(row, left, billing.lateness_of(row, left.get(row.id, 0), today=clock.today(queries.zone(row.place_id))))


@bp.get("/invoices/<id:invoice_id>/pdf", N_("Une facture en PDF (Factur-X)"), answer=(200, None), produces=PDF)
def invoice_pdf(caller: Caller, invoice_id: int) -> Response:
    row = _seen(caller, invoice_id)
    return taken_away(billing.pdf_of(row), name=f"{row.number}.pdf", content_type=PDF)


def _seen(caller: Caller, invoice_id: int) -> Invoice:
    row = billing.invoice(invoice_id)
    if row is None or not (caller.may("manage_billing") or billing.is_payer(row, caller.member)):
        raise Problem(404, "not_found")
    return row
