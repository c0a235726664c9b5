"""Taking, changing, pausing and leaving a plan; each shows first what it costs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries, services
from app.billing.forms.subscriptions import ChangeForm, JoinForm, LeaveForm, PauseForm, offered
from app.billing.models import Plan
from app.billing.queries import Held
from app.billing.queries import bills as bill_queries
from app.billing.rules import DAY, DownAtTerm, Stretch, TooLateToChange, changed, cycle_of, ended, paused
from app.billing.rules.documents import gross_of_net
from app.billing.views.account.shown import bp, by, done, included, member_at_hand, of_place, shown
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.members.models import Member
from app.members.queries import organisations
from app.place import queries as place_queries
from app.place.models import Place


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
    member, plan, today = member_at_hand(), of_place(Plan, plan_id), clock.today(place.tz)
    form = JoinForm()
    offered(form.organisation_id, _payers())
    if form.day.data is None:
        form.day.data = today
    if form.organisation_id.data is None:
        form.organisation_id.data = 0
    is_asked = form.validate_on_submit()
    day = form.day.data or today
    anchor = day.day if plan.is_rolling else None
    wish = Held(0, place.id, member.id, None, anchor, None, (Stretch(plan.id, _plan_price(place, plan, member, day), day),))
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
            return done(member, _("%(name)s : c’est pris.", name=plan.name))
    return _asked("billing/join.html", form, place, member, wish, wish.stretches, day, plan=plan)


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
    term = cycle_of(today, held.anchor_day).last + DAY
    if form.day.data is None:
        form.day.data = today if _plan_price(place, plan, member, today) >= running.cents else term
    day = form.day.data or today
    cents = _plan_price(place, plan, member, day)
    if form.validate_on_submit() and "confirm" in request.form:
        try:
            _refuse_shrinking(cents, running.cents, day, term)
            services.change_plan(root_id=root_id, plan_id=plan.id, on=day, not_before=_not_before(today), **by())
        except Refused as refused:
            form.refuse(refused)
        else:
            return done(member, _("C’est changé."))
    after = changed(held.stretches, on=day, plan_id=plan.id, cents=cents)
    return _asked("billing/change.html", form, place, member, held, after, day, plan=plan)


@bp.route("/subscriptions/<int:root_id>/pause", methods=["GET", "POST"])
def pause(root_id: int) -> ResponseReturnValue:
    held, place, member, today = _held(root_id)
    form = PauseForm()
    if form.validate_on_submit() and "confirm" in request.form:
        try:
            services.pause(root_id=root_id, first=form.first.data, last=form.last.data, not_before=_not_before(today), **by())
        except Refused as refused:
            form.refuse(refused)
        else:
            return done(member, _("Votre abonnement dormira ces jours-là."))
    after: Sequence[Stretch] = held.stretches
    if form.first.data and form.last.data and form.first.data <= form.last.data:
        after = paused(held.stretches, first=form.first.data, last=form.last.data)
    return _asked("billing/pause.html", form, place, member, held, after, form.first.data or today)


@bp.route("/subscriptions/<int:root_id>/leave", methods=["GET", "POST"])
def leave(root_id: int) -> ResponseReturnValue:
    held, place, member, today = _held(root_id)
    form = LeaveForm()
    if form.day.data is None:
        form.day.data = cycle_of(today, held.anchor_day).last
    day = form.day.data or today
    if form.validate_on_submit() and "confirm" in request.form:
        try:
            services.leave(root_id=root_id, last_day=day, not_before=_not_before(today), **by())
        except Refused as refused:
            form.refuse(refused)
        else:
            return done(member, _("C’est noté : l’abonnement s’arrête après ce jour."))
    return _asked("billing/leave.html", form, place, member, held, ended(held.stretches, last_day=day), day)


@bp.post("/subscriptions/<int:root_id>/resumption")
def resume(root_id: int) -> ResponseReturnValue:
    _subscription, _place, member, today = _held(root_id)
    try:
        services.resume(root_id=root_id, on=today, not_before=_not_before(today), **by())
    except Refused:
        abort(404)
    return done(member, _("Votre abonnement reprend aujourd’hui."))


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
    cycle = cycle_of(day, held.anchor_day)
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
            this=shown(this),
            following=following.totals.gross_cents,
            month=cycle.last,
            gives=included(queries.included(after, cycle)),
            until=cycle.last,
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


def _refuse_shrinking(cents: int, running: int, day: date, term: date) -> None:
    """What is begun is due: one goes down at the end of the month, `term`; the team may decide otherwise."""
    if not current_user.may("manage_billing") and cents < running and day < term:
        raise Refused(DownAtTerm(day=term))


def _plan_price(place: Place, plan: Plan, member: Member, day: date) -> int:
    return queries.plan_price(place, plan, group=member.tariff_group, on=day)
