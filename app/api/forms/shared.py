"""What several shapes share: a page of a list, the price of a booking, a refusal."""

import marshmallow as ma
from marshmallow import validate

from app.api.forms.fields import Line, QueryInt, Shape
from app.core.refusals import N_

LIMIT = 100

SOURCES = ("plan", "pass", "free", "money")
UNITS = ("half_day", "minute")


class Page(Shape):
    """Which part of a list is asked for."""

    limit = QueryInt(least=1, most=LIMIT, load_default=LIMIT)
    cursor = Line(200, load_default="")


class Listed(Shape):
    """A page of a list; `cursor`, when there is one, asks for the next."""

    cursor = ma.fields.String(required=True, allow_none=True)


class Period(Shape):
    start = ma.fields.DateTime(required=True)
    end = ma.fields.DateTime(required=True)


class Covered(Shape):
    """What one source takes on itself."""

    source = ma.fields.String(required=True, validate=validate.OneOf(SOURCES))
    units = ma.fields.Integer(required=True)
    unit = ma.fields.String(required=True, validate=validate.OneOf(UNITS))
    cents = ma.fields.Integer(required=True)


class Reason(Shape):
    code = ma.fields.String(required=True)
    message = ma.fields.String(required=True)
    next_step = ma.fields.String(required=True)


class Alternative(Period):
    resource_id = ma.fields.Integer(required=True)


class Wrong(Shape):
    code = ma.fields.String(required=True)
    message = ma.fields.String(required=True)


class Problem(Shape):
    """RFC 9457. `errors` when a field is wrong; `reasons` and `alternatives` when the gesture is refused."""

    type = ma.fields.String(required=True, metadata={"format": "uri-reference"})
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    code = ma.fields.String(required=True)
    errors = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.List(ma.fields.Nested(Wrong)))
    reasons = ma.fields.List(ma.fields.Nested(Reason))
    alternatives = ma.fields.List(ma.fields.Nested(Alternative))
    waitlist = ma.fields.Boolean()
    occurrences = ma.fields.List(
        ma.fields.Dict(), metadata={"description": N_("D’une série refusée\u00a0: ce qu’il en est de chaque date.")}
    )
