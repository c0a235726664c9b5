"""A person's own money: what is due, the ways to pay it, the mandate."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app.billing import gateways, queries
from app.billing.forms.payments import MandateForm
from app.billing.models import Invoice, Mandate
from app.billing.queries import banking, owed
from app.billing.queries.payments import Terms
from app.billing.rules.banking import reasons_iban, shown_iban
from app.billing.rules.debits import mandate_text
from app.billing.rules.means import MEANS
from app.billing.rules.payments import Payer, ProviderAway
from app.billing.rules.transfer import said_reference, transfer_qr
from app.billing.services import checkout, mandates
from app.billing.services.checkout import Links
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.place import queries as place_queries
from app.place.models import Place

bp = Blueprint("paying", "app.billing", url_prefix="/billing", template_folder="templates")


@bp.get("/due")
def due() -> ResponseReturnValue:
    """What the person, or the organisation they speak for, has to pay; what is kept for them; what they paid."""
    place = place_queries.current()
    payers = _payers()
    return render_template(
        "billing/due.html",
        unpaid=[one for payer in payers for one in queries.unpaid(place.id, payer=payer)],
        credit=sum(queries.credit_of(payer) for payer in payers),
        payments=[one for payer in payers for one in queries.payments_of(payer)],
        debited=banking.invoices_under_debit(place.id),
        means=MEANS,
    )


@bp.get("/invoices/<int:invoice_id>/payment")
def pay(invoice_id: int) -> ResponseReturnValue:
    """The ways to pay what is left, the cheapest for the lieu first, each with what it costs."""
    return _pay(_invoice(invoice_id))


@bp.post("/invoices/<int:invoice_id>/checkout")
def check_out(invoice_id: int) -> ResponseReturnValue:
    """To Stripe's page."""
    invoice = _invoice(invoice_id)
    means = request.form.get("means", "")
    if means not in ("card", "sepa_stripe") or not gateways.is_ready():
        abort(404)
    back = url_for(".pay", invoice_id=invoice.id, _external=True)
    try:
        url = checkout.ask_checkout(
            invoice.id,
            means=means,
            label=_("Facture %(number)s", number=invoice.number),
            links=Links(paid=f"{back}?paid=1", given_up=back),
            now=clock.now(),
            actor_id=current_user.id,
        )
    except Refused as refused:
        return _pay(invoice, refused=refused)
    except gateways.Unreachable:
        return _pay(invoice, refused=Refused(ProviderAway()))
    return redirect(url, 303)


@bp.get("/invoices/<int:invoice_id>/transfer")
def transfer(invoice_id: int) -> ResponseReturnValue:
    """The transfer to make, on a sheet to print."""
    invoice = _invoice(invoice_id)
    place = db.session.get_one(Place, invoice.place_id)
    terms = queries.payment_terms(place)
    asked = owed.asked_now(invoice.id)
    if asked <= 0 or reasons_iban(terms.iban):
        abort(404)
    return render_template("billing/transfer.html", invoice=invoice, left=asked, terms=terms, **_transfer(invoice, asked, terms))


@bp.route("/mandate", methods=["GET", "POST"])
def mandate() -> ResponseReturnValue:
    """Sign a mandate here, read the one that serves, revoke it."""
    place = place_queries.current()
    terms = queries.payment_terms(place)
    payer = Payer(member_id=current_user.id)
    form = MandateForm()
    if form.validate_on_submit():
        try:
            mandates.sign_mandate(
                place_id=place.id,
                payer=payer,
                terms=terms,
                holder=form.holder.data,
                iban=form.iban.data,
                bic=form.bic.data,
                signed_on=clock.today(place.tz),
                signed_name=form.signed_name.data,
                now=clock.now(),
                actor_id=current_user.id,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Votre mandat est signé."))
            return redirect(url_for(".mandate"))
    mine = banking.mandates_of(payer)
    serving = next((one for one in mine if one.revoked_on is None and one.iban_sealed), None)
    text = mandate_text(
        creditor=terms.holder,
        creditor_id=terms.creditor_id,
        reference=mandates.next_reference(place.id, payer),
        notice_days=terms.notice_days,
    )
    return render_template("billing/mandate.html", form=form, serving=serving, terms=terms, text=text, place=place), form.status


@bp.post("/mandate/<int:mandate_id>/revocation")
def revoke(mandate_id: int) -> ResponseReturnValue:
    found = db.session.get(Mandate, mandate_id)
    if found is None or found.member_id != current_user.id:
        abort(404)
    mandates.revoke_mandate(mandate_id, day=clock.today(place_queries.current().tz), now=clock.now(), actor_id=current_user.id)
    flash(_("Ce mandat est révoqué. Plus rien ne sera prélevé."))
    return redirect(url_for(".mandate"))


def _pay(invoice: Invoice, *, refused: Refused | None = None) -> ResponseReturnValue:
    place = db.session.get_one(Place, invoice.place_id)
    terms = queries.payment_terms(place)
    left = _left(invoice)
    asked = next(iter(queries.parts_of(invoice, left)), None)
    has_account = not reasons_iban(terms.iban)
    possible = {
        "transfer": has_account,
        "sepa": bool(terms.creditor_id) and has_account,
        "card": gateways.is_ready(),
        "sepa_stripe": gateways.is_ready(),
        "cash": True,
        "cheque": True,
        "helloasso": bool(terms.helloasso_url),
    }
    ways = terms.ways(asked.cents, among=[means for means, is_possible in possible.items() if is_possible]) if asked else []
    page = render_template(
        "billing/pay.html",
        invoice=invoice,
        left=left,
        asked=asked,
        schedule=owed.schedules_of([invoice.id]).get(invoice.id),
        ways=ways,
        debited_on=banking.invoices_under_debit(place.id).get(invoice.id),
        means=MEANS,
        terms=terms,
        place=place,
        refused=refused,
        is_back=request.args.get("paid") == "1",
        serving=next((one for one in banking.mandates_of(invoice) if one.revoked_on is None and one.iban_sealed), None),
        **(_transfer(invoice, asked.cents, terms) if asked and has_account else {}),
    )
    return page, refused.status if refused else 200


def _transfer(invoice: Invoice, left: int, terms: Terms) -> dict[str, object]:
    drawn = transfer_qr(holder=terms.holder, iban=terms.iban, bic=terms.bic, cents=left, reference=said_reference(invoice.number))
    svg = drawn.svg_inline(border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    return {"to_transfer": left, "qr": Markup(svg), "iban": shown_iban(terms.iban), "reference": said_reference(invoice.number)}  # noqa: S704 — segno's own drawing


def _left(invoice: Invoice) -> int:
    return max(0, queries.left_to_pay([invoice.id]).get(invoice.id, 0))


def _payers() -> list[Payer]:
    """Whom the person pays for: themselves, and the organisation whose contact they are."""
    mine = [Payer(member_id=current_user.id)]
    if current_user.is_organisation_contact and current_user.organisation_id:
        mine.append(Payer(organisation_id=current_user.organisation_id))
    return mine


def _invoice(invoice_id: int) -> Invoice:
    """A bill to pay of one's own, or any for who keeps the accounts; somebody else's is no different from none."""
    row = queries.invoice(invoice_id)
    if row is None or row.is_credit_note or not (queries.is_payer(row, current_user) or current_user.may("manage_billing")):
        abort(404)
    return row
