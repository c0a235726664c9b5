"""The course: its cohorts, and when they meet."""

import marshmallow as ma
from marshmallow import validate

from app.api.forms.fields import Day, Shape
from app.api.forms.shared import Listed, Page, Period
from app.core.refusals import N_

STATES = ("draft", "running", "closed")
HALVES = ("morning", "afternoon")
WHERE = ("centre", "company", "distance")


class Taught(Shape):
    """What a cohort learns."""

    code = ma.fields.String(required=True)
    version = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    minutes = ma.fields.Integer(required=True)


class Cohort(Shape):
    id = ma.fields.Integer(required=True)
    code = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=validate.OneOf(STATES))
    first_day = ma.fields.Date(required=True)
    last_day = ma.fields.Date(required=True)
    capacity = ma.fields.Integer(required=True)
    enrolled = ma.fields.Integer(required=True)
    room_id = ma.fields.Integer(required=True, allow_none=True)
    programme = ma.fields.Nested(Taught, required=True)


class Cohorts(Listed):
    items = ma.fields.List(ma.fields.Nested(Cohort), required=True)


class SessionFilter(Page):
    since = Day(data_key="from", load_default=None, metadata={"description": N_("Depuis ce jour, compris.")})
    until = Day(data_key="to", load_default=None, metadata={"description": N_("Jusqu’à ce jour, compris.")})


class Session(Period):
    """One half-day. `uid` and `sequence` are those of its calendar event."""

    id = ma.fields.Integer(required=True)
    day = ma.fields.Date(required=True)
    half = ma.fields.String(required=True, validate=validate.OneOf(HALVES))
    minutes = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    code = ma.fields.String(required=True)
    where = ma.fields.String(required=True, validate=validate.OneOf(WHERE))
    room_id = ma.fields.Integer(required=True, allow_none=True)
    trainer = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=validate.OneOf(("planned", "cancelled")))
    uid = ma.fields.String(required=True)
    sequence = ma.fields.Integer(required=True)


class Sessions(Listed):
    items = ma.fields.List(ma.fields.Nested(Session), required=True)


class AttendanceFilter(Page):
    since = Day(data_key="from", load_default=None, metadata={"description": N_("Depuis ce jour, compris.")})
    until = Day(data_key="to", load_default=None, metadata={"description": N_("Jusqu’à ce jour, compris.")})


class Hours(Shape):
    """Minutes of one person that are over: planned = done + justified + unjustified + to_regularise. `rate` in hundredths of a percent."""

    enrolment_id = ma.fields.Integer(required=True)
    member_id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True)
    planned = ma.fields.Integer(required=True)
    done = ma.fields.Integer(required=True)
    done_at_distance = ma.fields.Integer(
        required=True, metadata={"description": N_("Parmi les minutes faites, celles prouvées par ce qui a été produit à distance.")}
    )
    justified = ma.fields.Integer(required=True)
    unjustified = ma.fields.Integer(required=True)
    to_regularise = ma.fields.Integer(required=True)
    rate = ma.fields.Integer(required=True)


class Attendance(Listed):
    items = ma.fields.List(ma.fields.Nested(Hours), required=True)
