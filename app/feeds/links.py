"""Where the manager gives the addresses of the lieu's calendars, and takes them back."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import queries as booking
from app.core import clock
from app.courses import queries as courses
from app.feeds import queries, services
from app.members.views import needs
from app.place import queries as places
from app.place.models import Place

bp = Blueprint("feed_links", __name__, template_folder="templates")


class Link(NamedTuple):
    """A calendar that may be given: what it shows, and since when its address works."""

    subject: str
    name: str
    since: datetime | None


@bp.get("/manage/feeds")
@needs("manage_resources")
def links() -> ResponseReturnValue:
    place = places.current()
    return render_template("feeds/links.html", links=list(_links(place).values()), zone=place.tz)


@bp.post("/manage/feeds/<subject>")
@needs("manage_resources")
def renew(subject: str) -> ResponseReturnValue:
    """A new address, told once; the old one stops."""
    place = places.current()
    link = _links(place).get(subject) or abort(404)
    token = services.renew(subject=subject, place_id=place.id, actor_id=current_user.id, now=clock.now())
    where = url_for("hall.show", token=token) if subject.startswith("hall:") else url_for("feeds.feed", token=token)
    address = current_app.config["PUBLIC_URL"] + where
    flash(
        _(
            "Voici l’adresse de l’agenda «\u00a0%(name)s\u00a0». Copiez-la, elle n’est montrée qu’une fois\u00a0: %(address)s",
            name=link.name,
            address=address,
        )
    )
    return redirect(url_for(".links"))


@bp.post("/manage/feeds/<subject>/stop")
@needs("manage_resources")
def stop(subject: str) -> ResponseReturnValue:
    place = places.current()
    link = _links(place).get(subject) or abort(404)
    services.stop(subject=subject, place_id=place.id, actor_id=current_user.id, now=clock.now())
    flash(_("L’adresse de l’agenda «\u00a0%(name)s\u00a0» ne répond plus.", name=link.name))
    return redirect(url_for(".links"))


def _links(place: Place) -> Mapping[str, Link]:
    """The lieu's, each cohort's that is not over, and each thing's; the seats of a pool are told together."""
    since = queries.addresses()
    things = [thing for thing in booking.directory(place).things.values() if thing.pool_id is None]
    cohorts = {f"cohort:{cohort.id}": cohort.name for cohort in courses.cohorts(place.id) if cohort.state != "closed"}
    subjects = {f"place:{place.id}": place.name, **cohorts, **{f"resource:{thing.id}": thing.name for thing in things}}
    subjects[f"hall:{place.id}"] = _("Écran du hall")
    return {subject: Link(subject, name, since.get(subject)) for subject, name in subjects.items()}
