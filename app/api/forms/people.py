"""People: oneself, and the members for those who look after them."""

import marshmallow as ma
from marshmallow import validate

from app.api.forms.fields import Shape
from app.core.refusals import N_
from app.members.rules import ROLES

STATUSES = ("unconfirmed", "active", "suspended", "inactive", "erased")
SETTABLE = ("active", "suspended", "inactive")
LOCALES = ("fr", "en")


class Balances(Shape):
    half_days = ma.fields.Integer(required=True)
    minutes = ma.fields.Integer(required=True)
    cents = ma.fields.Integer(required=True)


class Me(Shape):
    id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True)
    email = ma.fields.String(required=True)
    roles = ma.fields.List(ma.fields.String(validate=validate.OneOf(ROLES)), required=True)
    balances = ma.fields.Nested(Balances, required=True)
    unlimited = ma.fields.List(ma.fields.String(), required=True, metadata={"description": N_("Unités dont le nombre n’est pas compté.")})
    due_cents = ma.fields.Integer(required=True, metadata={"description": N_("Ardoise, à payer avec la prochaine facture.")})
