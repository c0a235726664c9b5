"""How far somebody may go below zero before they buy their next pass."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import services as billing
from app.core import clock
from app.place import queries as places
from app.portal.managing.forms import TrustForm
from app.web import rights

bp = Blueprint("trust", "app.portal", url_prefix="/manage/trust", template_folder="templates")
bp.before_request(rights.only("manage_place"))


@bp.route("/", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    place = places.current()
    form = TrustForm(data={"half_days": place.trust_units})
    if form.validate_on_submit():
        billing.set_trust(place_id=place.id, half_days=form.half_days.data or 0, actor_id=current_user.id, now=clock.now())
        flash(_("C’est enregistré."))
        return redirect(url_for("place.index"))
    return render_template("managing/trust.html", form=form), form.status
