"""What the lieu accepts or refuses."""

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import services as booking
from app.core import clock
from app.core.refusals import Refused
from app.portal.forms import RejectForm
from app.portal.views.bookings.about import back, refused_page, words_of
from app.portal.views.door import bp, seen_booking


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
