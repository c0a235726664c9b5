"""Going together: who waits for somebody on a machine that nobody may use alone; come too, or come no more."""

from itertools import groupby

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import queries as booking
from app.booking.models import Booking, Kind, Status
from app.core import clock
from app.core.period import Period, at
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.views import machines
from app.fablab.views.door import bp
from app.place import queries as place_queries

AHEAD = 15  # days of who comes


@bp.get("/company")
def company() -> ResponseReturnValue:
    """Who waits for somebody, on the machines that one may use oneself; and who comes, of those who let it be seen."""
    place, now = place_queries.current(), clock.now()
    things = [thing for thing in booking.directory(place).of_kind("machine") if thing.rules.people > 1]
    known = [thing.id for thing in things if machines.has_right(thing, place, now)]
    waiting = [one for one in queries.waiting_for_company(place.id, now=now, machine_ids=known) if one.member_id != current_user.id]
    today = now.astimezone(place.tz).date()
    coming = queries.who_comes(place.id, Period(now, at(today, AHEAD * 1440, place.tz)), seen_by=current_user.id)
    starts = [(one.starts_at.astimezone(place.tz), one) for one in coming]
    by_day = {
        day: [(start.isoformat(timespec="minutes"), one) for start, one in found]
        for day, found in groupby(starts, key=lambda pair: max(pair[0].date(), today))
    }
    return render_template("fablab/company.html", place=place, waiting=waiting, things=things, by_day=by_day, today=today)


@bp.get("/company/<int:booking_id>")
def one_company(booking_id: int) -> ResponseReturnValue:
    return _page(_found(booking_id))


def _page(held: Booking, refused: Refused | None = None) -> ResponseReturnValue:
    place = place_queries.current()
    there = queries.companions(held.id)
    thing = booking.directory(place).any(held.resource_id)
    page = render_template(
        "fablab/one_company.html",
        held=held,
        thing=thing,
        place=place,
        there=there,
        missing=max(thing.rules.people - 1 - len(there), 0),
        is_mine=held.member_id == current_user.id,
        is_there=any(one.member_id == current_user.id for one in there),
        is_open=held.status in (Status.PENDING, Status.CONFIRMED) and held.starts_at > clock.now(),
        refused=refused,
    )
    return page, refused.status if refused is not None else 200


@bp.post("/company/<int:booking_id>/joining")
def join_company(booking_id: int) -> ResponseReturnValue:
    held = _found(booking_id)
    try:
        services.join_company(booking_id=held.id, member_id=current_user.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(held, refused)
    flash(_("Vous y allez ensemble. Le rendez-vous est dans votre courriel."))
    return redirect(url_for(".one_company", booking_id=held.id))


@bp.post("/company/<int:booking_id>/leaving")
def leave_company(booking_id: int) -> ResponseReturnValue:
    held = _found(booking_id)
    try:
        services.leave_company(booking_id=held.id, member_id=current_user.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(held, refused)
    flash(_("C’est noté : la personne qui a réservé est prévenue."))
    return redirect(url_for(".company"))


def _found(booking_id: int) -> Booking:
    """A booking of a machine for several, for who has it, comes too, or may use the machine."""
    place = place_queries.current()
    held = booking.booking(booking_id)
    if held is None or held.place_id != place.id or held.kind != Kind.MACHINE:
        abort(404)
    thing = booking.directory(place).any(held.resource_id)
    is_concerned = held.member_id == current_user.id or queries.companion(held.id, current_user.id) is not None
    if thing.rules.people < 2 or not (is_concerned or machines.has_right(thing, place, clock.now())):
        abort(404)
    return held
