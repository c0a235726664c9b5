"""What is still to come in, and reminders."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.queries import banking
from app.billing.services import reminding
from app.billing.views.money.door import bp, flash_refusal, invoice_here, place_today
from app.core import clock
from app.core.refusals import Refused


@bp.get("/")
def unpaid() -> ResponseReturnValue:
    """What is waited for, and for how long."""
    place, today = place_today()
    rows = queries.unpaid(place.id)
    return render_template(
        "billing/money.html",
        rows=rows,
        late=[one for one in rows if one.due_on < today],
        late_cents=sum(one.late_cents(today) for one in rows),
        debited=banking.invoices_under_debit(place.id),
        today=today,
        place=place,
        total=sum(one.left_cents for one in rows),
        drawer=queries.drawer_cents(place.id),
        open_lines=len(banking.bank_lines(place.id, state="open")),
        to_remind=len(reminding.due_reminders(place, now=clock.now())),
    )


@bp.post("/reminders/<int:invoice_id>")
def remind(invoice_id: int) -> ResponseReturnValue:
    place, _today = place_today()
    invoice_here(invoice_id, place)
    try:
        step = reminding.remind(invoice_id, place_id=place.id, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    else:
        flash(_("Rappel %(step)s sur 3 envoyé.", step=step))
    return redirect(url_for(".unpaid"))
