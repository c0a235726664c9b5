"""Gérer, the money: what is unpaid, what comes in, debits, statements, slips, and how the lieu is paid."""

from datetime import date
from typing import TypeVar

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import gateways, queries
from app.billing.forms import payments as forms
from app.billing.models import BankLine, DebitBatch, Invoice, Payment, Slip
from app.billing.queries import banking
from app.billing.rules.means import MEANS
from app.billing.rules.payments import Payer
from app.billing.services import checkout, debiting, mandates, payment_settings, payments, reconciling, reminding, slips
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.members import queries as members_queries
from app.place import queries as place_queries
from app.place.models import Place
from app.web import rights
from app.web.forms import sent_key
from app.web.words import next_step, said

bp = Blueprint("money", "app.billing", url_prefix="/manage/money", template_folder="templates")
bp.before_request(rights.only("manage_billing"))


T = TypeVar("T", Payment, DebitBatch, BankLine, Slip)

_KINDS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_MOST_SCAN = 3 * 1024 * 1024


@bp.get("/")
def unpaid() -> ResponseReturnValue:
    """What is waited for, and for how long."""
    place, today = _place()
    rows = queries.unpaid(place.id)
    return render_template(
        "billing/money.html",
        rows=rows,
        late=[one for one in rows if one.due_on < today],
        today=today,
        place=place,
        total=sum(one.left_cents for one in rows),
        drawer=queries.drawer_cents(place.id),
        open_lines=len(banking.bank_lines(place.id, state="open")),
        to_remind=len(reminding.due_reminders(place, now=clock.now())),
    )


@bp.post("/reminders/<int:invoice_id>")
def remind(invoice_id: int) -> ResponseReturnValue:
    place, _today = _place()
    _invoice_here(invoice_id, place)
    try:
        step = reminding.remind(invoice_id, place_id=place.id, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    else:
        flash(_("Rappel %(step)s sur 3 envoyé.", step=step))
    return redirect(url_for(".unpaid"))


# ---------------------------------------------------------------- payments


@bp.get("/payments")
def all_payments() -> ResponseReturnValue:
    place, _today = _place()
    return render_template("billing/payments.html", rows=queries.recent_payments(place.id), means=MEANS)


@bp.route("/payments/new", methods=["GET", "POST"])
def take() -> ResponseReturnValue:
    """Cash in the hand, a cheque, a transfer seen on the account."""
    place, today = _place()
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
        invoice = _invoice_here(form.invoice_id.data, place)
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
    return _payment(_payment_here(payment_id))


@bp.post("/payments/<int:payment_id>/allocation")
def allocate(payment_id: int) -> ResponseReturnValue:
    found = _payment_here(payment_id)
    form = forms.AllocateForm()
    form.offer(queries.unpaid(found.place_id, payer=found))
    if form.validate_on_submit():
        payments.allocate(payment_id, form.invoice_id.data, now=clock.now(), actor_id=current_user.id)
        return redirect(url_for(".payment", payment_id=payment_id))
    return _payment(found, allocation=form)


@bp.post("/payments/<int:payment_id>/refund")
def refund(payment_id: int) -> ResponseReturnValue:
    """By the means it came: a card by Stripe, cash from the drawer, the rest by transfer."""
    found = _payment_here(payment_id)
    today = _place()[1]
    form = forms.RefundForm()
    if form.validate_on_submit():
        facts = {"cents": form.amount.data, "day": today, "reason": form.reason.data, "now": clock.now(), "actor_id": current_user.id}
        try:
            if found.provider == "stripe" and gateways.is_ready():
                checkout.refund_by_stripe(payment_id, **facts)
            else:
                payments.refund(payment_id, **facts)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté."))
            return redirect(url_for(".payment", payment_id=payment_id))
    return _payment(found, refund=form)


@bp.post("/payments/<int:payment_id>/return")
def returned(payment_id: int) -> ResponseReturnValue:
    """The bank took it back, and no statement says so yet."""
    found = _payment_here(payment_id)
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
    _payment_here(payment_id)
    _here, today = _place()
    try:
        payments.cancel_payment(payment_id, day=today, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".payment", payment_id=payment_id))


# ---------------------------------------------------------------- debits


@bp.route("/debits", methods=["GET", "POST"])
def debits() -> ResponseReturnValue:
    """What may be debited on a day, what may not yet and why; then the file."""
    place, today = _place()
    terms = queries.payment_terms(place)
    form = forms.DebitsForm(
        data={"collection": request.args.get("collection", default=banking.first_collection(today, terms), type=date.fromisoformat)}
    )
    if form.validate_on_submit():
        try:
            debiting.send_debits(
                place_id=place.id, terms=terms, collection=form.collection.data, today=today, now=clock.now(), actor_id=current_user.id
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Le fichier est prêt. Donnez-le à votre banque."))
            return redirect(url_for(".debits"))
    wishes = banking.debit_wishes(place.id, terms, collection=form.collection.data or today, today=today)
    return render_template(
        "billing/debits.html", form=form, terms=terms, wishes=wishes, batches=banking.batches(place.id), place=place
    ), form.status


@bp.get("/debits/<int:batch_id>/file.xml")
def debit_file(batch_id: int) -> ResponseReturnValue:
    batch = _batch_here(batch_id)
    place, _today = _place()
    content = debiting.bank_file(batch_id, terms=queries.payment_terms(place))
    return Response(content, mimetype="application/xml", headers={"Content-Disposition": f'attachment; filename="{batch.message}.xml"'})


@bp.post("/debits/<int:batch_id>/cancellation")
def cancel_debits(batch_id: int) -> ResponseReturnValue:
    _batch_here(batch_id)
    try:
        debiting.cancel_debits(batch_id, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".debits"))


@bp.route("/mandates", methods=["GET", "POST"])
def all_mandates() -> ResponseReturnValue:
    """The mandates that serve; and one signed on paper, with its scan."""
    place, today = _place()
    form = forms.PaperMandateForm(data={"signed_on": today})
    form.offer(
        [
            *((f"m{member_id}", name) for member_id, name in members_queries.choices()),
            *((f"o{row.id}", row.name) for row, _people in members_queries.organisations()),
        ]
    )
    if form.validate_on_submit():
        data = form.scan.data.read(_MOST_SCAN + 1)
        kind = next((kind for head, kind in _KINDS if data.startswith(head)), "")
        if not kind or len(data) > _MOST_SCAN:
            form.scan.errors = [_("Donnez un PDF, une photo JPEG ou PNG, de 3 Mo au plus.")]
        else:
            letter, number = form.payer.data[0], int(form.payer.data[1:])
            try:
                mandates.sign_mandate(
                    place_id=place.id,
                    payer=Payer(member_id=number) if letter == "m" else Payer(organisation_id=number),
                    terms=queries.payment_terms(place),
                    holder=form.holder.data,
                    iban=form.iban.data,
                    bic=form.bic.data,
                    signed_on=form.signed_on.data,
                    scan=mandates.Scan(kind, data),
                    now=clock.now(),
                    actor_id=current_user.id,
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("Le mandat est gardé."))
                return redirect(url_for(".all_mandates"))
    return render_template("billing/mandates.html", form=form, rows=banking.mandates(place.id)), form.status


# ---------------------------------------------------------------- the statement


@bp.route("/statements", methods=["GET", "POST"])
def statements() -> ResponseReturnValue:
    """The bank's statement: what is sure is done, the rest is proposed, each in one click, each undone in one."""
    place, _today = _place()
    form = forms.StatementForm()
    if form.validate_on_submit():
        try:
            read = reconciling.take_statement(
                form.file.data.read(), place_id=place.id, iban=place.iban, now=clock.now(), actor_id=current_user.id
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("%(new)s lignes nouvelles, %(settled)s traitées d’elles-mêmes.", new=read.new, settled=read.settled))
            return redirect(url_for(".statements"))
    lines = banking.bank_lines(place.id, state="open")
    waiting = reconciling.meanings(place.id, lines)
    return render_template(
        "billing/statements.html",
        form=form,
        lines=[(row, waiting[row.id]) for row in lines],
        settled=banking.bank_lines(place.id, state="settled", limit=30, newest=True),
        aside=banking.bank_lines(place.id, state="aside", limit=30, newest=True),
        numbers=banking.names_of([one for found in waiting.values() for one in found]),
    ), form.status


@bp.post("/lines/<int:line_id>/settlement")
def settle(line_id: int) -> ResponseReturnValue:
    _line_here(line_id)
    try:
        reconciling.settle(line_id, request.form.get("code", "")[:2000], now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".statements"))


@bp.route("/lines/<int:line_id>", methods=["GET", "POST"])
def line(line_id: int) -> ResponseReturnValue:
    """Somebody knows what a line pays."""
    row = _line_here(line_id)
    form = forms.ByHandForm()
    form.offer(queries.unpaid(row.place_id))
    if form.validate_on_submit():
        try:
            reconciling.settle_by_hand(line_id, invoice_ids=form.invoices.data or [], now=clock.now(), actor_id=current_user.id)
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(url_for(".statements"))
    return render_template("billing/line.html", form=form, row=row), form.status


@bp.post("/lines/<int:line_id>/aside")
def leave_aside(line_id: int) -> ResponseReturnValue:
    _line_here(line_id)
    try:
        reconciling.leave_aside(line_id, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".statements"))


@bp.post("/lines/<int:line_id>/undoing")
def undo(line_id: int) -> ResponseReturnValue:
    _line_here(line_id)
    _here, today = _place()
    try:
        reconciling.undo_line(line_id, day=today, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".statements"))


# ---------------------------------------------------------------- cheques and the drawer


@bp.get("/slips")
def all_slips() -> ResponseReturnValue:
    return _slips()


@bp.post("/slips/cheques")
def hand_in_cheques() -> ResponseReturnValue:
    place, _today = _place()
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
    place, _today = _place()
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
    row = _slip_here(slip_id)
    place, _today = _place()
    return render_template("billing/slip.html", row=row, place=place, cheques=banking.cheques_of(slip_id))


@bp.post("/slips/<int:slip_id>/banked")
def banked(slip_id: int) -> ResponseReturnValue:
    _slip_here(slip_id)
    _here, today = _place()
    slips.bank_has(slip_id, day=today, now=clock.now(), actor_id=current_user.id)
    return redirect(url_for(".all_slips"))


# ---------------------------------------------------------------- settings


@bp.route("/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    place, _today = _place()
    form = forms.PaymentSettingsForm.of(queries.payment_terms(place))
    form.offer()
    if form.validate_on_submit():
        try:
            payment_settings.set_payments(place_id=place.id, now=clock.now(), actor_id=current_user.id, **form.facts)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté."))
            return redirect(url_for(".settings"))
    return render_template("billing/payment_settings.html", form=form, place=place, has_stripe=gateways.is_ready()), form.status


# ---------------------------------------------------------------- what is of this lieu


def flash_refusal(refused: Refused) -> None:
    for reason in refused.reasons:
        flash(f"{said(reason)} {next_step(reason)}", "bad")


def _place() -> tuple[Place, date]:
    place = place_queries.current()
    return place, clock.today(place.tz)


def _invoice_here(invoice_id: int, place: Place) -> Invoice:
    row = queries.invoice(invoice_id)
    if row is None or row.place_id != place.id:
        abort(404)
    return row


def _payment_here(payment_id: int) -> Payment:
    return _here(Payment, payment_id)


def _batch_here(batch_id: int) -> DebitBatch:
    return _here(DebitBatch, batch_id)


def _line_here(line_id: int) -> BankLine:
    return _here(BankLine, line_id)


def _slip_here(slip_id: int) -> Slip:
    return _here(Slip, slip_id)


def _here(model: type[T], row_id: int) -> T:
    row = db.session.get(model, row_id)
    if row is None or row.place_id != place_queries.current().id:
        abort(404)
    return row


def _payment(
    found: Payment,
    *,
    allocation: forms.AllocateForm | None = None,
    refund: forms.RefundForm | None = None,
    back: forms.ReturnForm | None = None,
) -> ResponseReturnValue:
    """A payment: what it pays, what is left of it, what went back; and what may be done."""
    _here, today = _place()
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
            paid=[(queries.invoice(invoice_id), cents) for invoice_id, cents in queries.allocations_of(found.id).items()],
            story=queries.movements_of(found.id),
            allocation=allocation if unpaid and left > 0 else None,
            refund=refund,
            back=back,
        ),
        max(form.status for form in (allocation, refund, back)),
    )


def _slips(*, cheques: forms.ChequesForm | None = None, cash: forms.CashForm | None = None) -> ResponseReturnValue:
    place, today = _place()
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
