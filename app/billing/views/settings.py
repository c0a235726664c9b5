"""How the lieu bills: its VAT regime, its terms, its accounts."""

from datetime import date

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms.settings import AccountsForm, RegimeForm, TermsForm
from app.billing.rules.books import ACCOUNTS
from app.billing.rules.legal import regimes
from app.billing.services import settings as services
from app.billing.views.door import bills_bp, today
from app.core import clock
from app.place import queries as place_queries


@bills_bp.get("/settings")
def settings() -> ResponseReturnValue:
    place = place_queries.current()
    return render_template(
        "billing/settings.html",
        place=place,
        regime=queries.regime_on(place, today()),
        regimes=regimes(place.vat_regimes),
        chosen=queries.billing_settings(place.id),
        thresholds=queries.thresholds_on(place, today()),
        today=today(),
    )


@bills_bp.route("/settings/regime", methods=["GET", "POST"])
def regime() -> ResponseReturnValue:
    place = place_queries.current()
    form = RegimeForm.of(queries.regime_on(place, today()))
    if form.validate_on_submit():
        services.set_regime(
            place_id=place.id,
            since=form.since.data,
            code=form.code.data,
            rate_bp=int(form.rate.data),
            rates=form.rates,
            on_debits=form.on_debits.data,
            actor_id=current_user.id,
            now=clock.now(),
        )
        return _kept()
    return render_template("billing/regime.html", form=form), form.status


@bills_bp.post("/settings/regime/<day>/removal")
def regime_removal(day: str) -> ResponseReturnValue:
    """Only one that has not begun: what bills were made with stays told."""
    try:
        since = date.fromisoformat(day)
    except ValueError:
        abort(404)
    if since <= today():
        abort(404)
    services.withdraw_regime(place_id=place_queries.current().id, since=since, actor_id=current_user.id, now=clock.now())
    return _kept()


@bills_bp.route("/settings/terms", methods=["GET", "POST"])
def terms() -> ResponseReturnValue:
    place = place_queries.current()
    form = TermsForm.of(queries.billing_settings(place.id))
    if form.validate_on_submit():
        services.set_billing(place_id=place.id, actor_id=current_user.id, now=clock.now(), **form.facts)
        return _kept()
    return render_template("billing/terms.html", form=form), form.status


@bills_bp.route("/settings/accounts", methods=["GET", "POST"])
def accounts_chosen() -> ResponseReturnValue:
    place = place_queries.current()
    form = AccountsForm.of(queries.billing_settings(place.id), {key: (number, _(label)) for key, (number, label) in ACCOUNTS.items()})
    if form.validate_on_submit():
        services.set_billing(place_id=place.id, actor_id=current_user.id, now=clock.now(), accounts=form.chosen)
        return _kept()
    return render_template("billing/accounts_chosen.html", form=form), form.status


def _kept() -> ResponseReturnValue:
    flash(_("C’est enregistré."))
    return redirect(url_for(".settings"))
