"""Bookings: what is wished, what was booked, what it costs."""

from typing import Any

import marshmallow as ma
from marshmallow import validate, validates_schema

from app.api.forms.fields import Choice, DayOrMoment, Flag, JsonInt, Line, Moment, QueryInt, Shape, Text
from app.api.forms.shared import Alternative, Covered, Listed, Page, Period, Reason
from app.booking.models import Status
from app.booking.rules import SERIES_LIMIT
from app.core.refusals import N_

STATUSES = tuple(status.value for status in Status)
NOTE, REASON = 500, 500


class Wanted(Shape):
    """One thing by its id, or a seat of a pool by the pool's code."""

    resource_id = JsonInt(least=1, metadata={"description": N_("Une chose, ou un groupe de places.")})
    pool_code = Line(
        40, least=1, metadata={"description": N_("Au lieu de resource_id\u00a0: une place d’un groupe, peu importe laquelle.")}
    )

    @validates_schema
    def _one_of_them(self, data: dict[str, Any], **kwargs: Any) -> None:
        if ("resource_id" in data) == ("pool_code" in data):
            raise ma.ValidationError("one_of_two", "resource_id")


class Wish(Wanted):
    start = Moment(required=True)
    end = Moment(required=True)
    note = Text(NOTE, load_default="")
    for_member_id = JsonInt(least=1, load_default=None, allow_none=True, metadata={"description": N_("Pour quelqu’un d’autre (équipe).")})
    override_reason = Line(REASON, load_default="", metadata={"description": N_("Passer outre ce qui peut l’être, et pourquoi (équipe).")})


class Move(Shape):
    start = Moment()
    end = Moment()
    note = Text(NOTE)


class BookingFilter(Page):
    after = Moment(data_key="from", load_default=None)
    before = Moment(data_key="to", load_default=None)
    resource_id = QueryInt(least=1, load_default=None)
    member_id = QueryInt(least=1, load_default=None)
    status = Choice(STATUSES, load_default=None)


class Booking(Period):
    id = ma.fields.Integer(required=True)
    resource_id = ma.fields.Integer(required=True)
    status = ma.fields.String(required=True, validate=validate.OneOf(STATUSES))
    price_cents = ma.fields.Integer(required=True)
    covered_by = ma.fields.List(ma.fields.Nested(Covered), required=True)
    member_id = ma.fields.Integer(required=True)
    note = ma.fields.String(required=True)
    half = ma.fields.String(required=True, allow_none=True, metadata={"description": N_("morning, afternoon ou day.")})
    held_until = ma.fields.DateTime(required=True, allow_none=True)
    free_until = ma.fields.DateTime(required=True, allow_none=True, metadata={"description": N_("Annuler reste gratuit jusque-là.")})
    series_id = ma.fields.Integer(required=True, allow_none=True)
    uid = ma.fields.String(required=True)
    sequence = ma.fields.Integer(required=True)


class Bookings(Listed):
    items = ma.fields.List(ma.fields.Nested(Booking), required=True)


class Preview(Shape):
    ok = ma.fields.Boolean(required=True)
    reasons = ma.fields.List(ma.fields.Nested(Reason), required=True)
    alternatives = ma.fields.List(ma.fields.Nested(Alternative), required=True)
    waitlist = ma.fields.Boolean(required=True)
    price_cents = ma.fields.Integer(required=True)
    foreseen = ma.fields.Boolean(
        required=True, metadata={"description": N_("Vrai : payé à la minute utilisée, à la fin ; le prix est une estimation.")}
    )
    covered_by = ma.fields.List(ma.fields.Nested(Covered), required=True)


class Refund(Shape):
    cents = ma.fields.Integer(required=True)
    half_days = ma.fields.Integer(required=True)
    minutes = ma.fields.Integer(required=True)


class Cancellation(Shape):
    status = ma.fields.String(required=True, validate=validate.OneOf(STATUSES))
    refund = ma.fields.Nested(Refund, required=True)


class Arrival(Shape):
    id = ma.fields.Integer(required=True)
    status = ma.fields.String(required=True, validate=validate.OneOf(STATUSES))


class SeriesWish(Wanted):
    start = Moment(required=True, metadata={"description": N_("La première date, à l’heure du lieu.")})
    end = Moment(required=True)
    rrule = Line(300, least=1, required=True, metadata={"description": N_("RFC 5545, avec COUNT ou UNTIL.")})
    skip_conflicts = Flag(load_default=False, metadata={"description": N_("Sauter les dates prises plutôt que tout refuser.")})
    exdates = ma.fields.List(
        DayOrMoment(),
        load_default=list,
        validate=validate.Length(max=SERIES_LIMIT, error="out_of_range"),
        error_messages={"invalid": "not_a_list", "null": "null"},
        metadata={"description": N_("Dates à ne pas prendre\u00a0: jours, ou instants.")},
    )
    note = Text(NOTE, load_default="")
    for_member_id = JsonInt(least=1, load_default=None, allow_none=True)


class Occurrence(Period):
    status = ma.fields.String(required=True, validate=validate.OneOf(("booked", "skipped", "refused")))
    reason = ma.fields.String()
    booking_id = ma.fields.Integer()


class Series(Shape):
    id = ma.fields.Integer(required=True)
    occurrences = ma.fields.List(ma.fields.Nested(Occurrence), required=True)


class OutageWish(Shape):
    resource_id = JsonInt(least=1, required=True)
    start = Moment(required=True)
    end = Moment(load_default=None, allow_none=True, metadata={"description": N_("Sans fin\u00a0: jusqu’à ce que quelqu’un la termine.")})
    reason = Line(REASON, least=1, required=True)


class Outage(Shape):
    id = ma.fields.Integer(required=True)
    resource_id = ma.fields.Integer(required=True)
    start = ma.fields.DateTime(required=True)
    end = ma.fields.DateTime(required=True, allow_none=True)
    reason = ma.fields.String(required=True)
    affected = ma.fields.List(ma.fields.Nested(Booking), required=True, metadata={"description": N_("Réservations annulées et rendues.")})
