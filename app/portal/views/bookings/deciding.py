"""What the lieu accepts or refuses."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import services as booking
from app.core import clock
from app.core.refusals import Refused
from app.portal.forms import ForgiveForm, RejectForm
from app.portal.views.bookings.about import back, refused_page, words_of
from app.portal.views.door import bp, seen_booking
from app.web import typography


@bp.post("/bookings/<int:booking_id>/approval")
def approve(booking_id: int) -> ResponseReturnValue:
    found = seen_booking(booking_id)
    if not current_user.may("override_rules"):
        abort(404)
    try:
        booking.approve(found.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return refused_page(found, refused)
    flash(_("Accepté : %(what)s. %(name)s le saura par courriel.", what=words_of(found), name=found.member.name))
    return back(found)


@bp.route("/bookings/<int:booking_id>/rejection", methods=["GET", "POST"])
def reject(booking_id: int) -> ResponseReturnValue:
    found, form = seen_booking(booking_id), RejectForm()
    if not current_user.may("override_rules"):
        abort(404)
    if form.validate_on_submit():
        try:
            booking.reject(found.id, actor_id=current_user.id, reason=form.reason.data, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Refusé : %(what)s. %(name)s le saura par courriel.", what=words_of(found), name=found.member.name))
            return back(found)
    answer = render_template(
        "confirm.html",
        title=_("Refuser : %(what)s ?", what=words_of(found)),
        sentences=[_("%(name)s recevra votre réponse, et tout lui revient.", name=found.member.name)],
        action=url_for(".reject", booking_id=found.id),
        yes=_("Refuser cette demande"),
        back=url_for(".booking", booking_id=found.id),
        danger=True,
        form=form,
        here="manage",
    )
    return answer, form.status


@bp.route("/bookings/<int:booking_id>/forgiveness", methods=["GET", "POST"])
def forgive(booking_id: int) -> ResponseReturnValue:
    """A no-show or a late cancellation for which nothing will be kept; the fact stays, with the reason."""
    found, form = seen_booking(booking_id), ForgiveForm()
    if not current_user.may("override_rules"):
        abort(404)
    if form.validate_on_submit():
        try:
            done = booking.forgive(found.id, actor_id=current_user.id, reason=form.reason.data, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est effacé. %(back)s", back=_come_back(done)))
            return redirect(url_for(".booking", booking_id=found.id), 303)
    answer = render_template(
        "confirm.html",
        title=_("Effacer : %(what)s ?", what=words_of(found)),
        sentences=[_("Ce qui a été compté revient à %(name)s, qui le saura par courriel. Le fait reste écrit.", name=found.member.name)],
        action=url_for(".forgive", booking_id=found.id),
        yes=_("Effacer"),
        back=url_for(".booking", booking_id=found.id),
        danger=False,
        form=form,
        here="manage",
    )
    return answer, form.status


def _come_back(done: booking.Forgiven) -> str:
    """« Une demi-journée revient à Camille. »"""
    words = typography.words()
    back = [
        *([words.plural(done.half_days, _("une demi-journée"), _("{n} demi-journées"))] if done.half_days else []),
        *([words.minutes(done.minutes)] if done.minutes else []),
        *([words.money(done.cents)] if done.cents else []),
    ]
    if not back:
        return _("Rien n’avait été compté.")
    return _("À %(name)s : %(back)s.", name=done.booking.member.name, back=words.listed(back))
