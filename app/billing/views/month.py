"""The month's bills: drafts to look at, then all issued and sent, with a progress bar."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.billing.queries import bills as bill_queries
from app.billing.queries.bills import BillTo
from app.billing.rules import month_of
from app.billing.services import bills
from app.billing.views.door import bills_bp, today
from app.billing.views.frugality import month_asked, month_before
from app.core import clock
from app.place import queries as place_queries


@bills_bp.get("/months")
def months() -> ResponseReturnValue:
    place = place_queries.current()
    first = today().replace(day=1)
    runs = bill_queries.runs(place.id)
    known = {run.month for run in runs}
    return render_template(
        "billing/months.html",
        runs=runs,
        issued=bill_queries.issued_by(place.id),
        proposed=[month for month in (month_before(first), first) if month not in known],
    )


@bills_bp.route("/months/<month>", methods=["GET", "POST"])
def month(month: str) -> ResponseReturnValue:
    """What a month would give, then how far it has come. Asking is a small thing: the worker makes the bills."""
    place, first = place_queries.current(), month_asked(month)
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
