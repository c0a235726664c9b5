"""The bank's statement, line by line."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms import payments as forms
from app.billing.queries import banking
from app.billing.services import reconciling
from app.billing.views.money.door import bp, flash_refusal, line_here, place_today
from app.core import clock
from app.core.refusals import Refused
from app.web import typography


@bp.route("/statements", methods=["GET", "POST"])
def statements() -> ResponseReturnValue:
    """The bank's statement: what is sure is done, the rest is proposed, each in one click, each undone in one."""
    place, _today = place_today()
    form = forms.StatementForm()
    if form.validate_on_submit():
        try:
            read = reconciling.take_statement(
                form.file.data.read(), place_id=place.id, iban=place.iban, now=clock.now(), actor_id=current_user.id
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            say = typography.words()
            new = say.plural(read.new, _("{n} ligne nouvelle"), _("{n} lignes nouvelles"))
            settled = say.plural(read.settled, _("{n} traitée d’elle-même"), _("{n} traitées d’elles-mêmes"))
            flash(f"{new}, {settled}.")
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
    line_here(line_id)
    try:
        reconciling.settle(line_id, request.form.get("code", "")[:2000], now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".statements"))


@bp.route("/lines/<int:line_id>", methods=["GET", "POST"])
def line(line_id: int) -> ResponseReturnValue:
    """Somebody knows what a line pays."""
    row = line_here(line_id)
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
    line_here(line_id)
    try:
        reconciling.leave_aside(line_id, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".statements"))


@bp.post("/lines/<int:line_id>/undoing")
def undo(line_id: int) -> ResponseReturnValue:
    line_here(line_id)
    _place, today = place_today()
    try:
        reconciling.undo_line(line_id, day=today, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        flash_refusal(refused)
    return redirect(url_for(".statements"))
