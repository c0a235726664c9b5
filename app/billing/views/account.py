"""« Mon compte »: what I use and what I owe; take a plan, change it, let it sleep, leave it, and see before what each costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries, services
from app.billing.forms.subscriptions import ChangeForm, JoinForm, LeaveForm, PauseForm, first_of_next, offered
from app.billing.models import Article, Lot, PassType, Plan
from app.billing.queries import Held
from app.billing.queries import bills as bill_queries
from app.billing.queries.bills import BillTo, Foreseen
from app.billing.rules import DownAtTerm, Stretch, TooLateToChange, changed, cycle_of, ended, month_of, paused
from app.billing.rules.documents import Line, gross_of_net
from app.billing.services import selling
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.members.models import Member
from app.members.queries import organisations
from app.place import queries as place_queries
from app.place.models import Place
from app.web import typography

bp = Blueprint("account", "app.billing", url_prefix="/billing", template_folder="templates")


@bp.get("/")
def mine() -> ResponseReturnValue:
    return render_template("billing/account.html", **page_of(db.session.get_one(Member, current_user.id)), is_mine=True)


@bp.get("/lines")
def lines() -> ResponseReturnValue:
    return render_template("billing/lines.html", **lines_of(db.session.get_one(Member, current_user.id)), is_mine=True)


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
        "foreseen": [_shown(one) for one in bill_queries.foreseen(place, BillTo(member_id=member.id), until=last)],
        "plans": [_subscribed(place, one, today) for one in held if not one.is_over(today)],
        "invoices": [(row, left.get(row.id, 0)) for row in invoices[:12]],
        "due": next(((row, left[row.id]) for row in reversed(invoices) if left.get(row.id, 0) > 0), None),
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
        (_("Ardoise"), words.money(left.due_cents), ""),
    ]


# ---------------------------------------------------------------- articles and carnets


@bp.post("/articles/<int:article_id>")
def article(article_id: int) -> ResponseReturnValue:
    row = _of_place(Article, article_id)
    try:
        selling.take_article(article_id=row.id, quantity_milli=1000, member_id=current_user.id, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        return _refused(refused)
    flash(_("C’est sur votre ardoise : %(name)s.", name=row.name))
    return redirect(url_for(".mine"))


@bp.post("/passes/<int:pass_id>")
def buy(pass_id: int) -> ResponseReturnValue:
    row = _of_place(PassType, pass_id)
    try:
        selling.sell_pass(pass_type_id=row.id, member_id=current_user.id, on_tab=True, now=clock.now(), actor_id=current_user.id)
    except Refused as refused:
        return _refused(refused)
    flash(_("%(name)s : c’est à vous, et sur la facture du mois.", name=row.name))
    return redirect(url_for(".mine"))


def _refused(refused: Refused) -> ResponseReturnValue:
    member = db.session.get_one(Member, current_user.id)
    return render_template("billing/account.html", **page_of(member), is_mine=True, refused=refused), refused.status


# ---------------------------------------------------------------- plans


@bp.get("/plans")
def plans() -> ResponseReturnValue:
    place = place_queries.current()
    member = member_at_hand()
    today = clock.today(place.tz)
    rate = queries.price_list(place).rate("plan", today)
    offers = [
        (plan, gross_of_net(queries.plan_price(place, plan, group=member.tariff_group, on=today), rate), included(plan.allowances))
        for plan in queries.plans_on_sale(place.id)
    ]
    return render_template("billing/plans.html", member=member, offers=offers, is_mine=member.id == current_user.id)


@bp.route("/plans/<int:plan_id>", methods=["GET", "POST"])
def join(plan_id: int) -> ResponseReturnValue:
    place = place_queries.current()
    member, plan, today = member_at_hand(), _of_place(Plan, plan_id), clock.today(place.tz)
    form = JoinForm()
    offered(form.organisation_id, _payers())
    if form.day.data is None:
        form.day.data = today
    if form.organisation_id.data is None:
        form.organisation_id.data = 0
    is_asked = form.validate_on_submit()
    cents = queries.plan_price(place, plan, group=member.tariff_group, on=form.day.data or today)
    wish = Held(0, place.id, member.id, None, None, None, (Stretch(plan.id, cents, form.day.data or today),))
    if is_asked and "confirm" in request.form:
        try:
            _refuse_past(form.day.data, today)
            services.join(
                plan_id=plan.id,
                member_id=member.id,
                first_day=form.day.data,
                organisation_id=form.organisation_id.data or None,
                now=clock.now(),
                actor_id=current_user.id,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return _done(member, _("%(name)s : c’est pris.", name=plan.name))
    return _asked("billing/join.html", form, place, member, wish, wish.stretches, form.day.data or today, plan=plan)


@bp.route("/subscriptions/<int:root_id>/plan", methods=["GET", "POST"])
def change(root_id: int) -> ResponseReturnValue:
    """A bigger plan at once, a smaller one at the end of the month already begun."""
    held, place, member, today = _held(root_id)
    form = ChangeForm()
    listed = queries.plans_on_sale(place.id)
    offered(form.plan_id, [(plan.id, plan.name) for plan in listed])
    running = held.on(today) or held.stretches[-1]
    if form.plan_id.data is None:
        asked = request.args.get("plan_id", type=int)
        form.plan_id.data = next((plan.id for plan in listed if plan.id == asked), running.plan_id)
    plan = next((one for one in listed if one.id == form.plan_id.data), queries.plan(running.plan_id))
    cents = queries.plan_price(place, plan, group=member.tariff_group, on=today)
    if form.day.data is None:
        form.day.data = today if cents >= running.cents else first_of_next(today)
    day = form.day.data or today
    if form.validate_on_submit() and "confirm" in request.form:
        try:
            _refuse_shrinking(cents, running.cents, day, today)
            services.change_plan(root_id=root_id, plan_id=plan.id, on=day, not_before=_not_before(today), **_by())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _done(member, _("C’est changé."))
    after = changed(held.stretches, on=day, plan_id=plan.id, cents=cents)
    return _asked("billing/change.html", form, place, member, held, after, day, plan=plan)


@bp.route("/subscriptions/<int:root_id>/pause", methods=["GET", "POST"])
def pause(root_id: int) -> ResponseReturnValue:
    held, place, member, today = _held(root_id)
    form = PauseForm()
    if form.validate_on_submit() and "confirm" in request.form:
        try:
            services.pause(root_id=root_id, first=form.first.data, last=form.last.data, not_before=_not_before(today), **_by())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _done(member, _("Votre abonnement dormira ces jours-là."))
    after: Sequence[Stretch] = held.stretches
    if form.first.data and form.last.data and form.first.data <= form.last.data:
        after = paused(held.stretches, first=form.first.data, last=form.last.data)
    return _asked("billing/pause.html", form, place, member, held, after, form.last.data or today)


@bp.route("/subscriptions/<int:root_id>/leave", methods=["GET", "POST"])
def leave(root_id: int) -> ResponseReturnValue:
    held, place, member, today = _held(root_id)
    form = LeaveForm()
    if form.day.data is None:
        form.day.data = month_of(today)[1]
    day = form.day.data or today
    if form.validate_on_submit() and "confirm" in request.form:
        try:
            services.leave(root_id=root_id, last_day=day, not_before=_not_before(today), **_by())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _done(member, _("C’est noté : l’abonnement s’arrête après ce jour."))
    return _asked("billing/leave.html", form, place, member, held, ended(held.stretches, last_day=day), day)


@bp.post("/subscriptions/<int:root_id>/resumption")
def resume(root_id: int) -> ResponseReturnValue:
    _subscription, _place, member, today = _held(root_id)
    try:
        services.resume(root_id=root_id, on=today, not_before=_not_before(today), **_by())
    except Refused:
        abort(404)
    return _done(member, _("Votre abonnement reprend aujourd’hui."))


# ---------------------------------------------------------------- what they share


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


def _shown(found: Foreseen) -> Shown:
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
        return _milli(line.quantity_milli)
    if line.unit == "half_day":
        return words.plural(whole, _("une demi-journée"), _("{n} demi-journées"))
    if line.unit == "month":
        return words.plural(whole, _("un mois"), _("{n} mois"))
    return str(whole)


def _milli(quantity_milli: int) -> str:
    whole, rest = divmod(quantity_milli, 1000)
    return f"{whole},{rest:03}".rstrip("0")


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


def _asked(
    template: str,
    form: Any,
    place: Place,
    member: Member,
    held: Held,
    after: Sequence[Stretch],
    day: date,
    plan: Plan | None = None,
) -> ResponseReturnValue:
    """The page of a change, with what it costs: this cycle and the next, by the function that bills."""
    this, following = bill_queries.preview(place, held, after, on=day)
    return (
        render_template(
            template,
            form=form,
            place=place,
            member=member,
            held=held,
            plan=plan,
            name=plan.name if plan else queries.plan((held.on(day) or held.stretches[-1]).plan_id).name,
            this=_shown(this),
            following=following.totals.gross_cents,
            month=cycle_of(day, held.anchor_day).first,
            is_mine=member.id == current_user.id,
        ),
        form.status,
    )


def _held(root_id: int) -> tuple[Held, Place, Member, date]:
    """One's own subscription, or any for who keeps the accounts; somebody else's is no different from none."""
    place = place_queries.current()
    held = queries.subscription(root_id)
    if held is None or held.place_id != place.id or not (held.member_id == current_user.id or current_user.may("manage_billing")):
        abort(404)
    return held, place, db.session.get_one(Member, held.member_id), clock.today(place.tz)


def _of_place(model: Any, row_id: int) -> Any:
    row = db.session.get(model, row_id)
    if row is None or row.place_id != place_queries.current().id:
        abort(404)
    return row


def _payers() -> list[tuple[int, str]]:
    """Who may pay: the person; the team may say an organisation."""
    if not current_user.may("manage_billing"):
        return [(0, _("moi"))]
    return [(0, _("la personne elle-même")), *((one.id, one.name) for one, _people in organisations())]


def _not_before(today: date) -> date | None:
    return None if current_user.may("manage_billing") else today


def _refuse_past(day: date, today: date) -> None:
    not_before = _not_before(today)
    if not_before is not None and day < not_before:
        raise Refused(TooLateToChange())


def _refuse_shrinking(cents: int, running: int, day: date, today: date) -> None:
    """What is begun is due: one goes down at the end of the month; the team may decide otherwise."""
    if not current_user.may("manage_billing") and cents < running and day < first_of_next(today):
        raise Refused(DownAtTerm(day=first_of_next(today)))


def _by() -> dict[str, Any]:
    return {"now": clock.now(), "actor_id": current_user.id}


def _done(member: Member, sentence: str) -> ResponseReturnValue:
    flash(sentence)
    if member.id == current_user.id:
        return redirect(url_for(".mine"))
    return redirect(url_for("bills.person", member_id=member.id))
