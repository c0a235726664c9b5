"""How full the lieu is, in pictures beside their tables; and the bookings of a period, to take away."""

from datetime import date, timedelta

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.booking import views as say
from app.core import clock, tables
from app.coworking.queries import figures
from app.place import queries as place_queries
from app.web import downloads, rights, typography
from app.web.forms import SpanForm

bp = Blueprint("figures", "app.coworking", url_prefix="/manage/occupancy", template_folder="templates")
bp.before_request(rights.only("see_all_bookings"))


@bp.get("/")
def index() -> ResponseReturnValue:
    place = place_queries.current()
    first, last = _span()
    halves = figures.halves_of_week(place, first, last)
    rooms, machines = (figures.minutes_by_hour(place, first, last, kinds) for kinds in (("room", "booth", "office", "space"), ("machine",)))
    return render_template(
        "coworking/figures.html",
        first=first,
        last=last,
        days=[(number, [half for half in halves if half.weekday == number]) for number in range(7)],
        weekdays=[typography.words().weekday(date(2024, 1, 1) + timedelta(days=number)) for number in range(7)],
        hours=[(hour, rooms[hour], machines[hour]) for hour in range(24) if rooms[hour] or machines[hour]],
        most=max([*rooms, *machines, 1]),
        outcomes=figures.outcomes(place, first, last),
        for_lieu=figures.used_by_lieu(place, first, last),
        spoken=_spoken(halves),
        taken={kind: url_for(".take", kind=kind, first_day=first, last_day=last) for kind in ("csv", "xlsx")},
    )


@bp.get("/bookings.<any(csv, xlsx):kind>")
def take(kind: str) -> ResponseReturnValue:
    """The bookings of the period as a table that a spreadsheet opens; nothing in it can run."""
    place = place_queries.current()
    first, last = _span()
    columns = {
        "day": _("Jour"),
        "start": _("De"),
        "end": _("À"),
        "thing": _("Quoi"),
        "person": _("Qui"),
        "guest": _("Pour"),
        "status": _("État"),
        "price": _("Prix (€)"),
    }
    rows = [
        {
            **row._asdict(),
            "guest": _("le lieu lui-même") if row.for_lieu else row.guest,
            "status": say.state(row.status)[1],
            "price": tables.euros(row.price_cents),
        }
        for row in figures.table(place, first, last)
    ]
    name = f"reservations-{first}-{last}"
    if kind == "xlsx":
        return downloads.as_xlsx(rows, columns, title=_("Réservations"), name=name)
    return downloads.as_csv(rows, columns, name=name)


def _span() -> tuple[date, date]:
    return SpanForm().days(clock.today(place_queries.current().tz))


def _spoken(halves: list[figures.HalfFigure]) -> str:
    """The map, as it is read aloud."""
    words = typography.words()
    said = []
    for number in range(7):
        parts = [words.percent(half.percent) if half.percent is not None else _("fermé") for half in halves if half.weekday == number]
        said.append(f"{words.weekday(date(2024, 1, 1) + timedelta(days=number))} {', '.join(parts)}")
    return _("Postes occupés, matin et après-midi : %(days)s", days=" ; ".join(said))
