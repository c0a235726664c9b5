"""The catalogue: what the lieu sells and to whom for how much, today and from a day on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.billing import queries as billing
from app.billing import services
from app.billing.models import Article, Coupon, PassType, Plan, Price, TariffGroup
from app.billing.queries import Asked, PriceList, Sold
from app.billing.rules import PriceRow, own_price
from app.billing.services.coupons import save_coupon
from app.booking import queries as booking
from app.booking.rules import activity_of
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.place import queries as places
from app.place.models import Place
from app.portal.managing.forms import CouponForm, GroupForm, PassForm, PlanForm, PriceForm
from app.web import rights
from app.web.words import said

bp = Blueprint("catalogue", "app.portal", url_prefix="/manage/catalogue", template_folder="templates")
bp.before_request(rights.only("manage_billing"))

FULL = "plein"  # the code of the ordinary tariff
USUAL = (Sold("desk", "half_day", None), Sold("desk", "day", None), Sold("membership", "year", None))


@dataclass(frozen=True, slots=True)
class Item:
    """One unit of something on the shelf: its name, what taxes it, and what it costs where the price list says nothing of it."""

    sold: Sold
    name: str
    activity: str
    cents: int | None = None  # of a plan, a carnet, an article: their own row's

    def price(self, prices: PriceList, group: str, on: date) -> int | None:
        """What this tariff group pays that day: the same rows and the same rounding as when it is sold."""
        found = prices.own([self.sold.what], self.sold.unit, Asked(group=group, on=on))
        own = next((cents for minutes, cents in found if minutes == self.sold.minutes), None)
        if own is not None or self.cents is None:
            return own
        return (
            self.cents
            if self.activity == "article"
            else own_price(self.cents, is_own=False, discount_percent=prices.discounts.get(group, 0))
        )


@bp.get("/")
def index() -> ResponseReturnValue:
    place = places.current()
    today, prices, groups = clock.today(place.tz), billing.price_list(place), _groups(place)
    planned: dict[Sold, list[Price]] = {}
    for row in billing.prices_set(place.id):
        if row.valid_from is not None and row.valid_from > today and row.plan is None:
            planned.setdefault(Sold(row.what, row.unit, row.minutes), []).append(row)
    shelf = _shelf(place)
    return render_template(
        "managing/catalogue.html",
        place=place,
        groups=groups,
        rows={
            title: [(item, [item.price(prices, code, today) for code, _name in groups], planned.get(item.sold, [])) for item in items]
            for title, items in _by_section(shelf)
        },
        names=dict(groups),
        plans=billing.catalogue_of(Plan, place.id),
        passes=billing.catalogue_of(PassType, place.id),
        tariffs=billing.catalogue_of(TariffGroup, place.id),
        coupons=billing.catalogue_of(Coupon, place.id),
        holders=billing.holders(place.id, today),
        is_liable=billing.regime_on(place, today).is_liable,
        full=FULL,
    )


@bp.route("/prices/<what>/<unit>", methods=["GET", "POST"])
def price(what: str, unit: str) -> ResponseReturnValue:
    """A price from a day on; shown first as each tariff group will meet it."""
    place = places.current()
    item = _shelf(place).get(Sold(what, unit, request.args.get("minutes", type=int)))
    if item is None:
        abort(404)
    today, prices, groups = clock.today(place.tz), billing.price_list(place), _groups(place)
    form = PriceForm().taxed(prices.rate(item.activity, today))
    form.offer([(code, name) for code, name in groups if code != FULL])
    changes: list[tuple[str, int | None, int | None]] = []
    kept = 0
    if form.validate_on_submit():
        since, group, cents = form.since.data, form.group.data or None, form.cents.net
        if "confirm" in request.form:
            try:
                services.announce_price(
                    place_id=place.id,
                    what=item.sold.what,
                    unit=item.sold.unit,
                    minutes=item.sold.minutes,
                    group=group,
                    cents=cents,
                    since=since,
                    actor_id=current_user.id,
                    now=clock.now(),
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("C’est annoncé. Ce qui est déjà réservé ou souscrit garde son prix."))
                return redirect(url_for(".index"))
        row = PriceRow(item.sold.what, item.sold.unit, item.sold.minutes, group, None, cents, since)
        after = replace(prices, rows=(row, *(one for one in prices.rows if not _replaced(one, row))))
        changes = [(name, item.price(prices, code, since), item.price(after, code, since)) for code, name in groups]
        kept = billing.frozen_from(place.id, item.activity, since) if item.sold.what == "desk" else 0
    page = render_template(
        "managing/price.html", form=form, item=item, changes=changes, kept=kept, place=place, is_liable=form.cents.rate_bp > 0
    )
    return page, form.status


@bp.post("/prices/<int:price_id>/withdrawal")
def withdrawal(price_id: int) -> ResponseReturnValue:
    row = _of_place(Price, price_id)
    try:
        services.withdraw_price(price_id=row.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        for reason in refused.reasons:
            flash(said(reason), "bad")
    else:
        flash(_("Ce tarif ne viendra pas."))
    return redirect(url_for(".index"))


@bp.route("/plans/new", methods=["GET", "POST"])
@bp.route("/plans/<int:plan_id>", methods=["GET", "POST"])
def plan(plan_id: int | None = None) -> ResponseReturnValue:
    row, place = _of_place(Plan, plan_id) if plan_id else None, places.current()
    form = PlanForm.of(row).taxed(_rate(place, "plan"))
    if form.validate_on_submit() and _saved(form, services.save_plan, place_id=place.id, plan_id=plan_id):
        return redirect(url_for(".index"))
    held = billing.holders(place.id, clock.today(place.tz)).get(plan_id or 0, 0)
    kept = ngettext("%(num)d personne l’a\u00a0: elle garde son prix.", "%(num)d personnes l’ont\u00a0: elles gardent leur prix.", held)
    lead = _("Ce que la formule comprend compte à partir du prochain mois donné.")
    return _page(form, row.name if row else _("Nouvelle formule"), f"{kept} {lead}" if held else lead if row else "")


@bp.route("/passes/new", methods=["GET", "POST"])
@bp.route("/passes/<int:pass_id>", methods=["GET", "POST"])
def carnet(pass_id: int | None = None) -> ResponseReturnValue:
    row, place = _of_place(PassType, pass_id) if pass_id else None, places.current()
    families = sorted({thing.family for thing in booking.directory(place).of_kind("machine") if thing.family})
    form = PassForm.of(row, families).taxed(_rate(place, "pass"))
    if form.validate_on_submit() and _saved(form, services.save_pass, place_id=place.id, pass_id=pass_id):
        return redirect(url_for(".index"))
    lead = _("La TVA et la recette sont à la vente. Les carnets déjà vendus gardent leurs unités et leur dernier jour.")
    return _page(form, row.name if row else _("Nouveau carnet"), lead)


@bp.route("/groups/new", methods=["GET", "POST"])
@bp.route("/groups/<int:group_id>", methods=["GET", "POST"])
def group(group_id: int | None = None) -> ResponseReturnValue:
    row, place = _of_place(TariffGroup, group_id) if group_id else None, places.current()
    form = GroupForm.of(row)
    if form.validate_on_submit() and _saved(form, services.save_group, place_id=place.id, group_id=group_id):
        return redirect(url_for(".index"))
    lead = _("La raison d’un tarif ne s’écrit sur aucune facture. Ce qui est réservé garde son prix.")
    return _page(form, row.name if row else _("Nouveau groupe tarifaire"), lead)


@bp.route("/coupons/new", methods=["GET", "POST"])
@bp.route("/coupons/<int:coupon_id>", methods=["GET", "POST"])
def coupon(coupon_id: int | None = None) -> ResponseReturnValue:
    row, place = _of_place(Coupon, coupon_id) if coupon_id else None, places.current()
    form = CouponForm.of(row, billing.catalogue_of(PassType, place.id))
    if form.validate_on_submit() and _saved(form, save_coupon, place_id=place.id, coupon_id=coupon_id):
        return redirect(url_for(".index"))
    lead = _("La réduction se voit avant d’acheter, et le code s’écrit sur la facture. Rendre le carnet rend ce qui a été payé.")
    return _page(form, row.code if row else _("Nouveau code de réduction"), lead)


def _saved(form: Any, save: Any, **what: Any) -> bool:
    try:
        save(**what, **form.facts, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        form.refuse(refused)
        return False
    flash(_("C’est enregistré."))
    return True


def _page(form: Any, title: str, lead: str) -> ResponseReturnValue:
    return render_template("managing/catalogue_item.html", form=form, title=title, lead=lead), form.status


def _shelf(place: Place) -> Mapping[Sold, Item]:
    """Everything that has a price, or may have one: the usual first, then things, machines by family, and what is taken home."""
    directory = booking.directory(place)
    known = {Sold(row.what, row.unit, row.minutes) for row in billing.price_list(place).rows if row.plan is None}
    items: dict[Sold, Item] = {}
    for sold in (*USUAL, *sorted(known - set(USUAL), key=lambda one: (one.what, one.unit, one.minutes or 0))):
        kind, _colon, code = sold.what.partition(":")
        if sold.what in ("desk", "membership"):
            items[sold] = Item(sold, {"desk": _("Poste"), "membership": _("Adhésion")}[sold.what], sold.what)
        elif kind == "family":
            items[sold] = Item(sold, _("Machines\u00a0: %(family)s", family=code), "machine")
        elif thing := directory.by_code(code, "space" if kind == "space" else None) if kind in ("resource", "space") else None:
            items[sold] = Item(sold, thing.name or thing.code, activity_of(thing.kind))
    for prefix, unit, model, activity in (
        ("plan", "month", Plan, "plan"),
        ("pass", "piece", PassType, "pass"),
        ("article", "piece", Article, "article"),
    ):
        for row in billing.catalogue_of(model, place.id):
            sold = Sold(f"{prefix}:{row.code}", unit, None)
            items[sold] = Item(sold, row.name, activity, row.cents)
    return items


def _by_section(shelf: Mapping[Sold, Item]) -> Sequence[tuple[str, list[Item]]]:
    sections = {
        _("À l’usage"): ("desk", "office", "room", "space", "machine", "training"),
        _("Adhésion"): ("membership",),
        _("Formules du mois"): ("plan",),
        _("Carnets"): ("pass",),
        _("Consommables et articles"): ("article",),
    }
    return [(title, [item for item in shelf.values() if item.activity in kinds]) for title, kinds in sections.items()]


def _groups(place: Place) -> list[tuple[str, str]]:
    """The ordinary tariff always, then the others."""
    listed = billing.tariff_groups(place.id)
    return listed if any(code == FULL for code, _name in listed) else [(FULL, _("Tarif normal")), *listed]


def _replaced(one: PriceRow, new: PriceRow) -> bool:
    same = (one.what, one.unit, one.minutes, one.tariff_group, one.valid_from) == (
        new.what,
        new.unit,
        new.minutes,
        new.tariff_group,
        new.valid_from,
    )
    return same and one.plan is None


def _rate(place: Place, activity: str) -> int:
    return billing.price_list(place).rate(activity, clock.today(place.tz))


def _of_place(model: Any, row_id: int) -> Any:
    row = db.session.get(model, row_id)
    if row is None or row.place_id != places.current().id:
        abort(404)
    return row
