"""Invoices: one's own, and everybody's for who keeps the accounts. The house issues none: what is due stays on the tab."""

from typing import Any

from app.api.forms import invoices as forms
from app.api.forms.shared import Page
from app.api.views import answers
from app.api.views.answers import Answer
from app.api.views.door import Caller, Door
from app.core.refusals import N_

bp = Door("invoices", N_("Factures"))


@bp.get("/invoices", N_("Mes factures\u00a0; toutes, pour qui tient les comptes"), query=Page, answer=(200, forms.Invoices))
def invoices(_caller: Caller, _wanted: dict[str, Any]) -> Answer:
    return answers.page([], None)
