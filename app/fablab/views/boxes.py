"""Storage boxes: which is whose, until when; taking, renewing, giving back."""

from datetime import date

from dateutil.relativedelta import relativedelta
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.forms import BoxForm, GiveBoxForm
from app.fablab.models import Box, BoxPermit
from app.fablab.rules import may_renew
from app.fablab.views.door import bp
from app.members.forms import people_to_choose
from app.members.models import Member
from app.members.views import needs
from app.place import queries as place_queries
from app.web import typography


@bp.get("/boxes")
def boxes() -> ResponseReturnValue:
    """Free or taken; by whom, for who looks after them."""
    return _list_page()


@bp.post("/boxes/<int:box_id>/mine")
def take_box(box_id: int) -> ResponseReturnValue:
    """« Je le prends. »"""
    me = current_user._get_current_object()
    try:
        permit = services.give_box(_found(box_id), member=me, actor=me, now=clock.now())
    except Refused as refused:
        return _list_page(refused)
    flash(_("Le casier est à vous jusqu’au %(day)s.", day=typography.words().date_long(permit.last_day)))
    return redirect(url_for(".boxes"))


@bp.post("/boxes/permits/<int:permit_id>/renewal")
def renew_box(permit_id: int) -> ResponseReturnValue:
    permit = _permit(permit_id)
    try:
        services.renew_box(permit.id, actor=current_user._get_current_object(), now=clock.now())
    except Refused as refused:
        return _list_page(refused)
    flash(_("C’est renouvelé jusqu’au %(day)s.", day=typography.words().date_long(permit.last_day)))
    return redirect(url_for(".boxes"))


@bp.post("/boxes/permits/<int:permit_id>/release")
def release_box(permit_id: int) -> ResponseReturnValue:
    """It is empty."""
    permit = _permit(permit_id)
    try:
        services.release_box(permit.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _list_page(refused)
    flash(_("Le casier %(mark)s est libre. Merci de l’avoir vidé.", mark=permit.box.mark))
    return redirect(url_for(".boxes"))


@bp.route("/boxes/new", methods=["GET", "POST"])
@needs("manage_machines")
def new_box() -> ResponseReturnValue:
    form = BoxForm()
    if form.validate_on_submit() and _saved(form, None):
        return redirect(url_for(".boxes"))
    return render_template("fablab/edit_box.html", form=form), form.status


@bp.route("/boxes/<int:box_id>", methods=["GET", "POST"])
@needs("manage_machines")
def box(box_id: int) -> ResponseReturnValue:
    """Its story, and who takes it now."""
    row = _found(box_id)
    form = GiveBoxForm(data={"last_day": _today() + relativedelta(months=row.months)})
    form.member_id.choices = people_to_choose()
    if form.validate_on_submit():
        person = db.session.get_one(Member, form.member_id.data)
        try:
            services.give_box(row, member=person, actor=current_user._get_current_object(), last_day=form.last_day.data, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté. %(name)s reçoit un courriel avec la date de fin.", name=person.name))
            return redirect(url_for(".boxes"))
    permits = queries.permits_of_box(row.id)
    page = render_template(
        "fablab/box.html",
        box=row,
        form=form,
        permits=permits,
        held=next((one for one in permits if one.released_on is None), None),
        today=_today(),
    )
    return page, form.status


@bp.route("/boxes/<int:box_id>/settings", methods=["GET", "POST"])
@needs("manage_machines")
def edit_box(box_id: int) -> ResponseReturnValue:
    row = _found(box_id)
    form = BoxForm(obj=row)
    if form.validate_on_submit() and _saved(form, row.id):
        return redirect(url_for(".box", box_id=row.id))
    return render_template("fablab/edit_box.html", form=form, box=row), form.status


@bp.post("/boxes/<int:box_id>/retirement")
@needs("manage_machines")
def retire_box(box_id: int) -> ResponseReturnValue:
    try:
        services.retire_box(_found(box_id), actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _list_page(refused)
    flash(_("Il n’est plus dans la liste ; son histoire reste."))
    return redirect(url_for(".boxes"))


# ---------------------------------------------------------------- small things


def _found(box_id: int) -> Box:
    return queries.box(box_id, place_id=place_queries.current().id) or abort(404)


def _permit(permit_id: int) -> BoxPermit:
    """One's own, or any for staff."""
    permit = queries.box_permit(permit_id, place_id=place_queries.current().id)
    if permit is None or (permit.member_id != current_user.id and not current_user.may("manage_machines")):
        abort(404)
    return permit


def _today() -> date:
    return clock.today(place_queries.current().tz)


def _list_page(refused: Refused | None = None) -> ResponseReturnValue:
    place, today = place_queries.current(), _today()
    rows = queries.boxes(place.id)
    own = [row for row in rows if row.permit is not None and row.permit.member_id == current_user.id]
    page = render_template(
        "fablab/boxes.html",
        rows=rows,
        own=[(row.box, row.permit, may_renew(row.permit.last_day, today)) for row in own if row.permit is not None],
        today=today,
        is_staff=current_user.may("manage_machines"),
        refused=refused,
    )
    return page, refused.status if refused is not None else 200


def _saved(form: BoxForm, box_id: int | None) -> bool:
    try:
        services.save_box(place_id=place_queries.current().id, box_id=box_id, actor_id=current_user.id, now=clock.now(), **form.facts)
    except Refused as refused:
        form.refuse(refused)
        return False
    flash(_("C’est enregistré."))
    return True
