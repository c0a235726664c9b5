"""An account as its page shows it: balances, plans and carnets, the month as it will be billed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries
from app.billing.models import Article, Lot
from app.billing.queries import Held
from app.billing.queries import bills as bill_queries
from app.billing.queries.bills import BillTo, Foreseen
from app.billing.rules import month_of
from app.billing.rules.documents import Line, gross_of_net
from app.billing.services import selling
from app.core import clock
from app.core.db import db
from app.members.models import Member
from app.place import queries as place_queries
from app.place.models import Place
from app.web import typography

bp = Blueprint("account", "app.billing", url_prefix="/billing", template_folder="templates")


def lines_of(member: Member) -> dict[str, Any]:
    """Each line that no bill has taken yet."""
    return {
        "member": member,
        "charges": bill_queries.open_charges(place_queries.current().id, member.id),
        "gross": lambda charge: gross_of_net(charge.cents, charge.rate_bp),
    }


def page_of(member: Member) -> dict[str, Any]:
    """What « Mon compte » shows, to its owner and to who keeps the accounts."""
    place = place_queries.current()
    today = clock.today(place.tz)
    first, last = month_of(today)
    held = queries.subscriptions_of(member.id, place_id=place.id)
    invoices = queries.invoices_of(member_id=member.id)
    left = queries.left_to_pay([row.id for row in invoices])
    prices = queries.price_list(place)
    return {
        "place": place,
        "member": member,
        "today": today,
        "month": first,
        "sums": _sums(queries.balances(member, place_id=place.id, on=today)),
        "foreseen": [shown(one) for one in bill_queries.foreseen(place, BillTo(member_id=member.id), until=last)],
        "plans": [_subscribed(place, one, today) for one in held if not one.is_over(today)],
        "invoices": [(row, left.get(row.id, 0)) for row in invoices[:12]],
        "due": next(iter(queries.unpaid(place.id, among=[row.id for row in invoices])), None),
        "has_coupons": queries.has_coupons(place.id, today),
        "lots": _passes(place, member, today),
        "articles": [
            (row, gross_of_net(selling.article_price(prices, row, group=member.tariff_group, on=today), prices.rate("article", today)))
            for row in db.session.scalars(sa.select(Article).where(Article.place_id == place.id).order_by(Article.name))
        ],
        "passes": [
            (row, gross_of_net(selling.pass_price(prices, row, group=member.tariff_group, on=today), prices.rate("pass", today)))
            for row in queries.passes_on_sale(place.id)
        ],
        "has_plans": bool(queries.plans_on_sale(place.id)),
        "membership": bill_queries.membership_until(place.id, member.id),
    }


def _sums(left: queries.Balances) -> list[tuple[str, str, str]]:
    words, unlimited = typography.words(), _("sans limite")
    return [
        (_("Demi-journées"), unlimited if "half_day" in left.unlimited else str(left.half_days), ""),
        (_("Salles et machines"), unlimited if "minute" in left.unlimited else words.minutes(left.minutes), ""),
        (_("À payer"), words.money(left.due_cents), _("avec ce qui est déjà réservé") if left.due_cents else ""),
    ]


def member_at_hand() -> Member:
    """Oneself; or the person that who keeps the accounts works for."""
    asked = request.values.get("member_id", type=int)
    if asked is None or asked == current_user.id:
        return db.session.get_one(Member, current_user.id)
    member = db.session.get(Member, asked) if current_user.may("manage_billing") else None
    if member is None or member.is_erased:
        abort(404)
    return member


def included(allowances: dict[str, Any]) -> str:
    """« 20 demi-journées et 1 h de salle »."""
    words, said = typography.words(), []
    if halves := allowances.get("half_days"):
        said.append(
            _("demi-journées sans limite")
            if halves == "unlimited"
            else words.plural(int(halves), _("une demi-journée"), _("{n} demi-journées"))
        )
    if minutes := allowances.get("room_minutes"):
        said.append(_("%(time)s de salle", time=words.minutes(int(minutes))))
    if minutes := allowances.get("machine_minutes"):
        said.append(_("%(time)s de machine", time=words.minutes(int(minutes))))
    if allowances.get("fixed_desk"):
        said.append(_("un bureau à vous"))
    if allowances.get("badge"):
        said.append(_("un badge"))
    return words.listed(said) if said else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as it will be billed: (what, how many, cents) for each line, and its totals."""

    rows: list[tuple[str, str, int]]
    net_cents: int
    vat_cents: int
    gross_cents: int


def shown(found: Foreseen) -> Shown:
    totals = found.totals
    rows = [(line.label, quantity(line), line.net_cents) for line in found.lines]
    return Shown(rows, totals.net_cents, totals.vat_cents, totals.gross_cents)


def quantity(line: Line) -> str:
    """« 1 h 30 », « 3 demi-journées », « 7 »."""
    words = typography.words()
    if line.unit == "hour":
        return words.minutes(line.quantity_milli * 60 // 1000)
    whole, rest = divmod(line.quantity_milli, 1000)
    if rest:
        return words.milli(line.quantity_milli)
    if line.unit == "half_day":
        return words.plural(whole, _("une demi-journée"), _("{n} demi-journées"))
    if line.unit == "month":
        return words.plural(whole, _("un mois"), _("{n} mois"))
    return words.number(whole)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription as its owner reads it."""

    root_id: int
    name: str
    cents: int
    included: str
    notes: list[str]
    is_paused: bool


def _subscribed(place: Place, held: Held, today: date) -> Subscribed:
    now = held.on(today) or held.stretches[0]
    plan, words = queries.plan(now.plan_id), typography.words()
    rate = queries.price_list(place).rate("plan", today)
    notes = []
    for one in held.stretches:
        if one.first_day <= today and (not one.is_paused or not one.covers(today)):
            continue
        if one.is_paused:
            notes.append(
                _("en pause du %(first)s au %(last)s", first=words.day(one.first_day), last=words.day(one.last_day or one.first_day))
            )
        elif one.plan_id != now.plan_id or (one.first_day > today and held.stretches[0] is one):
            notes.append(_("%(name)s à partir du %(day)s", name=queries.plan(one.plan_id).name, day=words.day(one.first_day)))
    if held.last_day is not None:
        notes.append(_("jusqu’au %(day)s", day=words.day(held.last_day)))
    if held.organisation_id is not None:
        notes.append(_("payé par %(name)s", name=bill_queries.payer_names([BillTo(organisation_id=held.organisation_id)]).popitem()[1]))
    return Subscribed(held.root_id, plan.name, gross_of_net(now.cents, rate), included(plan.allowances), notes, now.is_paused)


def _passes(place: Place, member: Member, today: date) -> list[tuple[Lot, int]]:
    rows = db.session.scalars(
        sa.select(Lot)
        .where(
            Lot.place_id == place.id,
            Lot.member_id == member.id,
            Lot.source != "plan",
            sa.or_(Lot.valid_to.is_(None), Lot.valid_to >= today),
        )
        .order_by(Lot.valid_to, Lot.id)
    )
    return [(lot, left) for lot in rows if (left := lot.granted - lot.used - lot.held) > 0]


def of_place(model: Any, row_id: int) -> Any:
    row = db.session.get(model, row_id)
    if row is None or row.place_id != place_queries.current().id:
        abort(404)
    return row


def by() -> dict[str, Any]:
    return {"now": clock.now(), "actor_id": current_user.id}


def done(member: Member, sentence: str) -> ResponseReturnValue:
    flash(sentence)
    if member.id == current_user.id:
        return redirect(url_for(".mine"))
    return redirect(url_for("bills.person", member_id=member.id))
