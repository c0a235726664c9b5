"""How people may pay here."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import gateways, queries
from app.billing.forms import payments as forms
from app.billing.services import payment_settings
from app.billing.views.money.door import bp, place_today
from app.core import clock
from app.core.refusals import Refused


@bp.route("/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    place, _today = place_today()
    form = forms.PaymentSettingsForm.of(queries.payment_terms(place))
    form.offer()
    if form.validate_on_submit():
        try:
            payment_settings.set_payments(place_id=place.id, now=clock.now(), actor_id=current_user.id, **form.facts)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté."))
            return redirect(url_for(".settings"))
    return render_template("billing/payment_settings.html", form=form, place=place, has_stripe=gateways.is_ready()), form.status
