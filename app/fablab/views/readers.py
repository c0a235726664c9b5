"""The badge readers of a machine, as who looks after machines sets them up; and whose each badge is."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import queries as booking
from app.booking.rules import Thing
from app.core import clock
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.forms import BadgeForm, RelayForm
from app.fablab.views.door import bp
from app.members.forms import people_to_choose
from app.members.views import needs
from app.place import queries as place_queries


@bp.route("/<code>/readers", methods=["GET", "POST"])
@needs("manage_resources")
def readers(code: str) -> ResponseReturnValue:
    """One more reader: its secret is on the page that answers, and nowhere afterwards."""
    thing, form = _machine(code), RelayForm()
    if form.validate_on_submit():
        row, secret = services.make_relay(thing=thing, name=form.name.data, actor_id=current_user.id, now=clock.now())
        page = render_template("fablab/reader_made.html", thing=thing, relay=row, secret=secret)
        return page, {"Cache-Control": "no-store"}
    place = place_queries.current()
    page = render_template(
        "fablab/readers.html", thing=thing, form=form, place=place, relays=queries.relays(thing.id), badges=queries.badges(place.id)
    )
    return page, form.status


@bp.post("/<code>/readers/<int:relay_id>/revocation")
@needs("manage_resources")
def revoke_reader(code: str, relay_id: int) -> ResponseReturnValue:
    thing = _machine(code)
    row = queries.relay(relay_id, resource_id=thing.id) or abort(404)
    services.revoke_relay(row, actor_id=current_user.id, now=clock.now())
    flash(_("Ce lecteur ne commande plus rien."))
    return redirect(url_for(".readers", code=code))


@bp.route("/<code>/readers/<int:relay_id>/badge", methods=["GET", "POST"])
@needs("manage_resources")
def give_badge(code: str, relay_id: int) -> ResponseReturnValue:
    """The badge just shown to this reader, or one by its number."""
    thing = _machine(code)
    relay = queries.relay(relay_id, resource_id=thing.id) or abort(404)
    form = BadgeForm(data={"shown": relay.unknown_mark})
    form.member_id.choices = people_to_choose()
    if form.validate_on_submit():
        by = {"member_id": form.member_id.data, "actor_id": current_user.id, "now": clock.now()}
        try:
            if form.number.data:
                services.give_badge(place_id=thing.place_id, number=form.number.data, **by)
            else:
                services.give_shown_badge(relay, mark=form.shown.data, **by)
        except Refused as refused:
            form.refuse(refused)
            form.shown.data = relay.unknown_mark
        else:
            flash(_("Le badge est donné."))
            return redirect(url_for(".readers", code=code))
    return render_template("fablab/give_badge.html", form=form, thing=thing, relay=relay, place=place_queries.current()), form.status


@bp.post("/<code>/readers/badges/<int:badge_id>/revocation")
@needs("manage_resources")
def take_badge(code: str, badge_id: int) -> ResponseReturnValue:
    badge = queries.badge(badge_id, place_id=place_queries.current().id) or abort(404)
    services.take_badge(badge, actor_id=current_user.id, now=clock.now())
    flash(_("Ce badge n’ouvre plus rien."))
    return redirect(url_for(".readers", code=code))


def _machine(code: str) -> Thing:
    return booking.directory(place_queries.current()).by_code(code, "machine") or abort(404)
