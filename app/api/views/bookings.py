"""Bookings: wish, see, move, cancel, arrive; and the same wish on many dates."""

from dataclasses import replace
from typing import Any

from flask import Response

from app.api import queries
from app.api.forms import bookings as forms
from app.api.queries import BadCursor
from app.api.views import answers, asking, problems
from app.api.views.answers import Answer
from app.api.views.door import Caller, Door, once
from app.api.views.problems import Problem, WrongField
from app.booking import queries as booking
from app.booking import services
from app.booking.models import Booking
from app.core.refusals import N_, Refused

bp = Door("bookings", N_("Réservations"))

WISH = {"resource_id": 12, "start": "2026-12-08T14:00:00+01:00", "end": "2026-12-08T15:30:00+01:00", "note": "Maquette"}


@bp.post(
    "/bookings",
    N_("Réserver une chose, ou une place d’un groupe"),
    scope="write",
    body=forms.Wish,
    answer=(201, forms.Booking),
    refuses=True,
    keyed=True,
    example=WISH,
)
def book(caller: Caller, wish: dict[str, Any]) -> Response:
    request = asking.request_for(caller, wish)
    return once(caller, lambda: answers.booking(services.reserve(request)), look=lambda: services.look(request))


@bp.post(
    "/bookings/preview",
    N_("Savoir ce que donnerait une réservation, sans rien écrire"),
    scope="read",
    body=forms.Wish,
    answer=(200, forms.Preview),
    refuses=True,
    example=WISH,
)
def preview(caller: Caller, wish: dict[str, Any]) -> Answer:
    try:
        seen = services.preview(asking.request_for(caller, wish))
    except Refused as refused:  # an hour that does not exist: there was nothing to examine
        return answers.refused_preview(refused, problems.told(refused.reasons))
    return answers.preview(seen, problems.told(seen.reasons))


@bp.get("/bookings", N_("Mes réservations\u00a0; toutes, pour l’équipe"), query=forms.BookingFilter, answer=(200, forms.Bookings))
def bookings(caller: Caller, wanted: dict[str, Any]) -> Answer:
    if not caller.may("see_all_bookings"):
        if wanted["member_id"] not in (None, caller.id):
            return answers.page([], None)
        wanted["member_id"] = caller.id
    try:
        rows, cursor = queries.bookings(**wanted)
    except BadCursor as bad:
        raise WrongField("cursor", "bad_cursor") from bad
    return answers.page([answers.booking(row) for row in rows], cursor)


@bp.get("/bookings/<id:booking_id>", N_("Une réservation"), answer=(200, forms.Booking))
def one_booking(caller: Caller, booking_id: int) -> Answer:
    return answers.booking(_seen(caller, booking_id))


@bp.patch(
    "/bookings/<id:booking_id>",
    N_("Déplacer une réservation, ou changer sa note"),
    scope="write",
    body=forms.Move,
    answer=(200, forms.Booking),
    refuses=True,
    example={"start": "2026-12-08T16:00:00+01:00"},
)
def move(caller: Caller, change: dict[str, Any], booking_id: int) -> Answer:
    row = _held(caller, booking_id)
    note = change.get("note", row.note)
    if "start" in change or "end" in change:
        row = services.move(row.id, replace(asking.move_for(caller, row, change), note=note))
    elif note != row.note:
        row = services.change_note(row.id, note, actor_id=caller.id, now=caller.now)
    return answers.booking(row)


@bp.delete(
    "/bookings/<id:booking_id>",
    N_("Annuler une réservation"),
    scope="write",
    answer=(200, forms.Cancellation),
    refuses=True,
)
def cancel(caller: Caller, booking_id: int) -> Answer:
    row = _held(caller, booking_id)
    done = services.cancel(booking_id=row.id, actor_id=caller.id, by_lieu=row.member_id != caller.id, now=caller.now)
    return answers.cancellation(done)


@bp.post("/bookings/<id:booking_id>/check-in", N_("Dire que l’on est là"), scope="write", answer=(200, forms.Arrival), refuses=True)
def check_in(caller: Caller, booking_id: int) -> Answer:
    row = services.check_in(_held(caller, booking_id).id, actor_id=caller.id, now=caller.now)
    return {"id": row.id, "status": row.status}


@bp.post(
    "/series",
    N_("Réserver la même chose à plusieurs dates"),
    scope="write",
    body=forms.SeriesWish,
    answer=(201, forms.Series),
    refuses=True,
    keyed=True,
    example={
        "resource_id": 12,
        "start": "2026-12-07T09:00:00+01:00",
        "end": "2026-12-07T10:00:00+01:00",
        "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
        "skip_conflicts": True,
    },
)
def repeat(caller: Caller, wish: dict[str, Any]) -> Response:
    series, member_id = asking.series_for(caller, wish)
    zone = queries.zone(series.thing.place_id)

    def do() -> Answer:
        made, occurrences = services.reserve_series(
            series, member_id=member_id, actor_id=caller.id, skip_conflicts=wish["skip_conflicts"], now=caller.now
        )
        return {"id": made.id, "occurrences": answers.occurrences(occurrences, zone)}

    try:
        return once(caller, do)
    except services.ConflictingSeries as refused:  # with the state of each date, so that one can choose
        return problems.of_refusal(refused, occurrences=answers.occurrences(refused.occurrences, zone))


def _seen(caller: Caller, booking_id: int) -> Booking:
    """One's own, or anybody's for who sees them all; another's answers like none."""
    row = booking.booking(booking_id)
    if row is None or (row.member_id != caller.id and not caller.may("see_all_bookings")):
        raise Problem(404, "not_found")
    return row


def _held(caller: Caller, booking_id: int) -> Booking:
    """The same, to change it."""
    row = _seen(caller, booking_id)
    if row.member_id != caller.id:
        caller.must("book_for_others")
    return row
