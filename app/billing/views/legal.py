"""What the law asks, as this lieu reads it: every threshold, mention and delay with its day and its source."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms.settings import LegalFactForm
from app.billing.rules.legal import NAMES, HeldFact, fact_on, facts_of
from app.billing.services import settings as services
from app.billing.views.door import bills_bp, today
from app.core import clock
from app.place import queries as place_queries
from app.web.typography import words


@bills_bp.get("/settings/legal")
def legal_facts() -> ResponseReturnValue:
    place, day = place_queries.current(), today()
    own = queries.billing_settings(place.id).facts
    rows = []
    for key, (name, _kind) in NAMES.items():
        listed = facts_of(key, own)
        held = [fact for fact in listed if fact.since <= day]
        rows.append((key, _(name), held[-1] if held else None, [fact for fact in listed if fact.since > day]))
    return render_template("billing/legal_facts.html", rows=rows, said=_said, today=day)


@bills_bp.route("/settings/legal/<key>", methods=["GET", "POST"])
def legal_fact(key: str) -> ResponseReturnValue:
    """Another value from a day on: bills already issued keep theirs."""
    if key not in NAMES:
        abort(404)
    place, (name, kind) = place_queries.current(), NAMES[key]
    now = fact_on(key, today(), queries.billing_settings(place.id).facts)
    form = LegalFactForm.of(kind, now)
    if form.validate_on_submit():
        services.set_fact(
            place_id=place.id,
            key=key,
            since=form.since.data,
            value=form.said,
            source=form.source.data,
            actor_id=current_user.id,
            now=clock.now(),
        )
        flash(_("C’est enregistré."))
        return redirect(url_for(".legal_facts"))
    lead = _("Une facture déjà émise ne change pas. Votre expert-comptable a le dernier mot.")
    return render_template("billing/setting.html", form=form, title=_(name), lead=lead), form.status


@bills_bp.post("/settings/legal/<key>/<day>/removal")
def legal_fact_removal(key: str, day: str) -> ResponseReturnValue:
    """One of the lieu's own that has not begun, or begins today."""
    place = place_queries.current()
    mine = [fact for fact in facts_of(key, queries.billing_settings(place.id).facts) if fact.is_own] if key in NAMES else []
    found = next((fact for fact in mine if fact.since.isoformat() == day and fact.since >= today()), None)
    if found is None:
        abort(404)
    services.withdraw_fact(place_id=place.id, key=key, since=found.since, actor_id=current_user.id, now=clock.now())
    flash(_("C’est retiré."))
    return redirect(url_for(".legal_facts"))


def _said(fact: HeldFact) -> str:
    """The value in words, by what it is."""
    say, kind = words(), NAMES[fact.key][1]
    if kind == "amounts":
        return _("%(low)s, et %(high)s", low=say.money(fact.value[0]), high=say.money(fact.value[1]))
    if kind == "amount":
        return say.money(fact.value)
    if kind == "day":
        return say.date_long(fact.value)
    return str(fact.value)
