"""One field for everything the lieu knows: three letters are enough."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import views as say
from app.booking.queries import Directory
from app.booking.rules import Thing
from app.core import clock
from app.members import queries as members
from app.members.views import needs
from app.place import queries as place_queries
from app.portal import finding
from app.portal.views.door import bp


@bp.get("/manage/search")
@needs("see_all_bookings")
def search() -> ResponseReturnValue:
    place = place_queries.current()
    words = request.args.get("q", "").strip()[:80]
    is_short = 0 < len(words) < finding.LETTERS
    things = booking_queries.directory(place)
    people = members.search(words, limit=finding.MOST) if current_user.may("see_members") else []
    named = finding.things_named(words, things) if words and not is_short else []
    found = (
        finding.bookings_about(
            words,
            place_id=place.id,
            member_ids=[person.id for person in people],
            resource_ids=[thing.id for thing in named if thing.kind != "pool"],
            now=clock.now(),
        )
        if words and not is_short
        else []
    )
    return render_template(
        "portal/search.html",
        place=place,
        words=words,
        is_short=is_short,
        people=people,
        things=[(thing, say.place_of(thing, things.things), _address(thing, things)) for thing in named],
        bookings=[
            (
                one,
                say.title(things.any(one.resource_id)),
                papers.when(one.half, one.starts_at, one.ends_at, place.tz),
                say.state(one.status),
            )
            for one in found
        ],
    )


def _address(thing: Thing, things: Directory) -> str:
    """Where who runs the lieu changes it, or where it is booked."""
    if current_user.may("manage_resources"):
        return url_for("things.change", resource_id=thing.id)
    return url_for("coworking.thing", code=thing.code) if thing.id in things.things else ""
