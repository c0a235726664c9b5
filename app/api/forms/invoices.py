"""Invoices, as a list gives them."""

import marshmallow as ma

from app.api.forms.shared import Listed


class Invoices(Listed):
    items = ma.fields.List(ma.fields.Dict(), required=True)
