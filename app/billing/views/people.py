"""Somebody's account, for who keeps the accounts: sell, give, give up a line, give back what is left."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing.forms.subscriptions import GiveForm, WaiveForm
from app.billing.models import Article, Charge, Lot, PassType
from app.billing.services import selling
from app.billing.views import account
from app.billing.views.door import bills_bp
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.members.models import Member
from app.place import queries as place_queries
from app.web import typography, words


@bills_bp.get("/people/<int:member_id>")
def person(member_id: int) -> ResponseReturnValue:
    return render_template("billing/account.html", **account.page_of(_member(member_id)), is_mine=False)


@bills_bp.get("/people/<int:member_id>/lines")
def person_lines(member_id: int) -> ResponseReturnValue:
    return render_template("billing/lines.html", **account.lines_of(_member(member_id)), is_mine=False)


@bills_bp.post("/people/<int:member_id>/passes/<int:pass_id>")
def sell_pass(member_id: int, pass_id: int) -> ResponseReturnValue:
    member, row = _member(member_id), _of_place(PassType, pass_id)
    return _sold(member, selling.sell_pass, pass_type_id=row.id, member_id=member.id)


@bills_bp.post("/people/<int:member_id>/articles/<int:article_id>")
def take(member_id: int, article_id: int) -> ResponseReturnValue:
    member, row = _member(member_id), _of_place(Article, article_id)
    return _sold(member, selling.take_article, article_id=row.id, quantity_milli=1000, member_id=member.id, is_staff=True)


@bills_bp.post("/people/<int:member_id>/membership")
def sell_membership(member_id: int) -> ResponseReturnValue:
    member = _member(member_id)
    return _sold(member, selling.sell_membership, place_id=place_queries.current().id, member_id=member.id)


@bills_bp.route("/people/<int:member_id>/gifts", methods=["GET", "POST"])
def give(member_id: int) -> ResponseReturnValue:
    member, form, place = _member(member_id), GiveForm(), place_queries.current()
    if form.validate_on_submit():
        unit, _colon, scope = form.what.data.partition(":")
        selling.give(
            place_id=place.id,
            member_id=member.id,
            unit=unit,
            units=form.units.data,
            scope=scope,
            valid_to=form.until.data,
            reason=form.reason.data,
            now=clock.now(),
            actor_id=current_user.id,
        )
        flash(_("C’est offert."))
        return redirect(url_for(".person", member_id=member.id))
    return render_template("billing/give.html", form=form, member=member, is_mine=False, place=place), form.status


@bills_bp.route("/charges/<int:charge_id>/waiving", methods=["GET", "POST"])
def waive(charge_id: int) -> ResponseReturnValue:
    row, form = _of_place(Charge, charge_id), WaiveForm()
    member = _member(row.member_id)
    if form.validate_on_submit():
        try:
            selling.waive(charge_id=row.id, reason=form.reason.data, now=clock.now(), actor_id=current_user.id)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La ligne est abandonnée."))
            return redirect(url_for(".person_lines", member_id=member.id))
    title = _("Abandonner « %(label)s »", label=row.label)
    return render_template(
        "billing/why.html", form=form, member=member, title=title, says="", is_mine=False, place=place_queries.current()
    ), form.status


@bills_bp.route("/lots/<int:lot_id>/refund", methods=["GET", "POST"])
def refund(lot_id: int) -> ResponseReturnValue:
    row, form = _of_place(Lot, lot_id), WaiveForm()
    if row.member_id is None or row.source != "pass":
        abort(404)
    member = _member(row.member_id)
    if form.validate_on_submit():
        try:
            selling.refund_pass(lot_id=row.id, reason=form.reason.data, now=clock.now(), actor_id=current_user.id)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Le reste du carnet est rendu."))
            return redirect(url_for(".person", member_id=member.id))
    title = _("Rendre le reste du carnet")
    return render_template(
        "billing/why.html", form=form, member=member, title=title, says=_of_the_rest(row), is_mine=False, place=place_queries.current()
    ), form.status


def _of_the_rest(lot: Lot) -> str:
    """What would come back of a carnet, before anybody says yes."""
    sale = selling.sale_of(lot.id)
    if sale is None or lot.granted - lot.used - lot.held <= 0:
        return _("Il n’en reste rien à rendre.")
    say, back = typography.words(), selling.pass_refund(lot, sale)
    units = say.minutes(back.units) if lot.unit == "minute" else say.plural(back.units, _("une demi-journée"), _("{n} demi-journées"))
    return _("Il reste %(units)s : %(amount)s reviennent à la personne.", units=units, amount=say.money(back.gross_cents))


def _sold(member: Member, sell: Any, **what: Any) -> ResponseReturnValue:
    try:
        sell(**what, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        for reason in refused.reasons:
            flash(words.said(reason), "bad")
    else:
        flash(_("C’est enregistré."))
    return redirect(url_for(".person", member_id=member.id))


def _member(member_id: int) -> Member:
    member = db.session.get(Member, member_id)
    if member is None or member.is_erased:
        abort(404)
    return member


def _of_place(model: Any, row_id: int) -> Any:
    row = db.session.get(model, row_id)
    if row is None or row.place_id != place_queries.current().id:
        abort(404)
    return row
