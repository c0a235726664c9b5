"""Things that can be booked: what there is, adding, changing, retiring, out of service, and what all follow."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.billing import queries as billing
from app.billing.rules import PriceRow
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking.models import Booking, Resource
from app.booking.queries import Directory
from app.booking.rules import Rules, Thing, activity_of, priced_as
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.fablab import queries as fablab
from app.members import queries as members
from app.place import queries as places
from app.place.models import Place
from app.portal.managing import services
from app.portal.managing.forms import KINDS, CommonForm, OutageForm, OwnHoursForm, ReasonForm, ThingForm
from app.web import rights

bp = Blueprint("things", "app.portal", url_prefix="/manage/resources", template_folder="templates")
bp.before_request(rights.only("manage_resources"))


@bp.get("/")
def index() -> ResponseReturnValue:
    place = places.current()
    directory = booking_queries.directory(place)
    return render_template("managing/things.html", groups=_groups(directory), retired=list(directory.retired.values()), kinds=KINDS)


@bp.route("/new/<any(space, pool, desk, office, room, booth, machine):kind>", methods=["GET", "POST"])
def new(kind: str) -> ResponseReturnValue:
    place = places.current()
    form = _form(place, kind)
    if form.validate_on_submit() and (row := _save(form, place)) is not None:
        flash(_("%(name)s est là, et peut se réserver.", name=row.name) if row.bookable else _("%(name)s est là.", name=row.name))
        if kind == "machine":
            flash(_("Ajoutez ici sa photo, son mode d’emploi et qui peut aider, ou plus tard."))
            return redirect(url_for("fablab.set_up_machine", code=row.code))
        return redirect(url_for(".index"))
    return render_template("managing/thing.html", form=form, kind=KINDS[kind], row=None, others=[]), form.status


@bp.route("/<int:resource_id>", methods=["GET", "POST"])
def change(resource_id: int) -> ResponseReturnValue:
    place, row = _found(resource_id)
    if row.pool_id is not None and row.rules.get("sold_by") != "resident":
        return redirect(url_for(".seat", resource_id=resource_id))
    form = _form(place, row.kind, row)
    if form.validate_on_submit() and _save(form, place) is not None:
        flash(_("C’est enregistré. Les réservations déjà faites gardent leurs conditions."))
        return redirect(url_for(".change", resource_id=resource_id))
    shown = {
        "row": row,
        "others": [price for price in _prices(place, row) if price.tariff_group or price.plan or price.minutes not in (None, 60)],
        "outages": booking_queries.outages(row.id, now=clock.now()),
        "place": place,
        "seats": booking_queries.directory(place).seats(row.id),
    }
    return render_template("managing/thing.html", form=form, kind=KINDS[row.kind], **shown), form.status


@bp.get("/<int:resource_id>/seat")
def seat(resource_id: int) -> ResponseReturnValue:
    """A seat follows its pool in all; it may only be out of service alone."""
    place, row = _found(resource_id)
    if row.pool_id is None:
        abort(404)
    pool = booking_queries.directory(place).any(row.pool_id)
    return render_template("managing/seat.html", row=row, pool=pool, place=place, outages=booking_queries.outages(row.id, now=clock.now()))


@bp.route("/<int:resource_id>/hours", methods=["GET", "POST"])
def hours(resource_id: int) -> ResponseReturnValue:
    """Hours of its own, for what is had by the hour."""
    _place, row = _found(resource_id)
    form = OwnHoursForm.of(row.rules.get("hours"))
    if form.validate_on_submit():
        booking.change_thing(resource_id=row.id, rules={"hours": form.hours}, actor_id=current_user.id, now=clock.now())
        flash(_("C’est enregistré."))
        return redirect(url_for(".change", resource_id=row.id))
    return render_template("managing/own_hours.html", form=form, row=row), form.status


@bp.route("/<int:resource_id>/retirement", methods=["GET", "POST"])
def retirement(resource_id: int) -> ResponseReturnValue:
    """What it would cancel is shown first."""
    place, row = _found(resource_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            gone = booking.retire_thing(resource_id=row.id, reason=form.reason.data, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("«\u00a0%(name)s\u00a0» ne se réserve plus. Son histoire reste.", name=row.name))
            _tell_cancelled(gone)
            return redirect(url_for(".index"))
    affected = booking.bookings_on(row.id, now=clock.now())
    return render_template("managing/retire.html", form=form, row=row, affected=affected, place=place), form.status


@bp.post("/<int:resource_id>/return")
def return_(resource_id: int) -> ResponseReturnValue:
    _place, row = _found(resource_id)
    booking.change_thing(resource_id=row.id, state="in_service", actor_id=current_user.id, now=clock.now())
    flash(_("%(name)s est de retour.", name=row.name))
    return redirect(url_for(".change", resource_id=row.id))


# ---------------------------------------------------------------- out of service


@bp.route("/<int:resource_id>/outages/new", methods=["GET", "POST"])
def new_outage(resource_id: int) -> ResponseReturnValue:
    """From when to when; then what it would cancel, to be confirmed."""
    place, row = _found(resource_id)
    form = OutageForm(now=clock.now(), zone=place.tz)
    if not form.validate_on_submit():
        return render_template("managing/outage.html", form=form, row=row, affected=None, place=place), form.status
    thing = booking_queries.directory(place).any(row.id)
    if "confirmed" not in request.form:
        affected = booking.outage_would_cancel(thing, starts_at=form.starts_at, ends_at=form.ends_at)
        return render_template("managing/outage.html", form=form, row=row, affected=affected, place=place)
    blocked = booking.declare_outage(
        thing=thing, period=form.period, starts_at=form.starts_at, reason=form.reason.data, actor_id=current_user.id, now=clock.now()
    )
    flash(_("%(name)s est hors service.", name=row.name))
    _tell_cancelled(blocked.cancelled)
    return redirect(url_for(".change", resource_id=row.id))


@bp.post("/<int:resource_id>/outages/<int:outage_id>/end")
def end_outage(resource_id: int, outage_id: int) -> ResponseReturnValue:
    _place, row = _found(resource_id)
    if outage_id not in [outage.id for outage in booking_queries.outages(row.id, now=clock.now())]:
        abort(404)
    booking.end_outage(outage_id=outage_id, actor_id=current_user.id, now=clock.now())
    flash(_("%(name)s est de nouveau en service.", name=row.name))
    return redirect(url_for(".change", resource_id=row.id))


# ---------------------------------------------------------------- in common


@bp.route("/common", methods=["GET", "POST"])
def common() -> ResponseReturnValue:
    place = places.current()
    form = CommonForm.of({family: booking_queries.usual_rules(place.id, family) for family in booking.RULED_TOGETHER})
    if form.validate_on_submit():
        booking.set_common_rules(place_id=place.id, of=form.rules, actor_id=current_user.id, now=clock.now())
        flash(_("C’est enregistré. Les réservations déjà faites gardent leurs conditions."))
        return redirect(url_for(".index"))
    return render_template("managing/common.html", form=form), form.status


# ---------------------------------------------------------------- small things


def _found(resource_id: int) -> tuple[Place, Resource]:
    """A thing of the lieu at hand; another's is no different from none."""
    place = places.current()
    row = db.session.scalar(sa.select(Resource).where(Resource.id == resource_id, Resource.place_id == place.id))
    if row is None:
        abort(404)
    return place, row


def _form(place: Place, kind: str, row: Resource | None = None) -> ThingForm:
    form = ThingForm(
        kind,
        usual=_usual(place, kind),
        directory=booking_queries.directory(place),
        clearances=fablab.clearance_types(place.id),
        row=row,
        prices=_prices(place, row) if row is not None else (),
        machine=fablab.machine(row.id) if row is not None else None,
        holder=members.member(row.holder_id) if row is not None and row.holder_id else None,
    )
    return form.taxed(billing.price_list(place).rate(activity_of(kind), clock.today(place.tz)))


def _usual(place: Place, kind: str) -> Rules:
    return booking_queries.usual_rules(place.id, kind)


def _save(form: ThingForm, place: Place) -> Resource | None:
    """The thing as it is now; none when it was refused, and the form says why."""
    try:
        return services.save_thing(
            place_id=place.id,
            resource_id=form.row.id if form.row is not None else None,
            kind=form.kind,
            facts=form.facts,
            rules=form.rules,
            prices=form.prices,
            machine=form.machine,
            actor_id=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        form.refuse(refused)
        return None


def _prices(place: Place, row: Resource) -> list[PriceRow]:
    """Those of everybody that count today; what began last comes last."""
    today, what = clock.today(place.tz), priced_as(row.kind, row.code)
    found = [price for price in billing.price_list(place).rows if price.what == what and price.is_for_all and price.counts_on(today)]
    return sorted(found, key=lambda price: price.valid_from or date.min)


def _groups(directory: Directory) -> list[tuple[str, str, list[Thing]]]:
    """What there is, by sort: its title, the kind that its button adds, the things."""
    desks = [thing for thing in directory.of_kind("desk") if thing.pool_id is None or thing.is_fixed]
    return [
        (_("Espaces"), "space", directory.of_kind("space")),
        (_("Groupes de postes"), "pool", directory.of_kind("pool")),
        (_("Bureaux et postes à part"), "desk", [*desks, *directory.of_kind("office")]),
        (_("Salles et cabines"), "room", directory.of_kind("room", "booth")),
        (_("Machines"), "machine", directory.of_kind("machine")),
    ]


def _tell_cancelled(gone: Sequence[Booking]) -> None:
    if gone:
        flash(
            ngettext(
                "%(num)d réservation a été annulée et rendue\u00a0; la personne est prévenue.",
                "%(num)d réservations ont été annulées et rendues\u00a0; les personnes sont prévenues.",
                len(gone),
            )
        )
