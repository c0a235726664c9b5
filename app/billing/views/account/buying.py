"""« Mon compte »: look, take a carnet or an article."""

from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.forms.subscriptions import ArticleForm, CouponForm
from app.billing.models import Article, PassType
from app.billing.rules.documents import gross_of_net
from app.billing.services import selling
from app.billing.services.coupons import coupon_price
from app.billing.views.account.shown import bp, lines_of, of_place, page_of
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.members.models import Member
from app.place import queries as place_queries
from app.web import typography


@bp.get("/")
def mine() -> ResponseReturnValue:
    return render_template("billing/account.html", **page_of(db.session.get_one(Member, current_user.id)), is_mine=True)


@bp.get("/lines")
def lines() -> ResponseReturnValue:
    return render_template("billing/lines.html", **lines_of(db.session.get_one(Member, current_user.id)), is_mine=True)


@bp.post("/articles/<int:article_id>")
def article(article_id: int) -> ResponseReturnValue:
    """One of it, in one gesture."""
    row = of_place(Article, article_id)
    try:
        return _take(row, 1000)
    except Refused as refused:
        return _refused(refused)


@bp.route("/articles/<int:article_id>/more", methods=["GET", "POST"])
def more_of_article(article_id: int) -> ResponseReturnValue:
    """As much of it as one says: filament goes by the gram."""
    row, form = of_place(Article, article_id), ArticleForm(data={"quantity": Decimal(1)})
    if form.validate_on_submit():
        try:
            return _take(row, form.milli)
        except Refused as refused:
            form.refuse(refused)
    place = place_queries.current()
    day, prices = clock.today(place.tz), queries.price_list(place)
    cents = gross_of_net(selling.article_price(prices, row, group=current_user.tariff_group, on=day), prices.rate("article", day))
    return render_template("billing/article.html", form=form, row=row, cents=cents), form.status


def _take(row: Article, milli: int) -> ResponseReturnValue:
    selling.take_article(article_id=row.id, quantity_milli=milli, member_id=current_user.id, now=clock.now(), actor_id=current_user.id)
    what = row.name if milli == 1000 else f"{row.name}, {typography.words().quantity(milli, row.unit)}"
    flash(_("C’est sur votre ardoise : %(name)s.", name=what))
    return redirect(url_for(".mine"))


@bp.get("/passes/<int:pass_id>")
def about_pass(pass_id: int) -> ResponseReturnValue:
    """What a carnet is, before it is taken: a finger that slips buys nothing."""
    row, place = of_place(PassType, pass_id), place_queries.current()
    words, day, prices = typography.words(), clock.today(place.tz), queries.price_list(place)
    cents = gross_of_net(selling.pass_price(prices, row, group=current_user.tariff_group, on=day), prices.rate("pass", day))
    sentences = [
        _(
            "%(amount)s, sur votre facture de %(month)s. Valable %(months)s mois.",
            amount=words.money(cents),
            month=words.month(day),
            months=row.months,
        ),
        _("Il sert aux réservations à venir, et pas à celles qui sont déjà faites."),
    ]
    return render_template(
        "confirm.html",
        title=_("Prendre : %(name)s ?", name=row.name),
        sentences=sentences,
        action=url_for(".buy", pass_id=row.id),
        yes=_("Le prendre"),
        back=url_for(".mine"),
    )


@bp.post("/passes/<int:pass_id>")
def buy(pass_id: int) -> ResponseReturnValue:
    row = of_place(PassType, pass_id)
    try:
        selling.sell_pass(pass_type_id=row.id, member_id=current_user.id, on_tab=True, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        return _refused(refused)
    flash(_("%(name)s : c’est à vous, et sur la facture du mois.", name=row.name))
    return redirect(url_for(".mine"))


@bp.route("/passes/<int:pass_id>/coupon", methods=["GET", "POST"])
def with_coupon(pass_id: int) -> ResponseReturnValue:
    """A carnet with a code: what is left to pay first, then the sale; both by the same rule."""
    row, place, form = of_place(PassType, pass_id), place_queries.current(), CouponForm()
    member, day, prices = db.session.get_one(Member, current_user.id), clock.today(place.tz), queries.price_list(place)
    cents, rate_bp = selling.pass_price(prices, row, group=member.tariff_group, on=day), prices.rate("pass", day)
    left: int | None = None
    if form.validate_on_submit():
        try:
            if "confirm" in request.form:
                selling.sell_pass(
                    pass_type_id=row.id, member_id=member.id, on_tab=True, coupon=form.code.data, now=clock.now(), actor_id=member.id
                )
                flash(_("%(name)s : c’est à vous, et sur la facture du mois.", name=row.name))
                return redirect(url_for(".mine"))
            _coupon, left = coupon_price(
                place_id=place.id, code=form.code.data, what=f"pass:{row.code}", member_id=member.id, cents=cents, on=day
            )
        except Refused as refused:
            form.refuse(refused)
    return render_template(
        "billing/coupon.html",
        form=form,
        row=row,
        cents=gross_of_net(cents, rate_bp),
        left=None if left is None else gross_of_net(left, rate_bp),
    ), form.status


def _refused(refused: Refused) -> ResponseReturnValue:
    member = db.session.get_one(Member, current_user.id)
    return render_template("billing/account.html", **page_of(member), is_mine=True, refused=refused), refused.status
