"""Articles and their stock: what is there, what comes in, what an inventory finds."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries as billing
from app.billing import services
from app.billing.models import Article
from app.core import clock
from app.core.refusals import Refused
from app.fablab.forms import CountForm, PurchaseForm, article_form
from app.fablab.views.door import bp
from app.members.views import needs
from app.place import queries as place_queries
from app.place.models import Place
from app.web.typography import words


@bp.get("/stock")
@needs("manage_machines")
def stock() -> ResponseReturnValue:
    place = place_queries.current()
    lines = [(one, _left(one), one in billing.low_stock(place.id)) for one in billing.articles(place.id)]
    return render_template("fablab/stock.html", lines=lines)


@bp.route("/stock/new", methods=["GET", "POST"])
@needs("manage_machines")
def new_article() -> ResponseReturnValue:
    place = place_queries.current()
    form = article_form(_groups(place.id)).taxed(_rate(place))
    if form.validate_on_submit():
        try:
            row = services.save_article(
                place_id=place.id,
                article_id=None,
                group_cents=form.group_cents,
                actor_id=current_user.id,
                now=clock.now(),
                **form.facts,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("%(name)s est dans la liste. Dites ce qu’il y en a : le stock sera suivi.", name=row.name))
            return redirect(url_for(".article", article_id=row.id))
    return render_template("fablab/edit_article.html", form=form, article=None), form.status


@bp.route("/stock/<int:article_id>", methods=["GET", "POST"])
@needs("manage_machines")
def article(article_id: int) -> ResponseReturnValue:
    row = _found(article_id)
    form = article_form(_groups(row.place_id), row, own=billing.own_article_prices(row)).taxed(_rate(place_queries.current()))
    if form.validate_on_submit():
        services.save_article(
            place_id=row.place_id, article_id=row.id, group_cents=form.group_cents, actor_id=current_user.id, now=clock.now(), **form.facts
        )
        flash(_("C’est enregistré."))
        return redirect(url_for(".article", article_id=row.id))
    moves = [(move, words().quantity(abs(move.milli), row.unit)) for move in billing.stock_moves(row.id)]
    page = render_template("fablab/article.html", form=form, article=row, left=_left(row), moves=moves, place=place_queries.current())
    return page, form.status


@bp.route("/stock/<int:article_id>/purchase", methods=["GET", "POST"])
@needs("manage_machines")
def purchase(article_id: int) -> ResponseReturnValue:
    row, form = _found(article_id), PurchaseForm()
    if form.validate_on_submit():
        services.receive(
            article_id=row.id, milli=form.milli, cents=form.cents.data, note=form.note.data, actor_id=current_user.id, now=clock.now()
        )
        flash(_("L’achat est entré en stock."))
        return redirect(url_for(".article", article_id=row.id))
    return render_template("fablab/stock_move.html", form=form, article=row, title=_("Un achat")), form.status


@bp.route("/stock/<int:article_id>/inventory", methods=["GET", "POST"])
@needs("manage_machines")
def inventory(article_id: int) -> ResponseReturnValue:
    row, form = _found(article_id), CountForm()
    if form.validate_on_submit():
        services.count_stock(article_id=row.id, milli=form.milli, note=form.note.data, actor_id=current_user.id, now=clock.now())
        flash(_("Le stock est celui que vous avez compté."))
        return redirect(url_for(".article", article_id=row.id))
    return render_template("fablab/stock_move.html", form=form, article=row, title=_("Un inventaire")), form.status


def _found(article_id: int) -> Article:
    return billing.article(article_id, place_id=place_queries.current().id) or abort(404)


def _left(article: Article) -> str:
    return words().quantity(article.stock_milli, article.unit) if article.stock_milli is not None else ""


def _rate(place: Place) -> int:
    return billing.price_list(place).rate("article", clock.today(place.tz))


def _groups(place_id: int) -> list[tuple[str, str]]:
    return [(code, name) for code, name in billing.tariff_groups(place_id) if code != "plein"]
