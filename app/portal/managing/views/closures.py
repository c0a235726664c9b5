"""Close the lieu for days, and open it again."""

from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking.models import Booking
from app.core import clock
from app.core.period import Period, at
from app.place import queries as places
from app.place.models import Place
from app.portal.managing.forms import ClosureForm
from app.web import rights

bp = Blueprint("closures", "app.portal", url_prefix="/manage/closures", template_folder="templates")
bp.before_request(rights.only("manage_place"))

A_YEAR_BACK = timedelta(days=366)


@bp.get("/")
def index() -> ResponseReturnValue:
    place = places.current()
    today = clock.today(place.tz)
    return render_template("managing/closures.html", closures=places.closures(place.id, since=today - A_YEAR_BACK), today=today)


@bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """The days first; then what closing them would cancel, to be confirmed."""
    place = places.current()
    form = ClosureForm(now=clock.now(), zone=place.tz)
    if not form.validate_on_submit():
        return render_template("managing/closure.html", form=form, affected=None, place=place), form.status
    first_day, last_day = form.days
    if "confirmed" not in request.form:
        affected = _affected(place, first_day, last_day)
        return render_template("managing/closure.html", form=form, affected=affected, place=place)
    closed = booking.close(
        place_id=place.id, first_day=first_day, last_day=last_day, label=form.label.data, actor_id=current_user.id, now=clock.now()
    )
    gone = len(closed.cancelled)
    flash(_("Le lieu sera fermé ces jours-là, pour tout le monde."))
    if gone:
        flash(
            ngettext(
                "%(num)d réservation a été annulée et rendue\u00a0; la personne est prévenue.",
                "%(num)d réservations ont été annulées et rendues\u00a0; les personnes sont prévenues.",
                gone,
            )
        )
    return redirect(url_for(".index"))


@bp.post("/<int:closure_id>/cancellation")
def cancellation(closure_id: int) -> ResponseReturnValue:
    place = places.current()
    closure = next((row for row in places.closures(place.id, since=clock.today(place.tz)) if row.id == closure_id), None)
    if closure is None:
        abort(404)
    booking.reopen(closure_id=closure_id, actor_id=current_user.id, now=clock.now())
    flash(_("Ces jours se réservent de nouveau. Ce qui avait été annulé le reste."))
    return redirect(url_for(".index"))


def _affected(place: Place, first_day: date, last_day: date) -> list[Booking]:
    """What is booked on those days, in order."""
    things = booking_queries.directory(place).things
    return booking.bookings_in_the_way(things, Period(at(first_day, 0, place.tz), at(last_day, 1440, place.tz)))
