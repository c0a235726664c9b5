"""The month's bills: drafts to look at, then all issued and sent, with a progress bar; and what money costs the lieu."""

import re
from datetime import date, timedelta

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.queries import bills as bill_queries
from app.billing.queries import frugality as frugality_queries
from app.billing.queries.bills import BillTo
from app.billing.rules import month_of
from app.billing.rules.frugality import BreakEven, what_if
from app.billing.rules.means import MEANS
from app.billing.services import bills
from app.billing.views.door import bills_bp, today
from app.core import clock
from app.place import queries as place_queries


@bills_bp.get("/months")
def months() -> ResponseReturnValue:
    place = place_queries.current()
    first = today().replace(day=1)
    runs = bill_queries.runs(place.id)
    known = {run.month for run in runs}
    return render_template("billing/months.html", runs=runs, proposed=[month for month in (_before(first), first) if month not in known])


@bills_bp.route("/months/<month>", methods=["GET", "POST"])
def month(month: str) -> ResponseReturnValue:
    """What a month would give, then how far it has come. Asking is a small thing: the worker makes the bills."""
    place, first = place_queries.current(), _month(month)
    if first > today():
        abort(404)
    if request.method == "POST":
        aim = "invoices" if request.form.get("aim") == "invoices" else "drafts"
        run = bills.start_run(place, first, aim=aim, now=clock.now(), actor_id=current_user.id)
        bills.go_on(run.id, now=clock.now(), most=bills.AT_ONCE)
        return redirect(url_for(".month", month=month))
    found = bill_queries.run_of(place.id, first)
    made = bill_queries.bills_of(found.id) if found else []
    names = bill_queries.payer_names(BillTo(bill.member_id, bill.organisation_id) for bill in made)
    foreseen: list[tuple[str, int]] = []
    if found is None:
        listed = bills.dry_run(place, first)
        said = bill_queries.payer_names(payer for payer, _one in listed)
        foreseen = [(said[payer], one.totals.gross_cents) for payer, one in listed]
    return render_template(
        "billing/month.html",
        month=first,
        key=month,
        run=found,
        outcome=bills.outcome_of(found.id) if found else None,
        made=[(bill, names[BillTo(bill.member_id, bill.organisation_id)]) for bill in made],
        numbers=bill_queries.numbers([bill.invoice_id for bill in made if bill.invoice_id]),
        drafted=bill_queries.drafted([bill.draft_id for bill in made if bill.draft_id and bill.state == "drafted"]),
        foreseen=foreseen,
        total=sum(cents for _name, cents in foreseen),
        is_over=month_of(first)[1] <= today(),
    )


@bills_bp.get("/frugality")
def frugality() -> ResponseReturnValue:
    place = place_queries.current()
    asked = request.args.get("month", "")
    first = _month(asked) if asked else today().replace(day=1)
    last = month_of(first)[1]
    found = frugality_queries.month(place.id, first, last)
    costs = [(row["nom"], int(row["cents"])) for row in place.monthly_costs]
    half_day = queries.price_list(place).one(["desk"], "half_day", queries.Asked(group="plein", on=first))
    even = BreakEven(
        found.income_cents, sum(cents for _name, cents in costs), half_day, found.income_cents // found.members if found.members else None
    )
    year = (last + timedelta(days=1)).replace(year=last.year - 1 if last.month < 12 else last.year)
    return render_template(
        "billing/frugality.html",
        month=first,
        earlier=f"{_before(first):%Y-%m}",
        found=found,
        even=even,
        costs=costs,
        what_if=what_if(found.uses, found.bills),
        ways={
            "card_each_use": _("La carte, à chaque utilisation"),
            "card_month": _("La carte, une fois par mois"),
            "sepa_month": _("Le prélèvement, une fois par mois"),
            "transfer_month": _("Le virement, une fois par mois"),
        },
        activities=_activities(),
        fees=[("month", frugality_queries.fees_paid(place.id, first, last)), ("year", frugality_queries.fees_paid(place.id, year, last))],
        means=MEANS,
        top=max([even.income_cents, even.costs_cents, 1]),
    )


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


def _before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def _month(text: str) -> date:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        abort(404)
    return date.fromisoformat(f"{text}-01")
