"""Visitors: those I expect, and for who runs the lieu, those of a day."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import queries as booking_queries
from app.booking.models import Booking
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.coworking import queries, services
from app.coworking.forms import InviteForm, PlanForm
from app.coworking.models import Visitor
from app.coworking.views.door import bp
from app.members.views import needs
from app.place import queries as place_queries
from app.web.security import safe_next


@bp.route("/visitors", methods=["GET", "POST"])
def visitors() -> ResponseReturnValue:
    """Whom I expect; and one more. `?booking=`: for what I have booked."""
    place, now = place_queries.current(), clock.now()
    today = now.astimezone(place.tz).date()
    booked = _booked(request.args.get("booking", ""))
    form = InviteForm(data={"day": booked.starts_at.astimezone(place.tz).date() if booked else today})
    if form.validate_on_submit():
        day = booked.starts_at.astimezone(place.tz).date() if booked else form.day.data or today
        if day < today:
            form.day.errors = [_("Choisissez un jour à venir.")]
        else:
            try:
                services.invite(
                    place_id=place.id,
                    host_id=booked.member_id if booked else current_user.id,
                    day=day,
                    name=form.name.data,
                    email=form.email.data or "",
                    actor_id=current_user.id,
                    now=now,
                    booking_id=booked.id if booked else None,
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("%(name)s est sur la liste du jour.", name=form.name.data))
                return redirect(request.full_path if booked else url_for(".visitors"), 303)
    if booked:
        del form.day
    listed = queries.visitors_of_booking(booked.id) if booked else queries.visitors_of_host(current_user.id, since=today)
    page = render_template("coworking/visitors.html", form=form, visitors=listed, booking=booked, place=place, today=today)
    return page, form.status


@bp.post("/visitors/<int:visitor_id>/cancellation")
def uninvite(visitor_id: int) -> ResponseReturnValue:
    visitor = _mine(visitor_id)
    services.uninvite(visitor, actor_id=current_user.id, now=clock.now())
    flash(_("C’est noté : cette personne n’est plus attendue."))
    return redirect(safe_next(request.form.get("next"), url_for(".visitors")), 303)


@bp.post("/visitors/<int:visitor_id>/arrival")
def arrived(visitor_id: int) -> ResponseReturnValue:
    """Their host is told."""
    visitor = _mine(visitor_id)
    services.welcome(visitor, actor_id=current_user.id, now=clock.now())
    flash(_("%(name)s est là : %(host)s le saura.", name=visitor.name, host=visitor.host.name))
    return redirect(safe_next(request.form.get("next"), url_for(".visitors")), 303)


@bp.get("/day/visitors")
@needs("see_all_bookings")
def visitors_of_day() -> ResponseReturnValue:
    """Everybody who is expected from outside on a day: visitors, and guests who have a seat."""
    place = place_queries.current()
    today = clock.today(place.tz)
    day = PlanForm().day.data or today
    visitors = queries.visitors_of_day(place.id, day, place.tz)
    named = {(visitor.booking_id, visitor.name) for visitor in visitors}
    guests = [one for one in booking_queries.guests_on(place.id, day, place.tz) if (one.id, one.guest_name) not in named]
    return render_template(
        "coworking/visitors_of_day.html",
        place=place,
        day=day,
        today=today,
        visitors=visitors,
        guests=guests,
        things=booking_queries.directory(place),
        here_url=url_for(".visitors_of_day", day=day.isoformat()),
    )


def _booked(number: str) -> Booking | None:
    if not number:
        return None
    found = booking_queries.booking(int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None or (found.member_id != current_user.id and not current_user.may("book_for_others")):
        abort(404)
    return found


def _mine(visitor_id: int) -> Visitor:
    visitor = db.session.get(Visitor, visitor_id)
    if visitor is None or (visitor.host_id != current_user.id and not current_user.may("book_for_others")):
        abort(404)
    return visitor
