"""What money costs the lieu, what each month costs and receives, and the hours that volunteers give."""

import re
from datetime import date, timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms.frugality import CostsForm, HoursForm
from app.billing.models import VolunteerHours
from app.billing.queries import books
from app.billing.queries import frugality as frugality_queries
from app.billing.rules import month_of
from app.billing.rules.frugality import WHAT_IF, BreakEven, margin, own_percent, what_if
from app.billing.rules.means import MEANS
from app.billing.services import settings, volunteering
from app.billing.views.door import bills_bp, today
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.place import queries as place_queries
from app.web import words


@bills_bp.get("/frugality")
def frugality() -> ResponseReturnValue:
    place = place_queries.current()
    asked = request.args.get("month", "")
    first = month_asked(asked) if asked else today().replace(day=1)
    last = month_of(first)[1]
    found = frugality_queries.month(place.id, first, last)
    costs = [(row["nom"], int(row["cents"]), bool(row.get("variable"))) for row in place.monthly_costs]
    aids = [(row["nom"], int(row["cents"])) for row in place.public_money]
    variable, public = sum(cents for _name, cents, follows in costs if follows), sum(cents for _name, cents in aids)
    half_day = queries.price_list(place).one(["desk"], "half_day", queries.Asked(group="plein", on=first))
    each = found.income_cents // found.members if found.members else None
    even = BreakEven(
        found.income_cents,
        sum(cents for _name, cents, _follows in costs),
        margin(half_day, income_cents=found.income_cents, variable_cents=variable),
        margin(each, income_cents=found.income_cents, variable_cents=variable),
    )
    year = (last + timedelta(days=1)).replace(year=last.year - 1 if last.month < 12 else last.year)
    whole = frugality_queries.month(place.id, year, last)
    fees_if = [what_if(span.uses, span.bills) for span in (found, whole)]
    hours = books.volunteer_hours(place.id, first, last)
    return render_template(
        "billing/frugality.html",
        month=first,
        earlier=f"{month_before(first):%Y-%m}",
        found=found,
        even=even,
        costs=costs,
        variable=variable,
        aids=aids,
        public=public,
        own=own_percent(found.income_cents, public),
        hours=(sum(row.minutes for row in hours), sum(row.cents for row in hours)),
        spans=[(_("Ce mois"), found), (_("Douze mois"), whole)],
        what_if={code: [span[code] for span in fees_if] for code, _means, _each in WHAT_IF},
        ways={
            "card_each_use": _("La carte, à chaque utilisation"),
            "card_month": _("La carte, une fois par mois"),
            "sepa_month": _("Le prélèvement, une fois par mois"),
            "transfer_month": _("Le virement, une fois par mois"),
        },
        activities=_activities(),
        fees=[("month", frugality_queries.fees_paid(place.id, first, last)), ("year", frugality_queries.fees_paid(place.id, year, last))],
        means=MEANS,
        top=max([even.income_cents, even.costs_cents, public, 1]),
    )


@bills_bp.route("/frugality/costs", methods=["GET", "POST"])
def costs() -> ResponseReturnValue:
    place = place_queries.current()
    form = CostsForm.of(place.monthly_costs, place.public_money)
    if form.validate_on_submit():
        settings.set_costs(place_id=place.id, costs=form.costs, public_money=form.public_money, actor_id=current_user.id, now=clock.now())
        flash(_("C’est enregistré."))
        return redirect(url_for(".frugality"))
    return render_template("billing/costs.html", form=form), form.status


@bills_bp.route("/volunteering", methods=["GET", "POST"])
def hours() -> ResponseReturnValue:
    """The year's hours, as the books tell them."""
    place, day = place_queries.current(), today()
    rows = books.volunteer_hours(place.id, day.replace(month=1, day=1), day)
    form = HoursForm(data={"day": day, "hour_cents": rows[-1].hour_cents if rows else None})
    if form.validate_on_submit():
        try:
            volunteering.give_hours(
                place_id=place.id,
                day=form.day.data,
                minutes=form.minutes.data,
                hour_cents=form.hour_cents.data,
                what=form.what.data,
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté. Merci à elles et eux."))
            return redirect(url_for(".hours"))
    total = sum(row.minutes for row in rows), sum(row.cents for row in rows)
    return render_template("billing/volunteering.html", form=form, rows=rows[::-1], total=total, year=day.year), form.status


@bills_bp.post("/volunteering/<int:hours_id>/removal")
def hours_removal(hours_id: int) -> ResponseReturnValue:
    row = db.session.get(VolunteerHours, hours_id)
    if row is None or row.place_id != place_queries.current().id:
        abort(404)
    try:
        volunteering.take_back_hours(hours_id=hours_id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        for reason in refused.reasons:
            flash(words.said(reason), "bad")
    return redirect(url_for(".hours"))


def _activities() -> dict[str, str]:
    return {
        "desk": _("Postes"),
        "office": _("Bureaux"),
        "room": _("Salles"),
        "space": _("Espaces entiers"),
        "machine": _("Machines"),
        "training": _("Initiations"),
        "plan": _("Abonnements"),
        "pass": _("Carnets"),
        "article": _("Cafés et articles"),
        "membership": _("Adhésions"),
    }


def month_before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def month_asked(text: str) -> date:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        abort(404)
    return date.fromisoformat(f"{text}-01")
