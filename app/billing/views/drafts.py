"""Drafts: look, correct, print, issue or give up; and a bill by hand."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms.invoicing import DraftForm, NewDraftForm
from app.billing.models import Draft
from app.billing.papers import invoice as paper
from app.billing.rules.documents import Line, totals
from app.billing.rules.invoices import KIND_NAMES
from app.billing.rules.payments import Payer
from app.billing.services import invoicing
from app.billing.views.door import bills_bp, open_draft, today
from app.core import clock
from app.core.refusals import Refused
from app.place import queries as place_queries
from app.web import words
from app.web.downloads import shown


@bills_bp.get("/drafts")
def drafts() -> ResponseReturnValue:
    rows = queries.drafts(place_queries.current().id)
    return render_template("billing/drafts.html", drafts=[_shown(row) for row in rows])


@bills_bp.route("/drafts/new", methods=["GET", "POST"])
def new_draft() -> ResponseReturnValue:
    place = place_queries.current()
    form = NewDraftForm.of(None, queries.regime_on(place, today()))
    if form.validate_on_submit():
        payer, advances = queries.payer_called(form.payer.data), queries.advances_called(form.advance.data or "", place.id)
        if payer is None:
            form.payer.errors = [_("Personne ici n’a cette adresse, ni ce nom d’organisation.")]
        elif form.advance.data and not advances:
            form.advance.errors = [_("Aucune facture d’acompte n’a ce numéro.")]
        else:
            try:
                prepaid_cents = invoicing.take_off(advances, Payer(*payer), lines=form.lines)
                row = invoicing.draft(
                    place_id=place.id,
                    payer=Payer(*payer),
                    lines=form.lines,
                    kind=form.kind.data,
                    period=form.period,
                    cites=[advance.id for advance in advances],
                    prepaid_cents=prepaid_cents,
                    delivery=form.delivery,
                    now=clock.now(),
                    actor_id=current_user.id,
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("Le brouillon est prêt\u00a0: relisez-le, puis émettez-le."))
                return redirect(url_for(".draft", draft_id=row.id))
    return render_template("billing/draft.html", form=form, draft=None, title=_("Nouvelle facture")), form.status


@bills_bp.route("/drafts/<int:draft_id>", methods=["GET", "POST"])
def draft(draft_id: int) -> ResponseReturnValue:
    row = open_draft(draft_id)
    form = DraftForm.of(row, queries.regime_on(place_queries.current(), today()))
    if form.validate_on_submit():
        try:
            invoicing.change_draft(
                row.id, lines=form.lines, period=form.period, delivery=form.delivery, now=clock.now(), actor_id=current_user.id
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est enregistré."))
            return redirect(url_for(".draft", draft_id=row.id))
    bill = _shown(row)
    return render_template(
        "billing/draft.html", form=form, draft=row, shown=bill, title=f"{bill['name']}, {bill['buyer'].name}"
    ), form.status


@bills_bp.get("/drafts/<int:draft_id>/pdf")
def draft_pdf(draft_id: int) -> ResponseReturnValue:
    row = open_draft(draft_id)
    facts = invoicing.prepared(row, place_queries.current(), now=clock.now()) | {"number": ""}
    return shown(paper.draft_pdf(facts), name=f"brouillon-{row.id}.pdf")


@bills_bp.post("/drafts/<int:draft_id>/issue")
def issue(draft_id: int) -> ResponseReturnValue:
    row = open_draft(draft_id)
    try:
        made = invoicing.issue(row.id, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash(" ".join(words.said(reason) for reason in refused.reasons), "bad")
        return redirect(url_for(".draft", draft_id=draft_id))
    flash(_("La facture %(number)s est émise.", number=made.number))
    return redirect(url_for("invoices.one", invoice_id=made.id))


@bills_bp.post("/drafts/<int:draft_id>/discarding")
def discard(draft_id: int) -> ResponseReturnValue:
    invoicing.discard(open_draft(draft_id).id, now=clock.now(), actor_id=current_user.id)
    flash(_("Le brouillon est abandonné."))
    return redirect(url_for(".drafts"))


def _shown(row: Draft) -> dict[str, Any]:
    total = totals(Line.read(line) for line in row.lines)
    buyer = queries.buyer(member_id=row.member_id, organisation_id=row.organisation_id)
    return {"row": row, "buyer": buyer, "name": _(KIND_NAMES[row.kind]), "total": total, "due": total.gross_cents - row.prepaid_cents}
