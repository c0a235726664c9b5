"""Things that can be booked: what they are, their rules, when they are free."""

import marshmallow as ma
from marshmallow import validate

from app.api.forms.fields import Choice, Flag, JsonInt, Line, Moment, QueryInt, Shape
from app.api.forms.shared import Listed, Page, Period
from app.booking.models import RESOURCE_KINDS, STATES
from app.core.refusals import N_

SOLD_BY = ("minutes", "half_day", "resident")
DAY, YEAR = 1440, 366 * 1440


class ThingFilter(Page):
    kind = Choice(RESOURCE_KINDS, load_default=None)
    space = Line(40, load_default="", metadata={"description": N_("Code de l’espace où elle se trouve.")})
    state = Choice(STATES, load_default=None)


class Rules(Shape):
    """Durations in minutes; `null` where there is no limit."""

    sold_by = Choice(SOLD_BY)
    step = JsonInt(least=1, most=DAY)
    min_minutes = JsonInt(least=1, most=YEAR)
    max_minutes = JsonInt(least=1, most=YEAR)
    notice_minutes = JsonInt(most=YEAR)
    horizon_days = JsonInt(most=3660)
    buffer_before = JsonInt(most=DAY)
    buffer_after = JsonInt(most=DAY)
    night = Flag()
    approval = Flag()
    check_in = Flag()
    no_show_after = JsonInt(most=DAY)
    free_until = JsonInt(most=DAY, allow_none=True, metadata={"description": N_("Annulation gratuite avant cette minute de la veille.")})
    free_hours = JsonInt(most=8784, allow_none=True, metadata={"description": N_("Ou jusqu’à tant d’heures avant.")})
    late_fee_percent = JsonInt(most=100)
    people = JsonInt(least=1, most=100)
    metered = JsonInt(most=DAY, allow_none=True, metadata={"description": N_("Payée à la minute utilisée, tant de minutes au moins.")})
    needs_plan = Flag()
    quota_day_minutes = JsonInt(most=DAY, allow_none=True)
    quota_future = JsonInt(most=1000, allow_none=True)
    min_gap_minutes = JsonInt(most=YEAR)
    hours = ma.fields.Dict(
        keys=ma.fields.String(validate=validate.OneOf([str(day) for day in range(7)], error="not_a_choice")),
        values=ma.fields.List(
            ma.fields.List(
                JsonInt(most=DAY),
                validate=validate.Length(equal=2, error="out_of_range"),
                error_messages={"invalid": "not_a_list", "null": "null"},
            ),
            validate=validate.Length(max=10, error="out_of_range"),
            error_messages={"invalid": "not_a_list", "null": "null"},
        ),
        allow_none=True,
        error_messages={"invalid": "not_an_object", "null": "null"},
        metadata={"description": N_("Ses propres horaires, par jour (0\u00a0: lundi), en minutes du jour\u00a0: [[540, 1080]].")},
    )


class Thing(Shape):
    id = ma.fields.Integer(required=True)
    code = ma.fields.String(required=True)
    kind = ma.fields.String(required=True, validate=validate.OneOf(RESOURCE_KINDS))
    name = ma.fields.String(required=True)
    capacity = ma.fields.Integer(required=True, metadata={"description": N_("Personnes\u00a0; d’un groupe, ses places.")})
    space = ma.fields.String(required=True, allow_none=True)
    pool = ma.fields.String(required=True, allow_none=True, metadata={"description": N_("Code du groupe dont elle est une place.")})
    state = ma.fields.String(required=True, validate=validate.OneOf(STATES))
    bookable = ma.fields.Boolean(required=True)
    rules = ma.fields.Nested(Rules, required=True)


class Things(Listed):
    items = ma.fields.List(ma.fields.Nested(Thing), required=True)


class ThingChange(Shape):
    state = Choice(STATES)
    rules = ma.fields.Nested(Rules, metadata={"description": N_("Les réglages à changer\u00a0; les autres restent.")})


class Window(Shape):
    resource_id = QueryInt(least=1, required=True)
    begins = Moment(data_key="from", required=True)
    ends = Moment(data_key="to", required=True, metadata={"description": N_("62 jours plus tard au plus.")})


class FreePeriod(Period):
    places_left = ma.fields.Integer(metadata={"description": N_("D’un groupe\u00a0: combien de places.")})


class Availability(Shape):
    free = ma.fields.List(ma.fields.Nested(FreePeriod), required=True)
    taken = ma.fields.List(ma.fields.Nested(Period), required=True)
