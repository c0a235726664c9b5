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
from app.web.forms import Form


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
    return _page(
        form,
        _("Changer de régime de TVA"),
        _("Une facture déjà émise ne change pas\u00a0; les suivantes suivent ce régime à partir de ce jour."),
    )


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
    return _page(form, _("Délai, pénalités, pied de page"), _("Ce qui est écrit sur vos prochaines factures."))


@bills_bp.route("/settings/accounts", methods=["GET", "POST"])
def accounts_chosen() -> ResponseReturnValue:
    place = place_queries.current()
    form = AccountsForm.of(queries.billing_settings(place.id), {key: (number, _(label)) for key, (number, label) in ACCOUNTS.items()})
    if form.validate_on_submit():
        services.set_billing(place_id=place.id, actor_id=current_user.id, now=clock.now(), accounts=form.chosen)
        return _kept()
    return _page(
        form,
        _("Choisir les comptes"),
        _("Ceux de votre expert-comptable, s’ils diffèrent des nôtres. Ils servent à l’export des écritures (FEC)."),
    )


def _kept() -> ResponseReturnValue:
    flash(_("C’est enregistré."))
    return redirect(url_for(".settings"))


def _page(form: Form, title: str, lead: str) -> ResponseReturnValue:
    """One thing to set: what it is, what it changes, its fields."""
    return render_template("billing/setting.html", form=form, title=title, lead=lead), form.status
