"""A booking moved to another time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import services as booking
from app.booking import views as say
from app.booking.models import Booking, Status
from app.booking.rules import Thing, reasons_typed
from app.core import clock
from app.core.db import db
from app.core.period import Period
from app.core.refusals import Alternative, Refused
from app.coworking.services import half_day, half_day_request
from app.place.models import Place
from app.portal.forms import MoveHalfForm, MoveHoursForm
from app.portal.views.bookings.about import can_move, place_of, thing_of, words_of
from app.portal.views.door import bp, changed_booking, seen_booking
from app.web import typography
from app.web.refusals import choice_value


@bp.route("/bookings/<int:booking_id>/move", methods=["GET", "POST"])
def move(booking_id: int) -> ResponseReturnValue:
    found = changed_booking(booking_id)
    place, thing, now = place_of(found), thing_of(found), clock.now()
    if not can_move(found, now):
        return redirect(url_for(".booking", booking_id=found.id))
    form = _move_form(found, place)
    if form.validate_on_submit():
        try:
            moved = _moved(found, thing, place, form, now)
        except Refused as refused:
            form.refuse(refused)
        else:
            _tell(moved, thing)
            return redirect(url_for(".booking", booking_id=moved.id), 303)
    status, waits = form.status, _waits(form, thing)
    if isinstance(form, MoveHoursForm) and not (form.refused and "ambiguous_time" in form.refused.codes) and not form.clock.data:
        del form.clock  # asked only where it matters
    page = render_template(
        "portal/move.html",
        form=form,
        what=words_of(found),
        place=place,
        waits=waits,
        asks_lieu=thing.rules.approval and not current_user.may("override_rules"),
        booking=found,
    )
    return page, status


def _tell(moved: Booking, before: Thing) -> None:
    """Where and when it is now, and what it waits for; another place than before is said first."""
    if moved.status == Status.PENDING and before.rules.approval:
        flash(_("Votre demande est notée : %(what)s. L’équipe du lieu vous répondra.", what=words_of(moved)), "warn")
    elif moved.resource_id == before.id:
        flash(_("C’est déplacé : %(what)s.", what=words_of(moved)))
    else:
        flash(
            _("%(before)s n’était pas libre. Votre place est maintenant : %(what)s.", before=say.title(before), what=words_of(moved)),
            "warn",
        )


def _waits(form: MoveHalfForm | MoveHoursForm, thing: Thing) -> str:
    """What the waiting list would wait for, when other people alone are in the way of a move."""
    if form.refused is None or not form.refused.waitlist:
        return ""
    if isinstance(form, MoveHalfForm):
        period = half_day(thing.place_id, form.day.data, form.half.data, has_badge=False, now=clock.now())
        return choice_value(Alternative(thing.pool_id or thing.id, period.starts_at, period.ends_at))
    begins, ends = _hours_of(form, db.session.get_one(Place, thing.place_id))
    return choice_value(Alternative(thing.id, begins, ends))


def _move_form(found: Booking, place: Place) -> MoveHalfForm | MoveHoursForm:
    start, end = Period(found.starts_at, found.ends_at).local(place.tz)
    form: MoveHalfForm | MoveHoursForm
    if found.half is not None:
        form = MoveHalfForm(data={"day": start.date(), "half": found.half})
    else:
        form = MoveHoursForm(data={"day": start.date(), "start": start.time(), "end": end.time()})
        if found.series_id is None:
            del form.following
    if not current_user.may("override_rules"):
        del form.override_reason
    return form


def _moved(found: Booking, thing: Thing, place: Place, form: MoveHalfForm | MoveHoursForm, now: datetime) -> Booking:
    override = form.override_reason.data if "override_reason" in form else ""
    if isinstance(form, MoveHalfForm):
        return _moved_half(found, thing, form, override, now)
    start, end = _hours_of(form, place)
    if "following" in form and form.following.data:
        return _moved_with_following(found, place, Period(start, end), now)
    request_ = booking.request_to_move(found, starts_at=start, ends_at=end, actor_id=current_user.id, now=now)
    return booking.move(found.id, replace(request_, override_reason=override))


def _moved_with_following(found: Booking, place: Place, period: Period, now: datetime) -> Booking:
    """The first date that could move; those that could not are named."""
    wall = period.starts_at.astimezone(place.tz).replace(tzinfo=None)
    _series, dates = booking.move_following(found.id, start=wall, minutes=period.minutes, actor_id=current_user.id, now=now)
    if stayed := [one.period.starts_at.astimezone(place.tz).date() for one in dates if one.status == "refused"]:
        words = typography.words()
        flash(
            _("Ces dates n’ont pas pu bouger et gardent leur heure : %(days)s.", days=words.listed([words.day(day) for day in stayed])),
            "warn",
        )
    return seen_booking(next(one.booking_id for one in dates if one.status == "booked" and one.booking_id is not None))


def _moved_half(found: Booking, thing: Thing, form: MoveHalfForm, override: str, now: datetime) -> Booking:
    asked = half_day_request(
        thing,
        day=form.day.data,
        half=form.half.data,
        member_id=found.member_id,
        actor_id=current_user.id,
        now=now,
        note=found.note,
        guest_name=found.guest_name,
        override_reason=override,
    )
    asked = replace(asked, moving_id=found.id, organisation_id=found.organisation_id, for_lieu=found.for_lieu, series_id=found.series_id)
    return booking.move(found.id, booking.or_another_seat(asked))


def _hours_of(form: MoveHoursForm, place: Place) -> tuple[datetime, datetime]:
    """What was typed, as instants; an evening may end after midnight."""
    after_midnight = form.end.data <= form.start.data and form.start.data.hour >= 12 > form.end.data.hour
    walls = (
        datetime.combine(form.day.data, form.start.data),
        datetime.combine(form.day.data + timedelta(days=int(after_midnight)), form.end.data),
    )
    for wall in walls:
        if reasons := list(reasons_typed(wall, place.tz, says_which=bool(form.clock.data))):
            raise Refused(*reasons)
    start, end = (wall.replace(tzinfo=place.tz, fold=int(form.clock.data == "winter")) for wall in walls)
    return start.astimezone(UTC), end.astimezone(UTC)
