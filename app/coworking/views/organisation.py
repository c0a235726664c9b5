"""An organisation sees its people and how much they come; never where, nor beside whom."""

from datetime import timedelta

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.booking import queries as booking_queries
from app.core import clock
from app.core.period import Period, at
from app.coworking.forms import MonthForm
from app.coworking.views.door import bp
from app.members import queries as members
from app.members.models import Organisation
from app.members.views import needs
from app.place import queries as place_queries


@bp.get("/organisation")
def organisation() -> ResponseReturnValue:
    """One's own, for its contact."""
    me = members.member(current_user.id) or abort(404)
    if not me.is_organisation_contact or me.organisation is None:
        abort(404)
    return _organisation(me.organisation, is_own=True)


@bp.get("/organisations/<int:organisation_id>")
@needs("manage_members")
def organisation_of(organisation_id: int) -> ResponseReturnValue:
    return _organisation(members.organisation(organisation_id) or abort(404), is_own=False)


def _organisation(found: Organisation, *, is_own: bool) -> ResponseReturnValue:
    place = place_queries.current()
    today = clock.today(place.tz)
    first = MonthForm().month_of(today)
    following = (first + timedelta(days=31)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    period = Period(at(first, 0, place.tz), at(following, 0, place.tz))
    used = booking_queries.used_by_organisation(found.id, period)
    people = members.people(members.Wanted(organisation_id=found.id)).rows

    def address(month: str) -> str:
        return url_for(".organisation", month=month) if is_own else url_for(".organisation_of", organisation_id=found.id, month=month)

    return render_template(
        "coworking/organisation.html",
        organisation=found,
        is_own=is_own,
        people=[(person, used.get(person.id)) for person in people],
        others=[row for member_id, row in used.items() if member_id not in {person.id for person in people}],
        total=list(used.values()),
        month=first,
        earlier=address(f"{before:%Y-%m}") if before.year >= 2000 else "",
        later=address(f"{following:%Y-%m}") if following <= today + timedelta(days=366) else "",
    )
