"""The people of the lieu who let themselves be found, and who is there today."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.booking import queries as booking_queries
from app.booking import views as say
from app.core import clock
from app.core.period import day_period
from app.coworking import queries
from app.coworking.forms import LettersForm
from app.coworking.views.door import bp
from app.members.rules import may_see_each_other
from app.place import queries as place_queries


@bp.get("/people")
def people() -> ResponseReturnValue:
    """Only those who said yes; outsiders (funders, tutors, visitors) see nobody."""
    if not may_see_each_other(current_user.roles):
        abort(404)
    place, now = place_queries.current(), clock.now()
    letters = LettersForm().q.data or ""
    today = now.astimezone(place.tz).date()
    things = booking_queries.directory(place)
    there = queries.who_is_there(place.id, day_period(today, place.tz))
    return render_template(
        "coworking/people.html",
        place=place,
        letters=letters,
        listed=queries.directory_of_people(letters),
        there=[(one, say.title(things.any(one.resource_id))) for one in there],
        today=today,
    )
