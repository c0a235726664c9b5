"""Bills that are issued: one's own, and all of them for who keeps the accounts; and giving back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms.invoicing import CreditForm, FindForm
from app.billing.models import Invoice
from app.billing.rules.documents import Line
from app.billing.rules.dunning import parts_left
from app.billing.rules.invoices import KIND_NAMES
from app.billing.rules.means import MEANS
from app.billing.services import invoicing
from app.billing.views.door import bills_bp, invoices_bp, seen_invoice, today
from app.core import clock
from app.core.refusals import Refused
from app.place import queries as place_queries
from app.web.downloads import shown


@invoices_bp.get("/")
def mine() -> ResponseReturnValue:
    rows = queries.invoices_for(current_user)
    left = queries.left_to_pay([row.id for row in rows])
    return render_template("billing/my_invoices.html", bills=_shown(rows, left), due=sum(cents for cents in left.values() if cents > 0))


@invoices_bp.get("/<int:invoice_id>")
def one(invoice_id: int) -> ResponseReturnValue:
    row = seen_invoice(invoice_id)
    notes = queries.credit_notes_of(row.id)
    left = queries.left_to_pay([row.id])
    bill = _shown([row], left)[0]
    return render_template(
        "billing/invoice.html",
        bill=bill,
        said=row.said,
        period=[date.fromisoformat(day) for day in row.said["period"]],
        notes=notes,
        paid=queries.ways_paid(row.id),
        means=MEANS,
        credited=-sum(note.gross_cents for note in notes),
        cited=queries.invoice(row.credits_id) if row.credits_id else None,
        may_manage=current_user.may("manage_billing"),
        schedule=queries.schedules_of([row.id]).get(row.id),
        days_late=(today() - bill["due_on"]).days,
        besides=queries.lateness_of(row, left.get(row.id, 0), today=today()),
    )


@invoices_bp.get("/<int:invoice_id>/pdf")
def pdf(invoice_id: int) -> ResponseReturnValue:
    row = seen_invoice(invoice_id)
    return shown(queries.pdf_of(row), name=f"{row.number}.pdf")


# ---------------------------------------------------------------- for who keeps the accounts


@bills_bp.get("/invoices")
def all_invoices() -> ResponseReturnValue:
    place = place_queries.current()
    form = FindForm()
    wanted: dict[str, Any] = {}
    if form.validate():
        wanted = {"words": form.q.data or "", "year": form.year.data, "kind": form.kind.data or "", "state": form.state.data or ""}
    number = request.args.get("page", 1, type=lambda text: max(1, min(int(text), 10_000)))
    page = queries.find_invoices(place.id, page=number, today=today(), **wanted)
    left = queries.left_to_pay([row.id for row in page.rows])
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if name in ("q", "year", "kind", "state") and value}
    return render_template(
        "billing/all_invoices.html",
        form=form,
        bills=_shown(page.rows, left),
        drafts=len(queries.drafts(place.id)),
        thresholds=queries.thresholds_on(place, today()),
        earlier=url_for(".all_invoices", **asked, page=number - 1) if number > 1 else "",
        later=url_for(".all_invoices", **asked, page=number + 1) if page.has_more else "",
        is_asked=bool(asked),
    ), form.status


@bills_bp.route("/invoices/<int:invoice_id>/credit", methods=["GET", "POST"])
def credit(invoice_id: int) -> ResponseReturnValue:
    """First what would be given back, to the cent; then, and only then, the credit note."""
    row = seen_invoice(invoice_id)
    lines = [Line.read(said) for said in row.said["lines"]]
    form = CreditForm()
    form.offer(lines)
    preview = None
    if form.validate_on_submit():
        try:
            asked = _asked(form, lines)
            preview = invoicing.credit_preview(row, **asked)
            if "confirmed" in request.form:
                note = invoicing.credit(row.id, **asked, reason=form.reason.data, now=clock.now(), actor_id=current_user.id)
                flash(_("L’avoir %(number)s est émis.", number=note.number))
                return redirect(url_for("invoices.one", invoice_id=note.id))
        except Refused as refused:
            form.refuse(refused)
            preview = None
    left = queries.left_to_credit(row)
    return render_template(
        "billing/credit.html", form=form, invoice=row, lines=lines, preview=preview, left=left, sent=request.form
    ), form.status


def _asked(form: CreditForm, lines: list[Line]) -> dict[str, Any]:
    if form.how.data == "amount":
        return {"gross_cents": form.gross.data}
    return {"lines": form.chosen(lines)} if form.how.data == "lines" else {}


def _shown(rows: Sequence[Invoice], left: dict[int, int]) -> list[dict[str, Any]]:
    """Bills as lists show them: the state of each is a sign and a word; `due_on` is its next day, when several were agreed on."""
    agreed, bills = queries.schedules_of([row.id for row in rows]), []
    for row in rows:
        rest = left.get(row.id, 0)
        parts = parts_left(rest, due_on=row.due_on, schedule=agreed.get(row.id))
        due_on = parts[0].due_on if parts else row.due_on
        sign, word = _state(row, rest, due_on)
        bills.append(
            {
                "row": row,
                "left": rest,
                "sign": sign,
                "word": word,
                "due_on": due_on,
                "name": _(KIND_NAMES[row.kind]),
                "buyer": row.said["buyer"]["name"],
            }
        )
    return bills


def _state(row: Invoice, rest: int, due_on: date) -> tuple[str, str]:
    if row.is_credit_note:
        return "done", _("avoir")
    if rest <= 0:
        return ("wait", _("à rendre")) if rest < 0 else ("done", _("payée"))
    return ("down", _("en retard")) if due_on < today() else ("wait", _("à payer"))
