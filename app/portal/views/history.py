"""What a person booked, month by month; and the facts that count: no-shows, late cancellations, forgiven or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import views as say
from app.booking.models import Status
from app.core import clock
from app.core.db import db
from app.core.period import Period, at
from app.coworking.forms import MonthForm
from app.members import queries as members
from app.members.models import Member
from app.members.views import needs
from app.place import queries as place_queries
from app.place.models import Place
from app.portal import queries
from app.portal.queries import Past
from app.portal.views.door import bp
from app.web import typography

A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Line:
    """A booking of the month: what, when, what it became, what it cost."""

    title: str
    detail: str
    sign: str
    word: str
    href: str


@bp.get("/me/history")
def history() -> ResponseReturnValue:
    """My bookings of a month, and what is remembered of me."""
    return _history(current_user._get_current_object())


@bp.get("/manage/history/<int:member_id>")
@needs("see_all_bookings")
def history_of(member_id: int) -> ResponseReturnValue:
    """The same, of somebody, for who runs the lieu."""
    return _history(members.member(member_id) or abort(404))


def _history(person: Member) -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    today = now.astimezone(place.tz).date()
    first = MonthForm().month_of(today)
    following = (first + timedelta(days=31)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    rows = queries.past(person.id, Period(at(first, 0, place.tz), at(following, 0, place.tz)))
    facts = queries.remembered(person.id, since=now - A_YEAR)
    is_own = person.id == current_user.id
    endpoint, more = ".history" if is_own else ".history_of", _asked(person, is_own=is_own)
    return render_template(
        "portal/history.html",
        person=person,
        is_own=is_own,
        month=first,
        lines=list(_lines(rows)),
        facts=list(_lines(facts)),
        counted=_counted(facts),
        earlier=url_for(endpoint, month=f"{before:%Y-%m}", **more) if before.year >= 2000 else "",
        later=url_for(endpoint, month=f"{following:%Y-%m}", **more) if following <= today.replace(day=1) + timedelta(days=366) else "",
    )


def _asked(person: Member, *, is_own: bool) -> dict[str, Any]:
    return {} if is_own else {"member_id": person.id}


def _lines(rows: Iterable[Past]) -> Iterable[Line]:
    for row in rows:
        place = db.session.get_one(Place, row.place_id)
        thing = booking_queries.directory(place).any(row.resource_id)
        sign, word = say.state(row.status)
        day = row.starts_at.astimezone(place.tz).date()
        cost = say.covered(row.covered_by, row.price_cents, day) if row.covered_by else ""
        why = _("effacé : %(why)s", why=row.forgiven_why) if row.forgiven_at else ""
        when = papers.when(row.half, row.starts_at, row.ends_at, place.tz)
        guest = _("pour %(name)s", name=row.guest_name) if row.guest_name else ""
        yield Line(
            say.title(thing),
            typography.words().opening(", ".join(filter(None, (when, guest, cost, why)))),
            "done" if row.forgiven_at else sign,
            _("effacé") if row.forgiven_at else word,
            url_for(".booking", booking_id=row.id),
        )


def _counted(facts: list[Past]) -> str:
    """« 2 absences et 1 annulation tardive qui comptent, 1 effacée »."""
    words = typography.words()
    standing = [row for row in facts if row.forgiven_at is None]
    absences = sum(row.status == Status.NO_SHOW for row in standing)
    late = len(standing) - absences
    forgiven = len(facts) - len(standing)
    said = [
        words.plural(absences, _("une absence"), _("{n} absences")) if absences else "",
        words.plural(late, _("une annulation tardive"), _("{n} annulations tardives")) if late else "",
    ]
    counted = words.listed([part for part in said if part])
    cleared = words.plural(forgiven, _("une a été effacée"), _("{n} ont été effacées")) if forgiven else ""
    if not counted:
        return _("Rien qui compte depuis un an ; %(cleared)s.", cleared=cleared) if cleared else _("Rien à signaler depuis un an.")
    if cleared:
        return _("Depuis un an : %(facts)s ; %(cleared)s.", facts=counted, cleared=cleared)
    return _("Depuis un an : %(facts)s.", facts=counted)
