"""A resident's desk: the days when it is lent, and coming back early without putting anybody out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking import views as say
from app.booking.models import Absence, Booking
from app.booking.queries import Directory
from app.booking.rules import HALVES, Thing
from app.core import clock
from app.core.db import db
from app.core.period import Period, at
from app.core.refusals import Refused
from app.members import queries as members
from app.members.views import needs
from app.place import queries as place_queries
from app.place.models import Place
from app.portal.forms import AbsenceForm, ReturnForm
from app.portal.views.door import bp
from app.web import typography


@dataclass(frozen=True, slots=True)
class Lent:
    """An absence: its days, how many half-days of it are already booked, and whether it runs."""

    row: Absence
    sold: str
    is_running: bool


@bp.route("/me/desk", methods=["GET", "POST"])
def my_desk() -> ResponseReturnValue:
    """One's own fixed desk."""
    things = booking_queries.directory(place_queries.current())
    desk = next((thing for thing in _fixed(things) if thing.holder_id == current_user.id), None)
    return _desk(desk or abort(404), ".my_desk")


@bp.route("/manage/desks/<code>", methods=["GET", "POST"])
@needs("book_for_others")
def desk_of(code: str) -> ResponseReturnValue:
    """Somebody's, kept by who runs the lieu."""
    things = booking_queries.directory(place_queries.current())
    return _desk(next((thing for thing in _fixed(things) if thing.code == code), None) or abort(404), ".desk_of", code=code)


@bp.get("/manage/desks/")
@needs("book_for_others")
def desks() -> ResponseReturnValue:
    """Every resident, there or away today."""
    place = place_queries.current()
    today = clock.today(place.tz)
    fixed = [thing for thing in _fixed(booking_queries.directory(place)) if thing.holder_id is not None]
    away = booking_queries.away([thing.id for thing in fixed], today, today) if fixed else {}
    names = {thing.id: members.person(thing.holder_id).name for thing in fixed if thing.holder_id is not None}
    return render_template("portal/desks.html", desks=fixed, names=names, away=away)


@bp.post("/me/desk/absences/<int:absence_id>/return")
def come_back(absence_id: int) -> ResponseReturnValue:
    """From a day on, the desk is its resident's again; what was booked stands, and a free seat is proposed for those days."""
    absence = db.session.get(Absence, absence_id) or abort(404)
    desk = booking_queries.thing_of(absence.resource_id)
    is_own = desk.holder_id == current_user.id
    if not is_own and not current_user.may("book_for_others"):
        abort(404)
    form = ReturnForm()
    if not form.validate():
        return _desk(desk, ".my_desk" if is_own else ".desk_of", back_form=form, **({} if is_own else {"code": desk.code}))
    done = booking.come_back(absence, on=form.on.data, actor_id=current_user.id, now=clock.now())
    place = db.session.get_one(Place, desk.place_id)
    if not done.standing:
        flash(_("C’est noté : %(desk)s n’est plus prêté à partir de ce jour.", desk=say.title(desk)))
        return redirect(url_for(".my_desk") if is_own else url_for(".desk_of", code=desk.code), 303)
    things = booking_queries.directory(place)
    return render_template(
        "portal/back_early.html",
        desk=say.title(desk),
        rows=[(_when(row, place), _instead(row, desk, things, place)) for row in done.standing],
        back=url_for(".my_desk") if is_own else url_for(".desk_of", code=desk.code),
        is_own=is_own,
    )


def _fixed(things: Directory) -> Iterator[Thing]:
    return (thing for thing in things.of_kind("desk") if thing.is_fixed)


def _desk(desk: Thing, endpoint: str, *, back_form: ReturnForm | None = None, **where: Any) -> ResponseReturnValue:
    place = db.session.get_one(Place, desk.place_id)
    today = clock.today(place.tz)
    form = AbsenceForm() if back_form is None else AbsenceForm(formdata=None)
    if back_form is None and form.validate_on_submit():
        try:
            booking.announce_absence(
                desk, first_day=form.first_day.data, last_day=form.last_day.data, actor_id=current_user.id, now=clock.now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté : %(desk)s se réserve ces jours-là.", desk=say.title(desk)))
            return redirect(url_for(endpoint, **where), 303)
    page = render_template(
        "portal/desk.html",
        desk=desk,
        title=say.title(desk),
        is_own=desk.holder_id == current_user.id,
        holder=members.person(desk.holder_id).name if desk.holder_id is not None else "",
        form=form,
        back_form=back_form or ReturnForm(formdata=None, data={"on": today}),
        lent=[_lent(row, desk, place) for row in booking_queries.absences(desk.id, since=today)],
        today=today,
        tomorrow=today + timedelta(days=1),
    )
    return page, back_form.status if back_form is not None else form.status


def _lent(row: Absence, desk: Thing, place: Place) -> Lent:
    words = typography.words()
    sold = _standing(row, desk, place)
    halves = sum(2 if one.half == "day" else 1 for one in sold)
    return Lent(
        row,
        words.plural(halves, _("une demi-journée déjà réservée"), _("{n} demi-journées déjà réservées")) if halves else _("encore libre"),
        row.first_day <= clock.today(place.tz),
    )


def _standing(row: Absence, desk: Thing, place: Place) -> list[Booking]:
    return booking.bookings_in_the_way([desk.id], Period(at(row.first_day, 0, place.tz), at(row.last_day, 1440, place.tz)))


def _when(row: Booking, place: Place) -> str:
    return papers.when(row.half, row.starts_at, row.ends_at, place.tz)


def _instead(row: Booking, desk: Thing, things: Directory, place: Place) -> str:
    """Where the resident may sit meanwhile: the pool's page for that half-day."""
    day = row.starts_at.astimezone(place.tz).date()
    pool = things.things.get(desk.pool_id or 0)
    asked: dict[str, Any] = {"what": "desk", "day": day.isoformat(), "part": row.half if row.half in HALVES else "day"}
    if pool is not None:
        asked["which"] = pool.code
    return url_for("coworking.book", **asked)
