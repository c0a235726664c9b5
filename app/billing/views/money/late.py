"""Who is late, since when, what they were told; leaving somebody alone for a while, and agreeing on several payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms.payments import LeaveAloneForm, ScheduleForm
from app.billing.models import ReminderPause
from app.billing.queries import banking
from app.billing.queries import payments as money
from app.billing.queries.owed import Unpaid, paused_payers, steps_told
from app.billing.rules.dunning import next_step_on
from app.billing.rules.payments import Payer
from app.billing.services import reminding
from app.billing.views.money.door import bp, invoice_here, place_today
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.members.models import Member, Organisation
from app.place.models import Place


@dataclass(frozen=True, slots=True)
class LateInvoice:
    """An invoice whose day is past: the days its reminders left, and the day of the next; none: no more will."""

    row: Unpaid
    cents: int
    days: int
    told_on: list[date]
    next_on: date | None
    is_under_debit: bool


@dataclass(frozen=True, slots=True)
class LatePayer:
    """Somebody who is late, with everything that is."""

    payer: Payer
    name: str
    invoices: list[LateInvoice]
    pause: ReminderPause | None

    @property
    def cents(self) -> int:
        return sum(one.cents for one in self.invoices)

    @property
    def days(self) -> int:
        return max(one.days for one in self.invoices)


@bp.get("/late")
def late() -> ResponseReturnValue:
    place, today = place_today()
    unpaid = queries.unpaid(place.id)
    rows = [one for one in unpaid if one.due_on < today]
    payers = _late_payers(rows, place, today)
    return render_template(
        "billing/late.html",
        place=place,
        today=today,
        payers=payers,
        total=sum(one.cents for one in payers),
        scheduled=[one for one in unpaid if one.schedule and one.due_on >= today],
        steps=money.payment_terms(place).reminder_days,
    )


@bp.route("/late/<kind>/<int:payer_id>/pause", methods=["GET", "POST"])
def leave_alone(kind: str, payer_id: int) -> ResponseReturnValue:
    """No more reminder to a payer, with a reason that stays with the team."""
    payer, name = _payer(kind, payer_id)
    place, today = place_today()
    known = paused_payers(place.id, on=today).get(payer)
    form = LeaveAloneForm(data={"reason": known.reason, "until": known.until} if known else None)
    if form.validate_on_submit():
        try:
            reminding.pause_reminders(
                payer, place_id=place.id, reason=form.reason.data, until=form.until.data, now=clock.now(), actor_id=current_user.id
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("%(name)s ne recevra plus de rappel.", name=name))
            return redirect(url_for(".late"))
    return render_template("billing/leave_alone.html", form=form, name=name), form.status


@bp.post("/late/<kind>/<int:payer_id>/resumption")
def ask_again(kind: str, payer_id: int) -> ResponseReturnValue:
    payer, name = _payer(kind, payer_id)
    reminding.resume_reminders(payer, place_id=place_today()[0].id, now=clock.now(), actor_id=current_user.id)
    flash(_("Les rappels de %(name)s reprennent.", name=name))
    return redirect(url_for(".late"))


@bp.route("/late/invoices/<int:invoice_id>/schedule", methods=["GET", "POST"])
def schedule(invoice_id: int) -> ResponseReturnValue:
    """Paying in several times: the dates and amounts are seen first, then agreed on."""
    place, today = place_today()
    invoice_here(invoice_id, place)
    found = next(iter(queries.unpaid(place.id, among=[invoice_id])), None)
    if found is None:
        abort(404)
    form, made = ScheduleForm(data={"times": 3, "first_on": today + timedelta(days=7)}), None
    if form.validate_on_submit():
        wish = {"times": form.times.data, "first_on": form.first_on.data}
        try:
            if "confirm" in request.form:
                reminding.agree_on_schedule(invoice_id, place_id=place.id, now=clock.now(), actor_id=current_user.id, **wish)
                flash(_("C’est convenu. Les dates partent par courriel."))
                return redirect(url_for(".late"))
            made = reminding.proposed_schedule(found.left_cents, today=today, **wish)
        except Refused as refused:
            form.refuse(refused)
    return render_template("billing/schedule.html", form=form, invoice=found, made=made), form.status


def _late_payers(rows: Sequence[Unpaid], place: Place, today: date) -> list[LatePayer]:
    """Who is late for longest, first."""
    told, steps = steps_told([one.id for one in rows]), money.payment_terms(place).reminder_days
    paused, debited = paused_payers(place.id, on=today), banking.invoices_under_debit(place.id)
    by_payer: dict[Payer, LatePayer] = {}
    for one in rows:
        payer = Payer(one.member_id, one.organisation_id)
        late_payer = by_payer.setdefault(payer, LatePayer(payer, one.payer, [], paused.get(payer)))
        told_on = [row.told_at.astimezone(place.tz).date() for row in told.get(one.id, [])]
        next_on = None
        if late_payer.pause is None and one.id not in debited:
            next_on = next_step_on(due_on=one.due_on, told=one.reminders, steps=steps, last_told_on=told_on[-1] if told_on else None)
        late_payer.invoices.append(LateInvoice(one, one.late_cents(today), (today - one.due_on).days, told_on, next_on, one.id in debited))
    return sorted(by_payer.values(), key=lambda late_payer: (-late_payer.days, late_payer.name))


def _payer(kind: str, payer_id: int) -> tuple[Payer, str]:
    """A person or an organisation, by the address of their page."""
    if kind == "organisation":
        organisation = db.session.get(Organisation, payer_id) or abort(404)
        return Payer(organisation_id=organisation.id), organisation.name
    member = db.session.get(Member, payer_id) if kind == "member" else None
    if member is None or member.is_erased:
        abort(404)
    return Payer(member_id=member.id), member.name
