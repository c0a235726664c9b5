"""A booking given up: what comes back is said before it is confirmed."""

from datetime import date, datetime

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import services as booking
from app.booking.models import Booking
from app.booking.services import Refund
from app.core import clock
from app.core.refusals import Refused
from app.portal.forms import CancelForm
from app.portal.views.bookings.about import back, place_of, refused_page, words_of
from app.portal.views.door import bp, by_lieu, changed_booking
from app.web import typography

FAR = date(2100, 12, 31)


@bp.route("/bookings/<int:booking_id>/cancellation", methods=["GET", "POST"])
def cancellation(booking_id: int) -> ResponseReturnValue:
    """What comes back is said before it is confirmed."""
    found = changed_booking(booking_id)
    now, lieu = clock.now(), by_lieu(found)
    scopes = _scopes(found)
    form = CancelForm()
    form.shape(scopes, by_lieu=lieu)
    try:
        refund = booking.refund_of(found, now=now, by_lieu=lieu)
    except Refused as refused:
        return refused_page(found, refused)
    if form.validate_on_submit():
        try:
            return _cancelled(found, form, now)
        except Refused as refused:
            form.refuse(refused)
    answer = render_template(
        "confirm.html",
        title=_("Annuler : %(what)s ?", what=words_of(found)),
        sentences=[refund_words(found, refund)],
        action=url_for(".cancellation", booking_id=found.id),
        yes=_("Annuler la réservation"),
        back=url_for(".booking", booking_id=found.id),
        danger=True,
        form=form,
        here="week",
    )
    return answer, form.status


def refund_words(found: Booking, refund: Refund) -> str:
    """What comes back, and what does not."""
    say_, back = typography.words(), []
    if refund.half_days:
        back.append(say_.plural(refund.half_days, _("une demi-journée"), _("{n} demi-journées")))
    if refund.minutes:
        back.append(say_.minutes(refund.minutes))
    if refund.cents:
        back.append(say_.money(refund.cents))
    kept = refund.is_late and (refund.fee_cents or not back)
    whose = _("vous") if found.member_id == current_user.id else found.member.name
    if not kept:
        if not back:
            return _("Elle ne coûtait rien : rien n’est dû.")
        if whose != _("vous"):
            return _("Tout revient à %(name)s : %(what)s.", name=whose, what=say_.listed(back))
        return _("Tout vous revient : %(what)s.", what=say_.listed(back))
    due = say_.money(refund.fee_cents) if refund.fee_cents else _("ce qui a été pris sur votre compte")
    if not back:
        return _("Il est trop tard pour annuler gratuitement : %(due)s reste dû. La place sera rendue aux autres.", due=due)
    return _("Il est trop tard pour annuler gratuitement : %(due)s reste dû, %(what)s vous revient.", due=due, what=say_.listed(back))


def _scopes(found: Booking) -> list[tuple[str, str]]:
    if found.series_id is None:
        return [("this", _("Cette réservation"))]
    count = len([row for row in booking.dates_of(found.series_id) if row.state == "booked" and row.original_start >= found.starts_at])
    return [
        ("this", _("Cette date seulement")),
        ("following", typography.words().plural(count, _("Cette date et la suivante"), _("Cette date et les suivantes ({n})"))),
        ("all", _("Toutes les dates à venir de la série")),
    ]


def _cancelled(found: Booking, form: CancelForm, now: datetime) -> ResponseReturnValue:
    lieu, place = by_lieu(found), place_of(found)
    scope = form.scope.data if "scope" in form else "this"
    if scope == "this" or found.series_id is None:
        reason = form.reason.data if "reason" in form else ""
        done = booking.cancel(booking_id=found.id, actor_id=current_user.id, by_lieu=lieu, now=now, reason=reason)
        flash(_("C’est annulé : %(what)s.", what=words_of(done.booking)) + " " + refund_words(found, done.refund))
    else:
        first = found.starts_at.astimezone(place.tz).date() if scope == "following" else now.astimezone(place.tz).date()
        gone = booking.cancel_dates(found.series_id, first_day=first, last_day=FAR, actor_id=current_user.id, by_lieu=lieu, now=now)
        flash(typography.words().plural(len(gone), _("Une date est annulée."), _("{n} dates sont annulées.")))
    return back(found)
