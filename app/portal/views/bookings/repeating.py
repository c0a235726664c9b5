"""A series, and its skipped dates."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking import views as say
from app.booking.models import Series, SeriesDate
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.place.models import Place
from app.portal.views.bookings.about import words_of
from app.portal.views.bookings.cancelling import refund_words
from app.portal.views.door import bp
from app.web import typography
from app.web.forms import SpanForm


@bp.get("/series/<int:series_id>")
def series(series_id: int) -> ResponseReturnValue:
    """Every date of a repetition; the skipped ones can be taken up again."""
    rows = booking.dates_of(series_id)
    owner = _series_owner(series_id)
    if owner is None or (owner.member_id != current_user.id and not current_user.may("see_all_bookings")):
        abort(404)
    place = db.session.get_one(Place, owner.place_id)
    thing = booking_queries.directory(place).any(owner.resource_id)
    now = clock.now()
    return render_template(
        "portal/series.html",
        series_id=series_id,
        title=say.title(thing),
        place=place,
        half=owner.whole_half,
        rows=rows,
        times=booking_queries.times_of(rows),
        words={"booked": _("réservée"), "skipped": _("sautée"), "refused": _("refusée"), "cancelled": _("annulée")},
        why={row.id: papers.why_skipped(row.reason) for row in rows if row.state in ("skipped", "refused") and row.reason},
        signs={"booked": "mine", "skipped": "busy", "refused": "down", "cancelled": "busy"},
        now=now,
        may_change=owner.member_id == current_user.id or current_user.may("book_for_others"),
    )


@bp.post("/series/dates/<int:date_id>/booking")
def rebook(date_id: int) -> ResponseReturnValue:
    """A skipped date, taken up again in one click."""
    row = db.session.get(SeriesDate, date_id)
    owner = _series_owner(row.series_id) if row is not None else None
    if row is None or owner is None or (owner.member_id != current_user.id and not current_user.may("book_for_others")):
        abort(404)
    try:
        made = booking.rebook_date(date_id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return render_template("portal/refused.html", refused=refused, back=url_for(".series", series_id=row.series_id)), refused.status
    flash(_("C’est réservé : %(what)s.", what=words_of(made)))
    return redirect(url_for(".booking", booking_id=made.id), 303)


@bp.route("/series/<int:series_id>/cancellation", methods=["GET", "POST"])
def cancel_dates(series_id: int) -> ResponseReturnValue:
    """The dates from a day to another: each with what comes back, then given up in one gesture."""
    owner = _series_owner(series_id)
    if owner is None or (owner.member_id != current_user.id and not current_user.may("book_for_others")):
        abort(404)
    place, form, now = db.session.get_one(Place, owner.place_id), SpanForm(), clock.now()
    first, last = form.first_day.data or clock.today(place.tz), form.last_day.data
    span = {"first_day": first, "last_day": last or first, "by_lieu": owner.member_id != current_user.id, "now": now}
    if request.method == "POST" and last is not None:
        gone = booking.cancel_dates(series_id, actor_id=current_user.id, **span)
        flash(typography.words().plural(len(gone), _("Une date est annulée."), _("{n} dates sont annulées.")))
        return redirect(url_for(".series", series_id=series_id), 303)
    page = render_template(
        "portal/cancel_dates.html",
        series_id=series_id,
        title=say.title(booking_queries.directory(place).any(owner.resource_id)),
        form=form,
        first=first,
        last=last,
        lines=[(words_of(found), refund_words(found, refund)) for _row, found, refund in booking.dates_to_cancel(series_id, **span)]
        if last is not None
        else [],
    )
    return page, form.status


def _series_owner(series_id: int) -> Series | None:
    return db.session.get(Series, series_id)
