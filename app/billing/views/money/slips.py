"""Cheques and the drawer, on their way to the bank."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.billing.forms import payments as forms
from app.billing.queries import banking
from app.billing.services import slips
from app.billing.views.money.door import bp, place_today, slip_here
from app.core import clock
from app.core.refusals import Refused


@bp.get("/slips")
def all_slips() -> ResponseReturnValue:
    return _slips()


@bp.post("/slips/cheques")
def hand_in_cheques() -> ResponseReturnValue:
    place, _today = place_today()
    form = forms.ChequesForm()
    form.offer(banking.cheques_to_hand_in(place.id))
    if form.validate_on_submit():
        try:
            made = slips.hand_in_cheques(
                place_id=place.id, payment_ids=form.cheques.data or [], day=form.day.data, now=clock.now(), actor_id=current_user.id
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(url_for(".slip", slip_id=made.id))
    return _slips(cheques=form)


@bp.post("/slips/cash")
def hand_in_cash() -> ResponseReturnValue:
    place, _today = place_today()
    form = forms.CashForm()
    if form.validate_on_submit():
        try:
            made = slips.hand_in_cash(
                place_id=place.id, cents=form.amount.data, day=form.day.data, now=clock.now(), actor_id=current_user.id
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(url_for(".slip", slip_id=made.id))
    return _slips(cash=form)


@bp.get("/slips/<int:slip_id>")
def slip(slip_id: int) -> ResponseReturnValue:
    """The paper that goes to the bank."""
    row = slip_here(slip_id)
    place, _today = place_today()
    return render_template("billing/slip.html", row=row, place=place, cheques=banking.cheques_of(slip_id))


@bp.post("/slips/<int:slip_id>/banked")
def banked(slip_id: int) -> ResponseReturnValue:
    slip_here(slip_id)
    _place, today = place_today()
    slips.bank_has(slip_id, day=today, now=clock.now(), actor_id=current_user.id)
    return redirect(url_for(".all_slips"))


def _slips(*, cheques: forms.ChequesForm | None = None, cash: forms.CashForm | None = None) -> ResponseReturnValue:
    place, today = place_today()
    waiting = banking.cheques_to_hand_in(place.id)
    if cheques is None:
        cheques = forms.ChequesForm(formdata=None, data={"day": today, "cheques": [payment.id for payment, _ in waiting]})
        cheques.offer(waiting)
    cash = cash or forms.CashForm(formdata=None, data={"day": today})
    return (
        render_template(
            "billing/slips.html",
            cheques=cheques,
            cash=cash,
            waiting=waiting,
            in_drawer=banking.cash_to_hand_in(place.id),
            rows=banking.slips(place.id),
        ),
        max(cheques.status, cash.status),
    )
