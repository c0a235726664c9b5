"""Money that came: taken, given back, returned, cancelled."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms import payments as forms
from app.billing.models import Payment
from app.billing.queries import banking
from app.billing.queries.payments import gone
from app.billing.queries.refunds import refunds_to_make, transfers_made
from app.billing.rules.means import MEANS
from app.billing.rules.payments import gives_back
from app.billing.services import debiting, payments, refunding
from app.billing.views.money.door import bp, flash_refusal, invoice_here, payment_here, place_today, refund_here
from app.core import clock
from app.core.refusals import N_, Refused
from app.web.forms import sent_key

# What is still to be done of a refund, by where its money comes from.
GIVEN_BACK = {
    "in_transit": N_("C’est noté : Stripe rend l’argent par le moyen qui a payé."),
    "cash": N_("C’est noté : prenez l’argent dans la caisse."),
    "bank": N_("C’est noté : reste à faire le virement, sa référence est plus bas."),
}


@bp.get("/payments")
def all_payments() -> ResponseReturnValue:
    place, _today = place_today()
    return render_template("billing/payments.html", rows=queries.recent_payments(place.id), to_make=refunds_to_make(place.id), means=MEANS)


@bp.route("/payments/new", methods=["GET", "POST"])
def take() -> ResponseReturnValue:
    """Cash in the hand, a cheque, a transfer seen on the account."""
    place, today = place_today()
    key = sent_key()
    if key and queries.is_recorded("house", f"form:{key}"):  # sent twice: it is noted once
        return redirect(url_for(".unpaid"))
    rows = queries.unpaid(place.id)
    asked = request.args.get("invoice_id", 0, type=int)
    chosen = next((one for one in rows if one.id == asked), None)
    form = forms.TakeMoneyForm(
        data={
            "received_on": today,
            "means": "cash",
            "invoice_id": chosen.id if chosen else None,
            "amount": chosen.left_cents if chosen else None,
        }
    )
    form.offer(rows)
    if form.validate_on_submit():
        invoice = invoice_here(form.invoice_id.data, place)
        payments.record_payment(
            place_id=place.id,
            payer=invoice,
            means=form.means.data,
            cents=form.amount.data,
            received_on=form.received_on.data,
            invoice_ids=[invoice.id],
            provider_id=f"form:{key}" if key else None,
            note=form.note.data or "",
            now=clock.now(),
            actor_id=current_user.id,
        )
        flash(_("C’est noté."))
        return redirect(url_for(".unpaid"))
    return render_template("billing/take_money.html", form=form, rows=rows), form.status


@bp.get("/payments/<int:payment_id>")
def payment(payment_id: int) -> ResponseReturnValue:
    return _payment(payment_here(payment_id))


@bp.post("/payments/<int:payment_id>/allocation")
def allocate(payment_id: int) -> ResponseReturnValue:
    found = payment_here(payment_id)
    form = forms.AllocateForm()
    form.offer(queries.unpaid(found.place_id, payer=found))
    if form.validate_on_submit():
        payments.allocate(payment_id, form.invoice_id.data, now=clock.now(), actor_id=current_user.id)
        return redirect(url_for(".payment", payment_id=payment_id))
    return _payment(found, allocation=form)


@bp.post("/payments/<int:payment_id>/refund")
def refund(payment_id: int) -> ResponseReturnValue:
    """By the means it came: a card by Stripe, cash from the drawer, the rest by transfer."""
    found = payment_here(payment_id)
    today = place_today()[1]
    form = forms.RefundForm()
    if form.validate_on_submit():
        try:
            refunding.give_back(
                found,
                cents=form.amount.data,
                day=today,
                reason=form.reason.data,
                key=form.idempotency_key,
                now=clock.now(),
                actor_id=current_user.id,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_(GIVEN_BACK[gives_back(found.means)]))
            return redirect(url_for(".payment", payment_id=payment_id))
    return _payment(found, refund=form)


@bp.post("/refunds/<int:movement_id>/transfer")
def transfer_made(movement_id: int) -> ResponseReturnValue:
    """For a lieu whose statements are not read here, or not yet."""
    found, today = refund_here(movement_id), place_today()[1]
    refunding.say_transfer_made(found, day=today, now=clock.now(), actor_id=current_user.id)
    flash(_("C’est noté : le virement est fait."))
    return redirect(url_for(".all_payments"))


@bp.post("/refunds/<int:movement_id>/transfer/removal")
def transfer_to_make(movement_id: int) -> ResponseReturnValue:
    found = refund_here(movement_id)
    refunding.say_transfer_to_make(found, now=clock.now(), actor_id=current_user.id)
    flash(_("C’est noté : le virement reste à faire."))
    return redirect(url_for(".payment", payment_id=found.payment_id))


@bp.post("/payments/<int:payment_id>/return")
def returned(payment_id: int) -> ResponseReturnValue:
    """The bank took it back, and no statement says so yet."""
    found = payment_here(payment_id)
    form = forms.ReturnForm()
    form.offer()
    if form.validate_on_submit():
        facts = {
            "reason": form.reason.data,
            "day": form.day.data,
            "fee_cents": form.fee.data or 0,
            "now": clock.now(),
            "actor_id": current_user.id,
        }
        debit = banking.debit_of(payment_id)
        if debit is not None:
            debiting.debit_returned(debit.id, **facts)
        else:
            payments.take_back(payment_id, **facts)
        return redirect(url_for(".payment", payment_id=payment_id))
    return _payment(found, back=form)


@bp.post("/payments/<int:payment_id>/cancellation")
def cancel(payment_id: int) -> ResponseReturnValue:
    payment_here(payment_id)
    _place, today = place_today()
    try:
        payments.cancel_payment(payment_id, day=today, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".payment", payment_id=payment_id))


def _payment(
    found: Payment,
    *,
    allocation: forms.AllocateForm | None = None,
    refund: forms.RefundForm | None = None,
    back: forms.ReturnForm | None = None,
) -> ResponseReturnValue:
    """A payment: what it pays, what is left of it, what went back; and what may be done."""
    _place, today = place_today()
    left = queries.available(found.id)
    unpaid = queries.unpaid(found.place_id, payer=found)
    if allocation is None:
        allocation = forms.AllocateForm(formdata=None)
        allocation.offer(unpaid)
    if back is None:
        back = forms.ReturnForm(formdata=None, data={"day": today})
        back.offer()
    refund = refund or forms.RefundForm(formdata=None, data={"amount": left})
    return (
        render_template(
            "billing/payment.html",
            row=found,
            payer=queries.payer_of(found),
            means=MEANS,
            left=left,
            is_gone=gone(found.id) >= found.cents,
            paid=[(queries.invoice(invoice_id), cents) for invoice_id, cents in queries.allocations_of(found.id).items()],
            story=queries.movements_of(found.id),
            allocation=allocation if unpaid and left > 0 else None,
            refund=refund,
            back=back,
            source=gives_back(found.means),
            to_make={one.movement_id: one.reference for one in refunds_to_make(found.place_id)},
            transfers=transfers_made(found.id),
        ),
        max(form.status for form in (allocation, refund, back)),
    )
