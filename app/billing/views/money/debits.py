"""Direct debits by the lieu's own file, and the mandates that allow them."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms import payments as forms
from app.billing.queries import banking
from app.billing.rules.payments import Payer
from app.billing.services import debiting, mandates
from app.billing.views.money.door import batch_here, bp, flash_refusal, mandate_here, place_today
from app.core import clock
from app.core.refusals import Refused
from app.members import queries as members_queries
from app.web.downloads import taken_away

_KINDS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


_MOST_SCAN = 3 * 1024 * 1024


@bp.route("/debits", methods=["GET", "POST"])
def debits() -> ResponseReturnValue:
    """What may be debited on a day, what may not yet and why; then the file."""
    place, today = place_today()
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
    batch = batch_here(batch_id)
    place, _today = place_today()
    content = debiting.bank_file(batch_id, terms=queries.payment_terms(place))
    return taken_away(content, name=f"{batch.message}.xml", content_type="application/xml; charset=utf-8")


@bp.post("/debits/<int:batch_id>/cancellation")
def cancel_debits(batch_id: int) -> ResponseReturnValue:
    batch_here(batch_id)
    try:
        debiting.cancel_debits(batch_id, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".debits"))


@bp.route("/mandates", methods=["GET", "POST"])
def all_mandates() -> ResponseReturnValue:
    """The mandates that serve; and one signed on paper, with its scan."""
    place, today = place_today()
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


@bp.post("/mandates/<int:mandate_id>/revocation")
def revoke_mandate(mandate_id: int) -> ResponseReturnValue:
    """Its holder asked for it, by word or on paper: nothing is debited by it any more."""
    row = mandate_here(mandate_id)
    _place, today = place_today()
    mandates.revoke_mandate(row.id, day=today, now=clock.now(), actor_id=current_user.id)
    flash(_("Le mandat de %(holder)s est révoqué. Plus rien ne sera prélevé.", holder=row.holder))
    return redirect(url_for(".all_mandates"))


@bp.get("/mandates/<int:mandate_id>/scan")
def mandate_scan(mandate_id: int) -> ResponseReturnValue:
    row = mandate_here(mandate_id)
    scan = mandates.scan_of(row) or abort(404)
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}[scan.kind]
    return taken_away(scan.data, name=f"{row.reference}.{ending}", content_type=scan.kind)
