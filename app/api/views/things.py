"""Things: which there are, when they are free; and, for who looks after them, their rules, their state, their outages."""

from typing import Any

from flask import Response

from app.api import queries
from app.api.forms import bookings as booking_forms
from app.api.forms import things as forms
from app.api.queries import BadCursor
from app.api.views import answers, asking
from app.api.views.answers import Answer
from app.api.views.door import Caller, Door, once
from app.api.views.problems import Problem, WrongField
from app.booking import queries as booking
from app.booking import services
from app.booking.rules import BadInterval, Thing
from app.core.db import db
from app.core.period import Period
from app.core.refusals import N_, Refused
from app.fablab import queries as fablab
from app.fablab import services as fablab_services
from app.place.models import Place

bp = Door("things", N_("Choses à réserver"))

LONGEST_DAYS = 62


@bp.get("/resources", N_("Les choses du lieu, avec leurs règles"), query=forms.ThingFilter, answer=(200, forms.Things))
def things(_caller: Caller, wanted: dict[str, Any]) -> Answer:
    found = [
        (one, directory)
        for _, directory in queries.directories()
        for one in directory.things.values()
        if wanted["kind"] in (None, one.kind)
        and wanted["state"] in (None, one.state)
        and (not wanted["space"] or _stands_in(one, directory.by_code(wanted["space"], "space")))
    ]
    try:
        begin = queries.key_of(wanted["cursor"], length=1)[0] if wanted["cursor"] else 0
    except BadCursor as bad:
        raise WrongField("cursor", "bad_cursor") from bad
    end = begin + wanted["limit"]
    page = [answers.thing(one, directory) for one, directory in found[begin:end]]
    return answers.page(page, queries.cursor_of(end) if end < len(found) else None)


@bp.patch(
    "/resources/<id:resource_id>",
    N_("Changer les règles ou l’état d’une chose"),
    scope="manage",
    body=forms.ThingChange,
    answer=(200, forms.Thing),
    refuses=True,
    example={"state": "needs_attention", "rules": {"notice_minutes": 60}},
)
def change_thing(caller: Caller, change: dict[str, Any], resource_id: int) -> Answer:
    caller.must("manage_resources")
    if queries.thing(resource_id) is None:
        raise Problem(404, "unknown_resource")
    row = services.change_thing(resource_id=resource_id, actor_id=caller.id, now=caller.now, **change)
    directory = booking.directory(db.session.get_one(Place, row.place_id, populate_existing=True))
    return answers.thing(directory.any(row.id), directory)


@bp.get("/availability", N_("Quand une chose est libre"), query=forms.Window, answer=(200, forms.Availability))
def availability(caller: Caller, wanted: dict[str, Any]) -> Answer:
    thing = asking.wanted_thing(wanted)
    window = Period(wanted["begins"], wanted["ends"])
    if not window.is_forward:
        raise WrongField("to", "backwards")
    if window.minutes > LONGEST_DAYS * 1440 + 60:  # an hour more, when the clocks go back meanwhile
        raise WrongField("to", "window_too_long")
    lieu = db.session.get_one(Place, thing.place_id)
    has_badge = queries.has_badge(caller.member, lieu, window.starts_at.astimezone(lieu.tz).date())
    free, taken = queries.availability(thing, window, has_badge=has_badge, now=caller.now)
    return answers.availability(free, taken, lieu.tz, counted=thing.is_pool)


@bp.post(
    "/outages",
    N_("Déclarer une panne\u00a0: les réservations touchées sont annulées et rendues"),
    scope="write",
    body=booking_forms.OutageWish,
    answer=(201, booking_forms.Outage),
    refuses=True,
    keyed=True,
    example={"resource_id": 12, "start": "2026-12-08T14:00:00+01:00", "end": None, "reason": "Tube en panne"},
)
def declare_outage(caller: Caller, wish: dict[str, Any]) -> Response:
    thing = asking.wanted_thing(wish)
    if thing.kind == "machine":
        if not fablab.leads_machine(caller.id, thing.id):
            caller.must("manage_machines", scope="write")  # a lead's everyday gesture
    else:
        caller.must("manage_resources")
    starts_at = max(wish["start"], caller.now.replace(second=0, microsecond=0))  # what is past holds nothing
    if wish["end"] is not None and wish["end"] <= starts_at:
        raise Refused(BadInterval())
    period = Period(starts_at, wish["end"]) if wish["end"] is not None else None

    def do() -> Answer:
        about: dict[str, Any] = {"thing": thing, "starts_at": starts_at, "reason": wish["reason"], "actor_id": caller.id, "now": caller.now}
        if thing.kind == "machine":  # its log says it too, and what was reported has its answer
            blocked = fablab_services.decide_outage(**about, ends_at=wish["end"])
        else:
            blocked = services.declare_outage(**about, period=period)
        assert blocked.outage is not None
        return answers.outage(blocked.outage, blocked.cancelled, queries.zone(thing.place_id))

    return once(caller, do)


def _stands_in(one: Thing, space: Thing | None) -> bool:
    return space is not None and one.space_id == space.id
