"""Invoices and credit notes, as a list gives them and as one is read."""

import marshmallow as ma
from marshmallow import validate

from app.api.forms.fields import Shape
from app.api.forms.shared import Listed
from app.billing.rules.invoices import KINDS
from app.core.refusals import N_


class InvoiceLine(Shape):
    label = ma.fields.String(required=True)
    member_name = ma.fields.String(required=True)
    quantity_milli = ma.fields.Integer(required=True, metadata={"description": N_("En millièmes.")})
    unit = ma.fields.String(required=True)
    unit_cents = ma.fields.Integer(required=True)
    net_cents = ma.fields.Integer(required=True)
    rate_bp = ma.fields.Integer(required=True, metadata={"description": N_("En points de base\u00a0: 2000 pour 20\u00a0%.")})
    category = ma.fields.String(required=True, metadata={"description": N_("Catégorie de TVA de la norme EN 16931\u00a0: S, E ou O.")})
    used_from = ma.fields.Date(required=True, allow_none=True)
    used_to = ma.fields.Date(required=True, allow_none=True)


class InvoiceTax(Shape):
    category = ma.fields.String(required=True)
    rate_bp = ma.fields.Integer(required=True)
    net_cents = ma.fields.Integer(required=True)
    vat_cents = ma.fields.Integer(required=True)


class InvoiceSummary(Shape):
    """Amounts of a credit note are negative."""

    id = ma.fields.Integer(required=True)
    number = ma.fields.String(required=True)
    kind = ma.fields.String(required=True, validate=validate.OneOf(KINDS))
    issued_on = ma.fields.Date(required=True)
    due_on = ma.fields.Date(required=True)
    member_id = ma.fields.Integer(required=True, allow_none=True)
    organisation_id = ma.fields.Integer(required=True, allow_none=True)
    credits_id = ma.fields.Integer(required=True, allow_none=True, metadata={"description": N_("D’un avoir\u00a0: sa facture.")})
    net_cents = ma.fields.Integer(required=True)
    vat_cents = ma.fields.Integer(required=True)
    gross_cents = ma.fields.Integer(required=True)
    prepaid_cents = ma.fields.Integer(required=True, metadata={"description": N_("Acomptes déjà facturés.")})
    left_cents = ma.fields.Integer(required=True, metadata={"description": N_("Ce qui reste à payer, avoirs et paiements déduits.")})
    currency = ma.fields.String(required=True)


class Invoice(InvoiceSummary):
    buyer_name = ma.fields.String(required=True)
    period = ma.fields.List(ma.fields.Date(), required=True)
    lines = ma.fields.List(ma.fields.Nested(InvoiceLine), required=True)
    taxes = ma.fields.List(ma.fields.Nested(InvoiceTax), required=True)
    late_interest_cents = ma.fields.Integer(
        required=True, metadata={"description": N_("Intérêts de retard qui peuvent être demandés en plus, entre professionnels.")}
    )
    late_indemnity_cents = ma.fields.Integer(required=True, metadata={"description": N_("De même, l’indemnité forfaitaire.")})
    mentions = ma.fields.List(ma.fields.String(), required=True)


class Invoices(Listed):
    items = ma.fields.List(ma.fields.Nested(InvoiceSummary), required=True)
