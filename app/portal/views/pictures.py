"""The manager's pictures, drawn by the server as SVG, each with its table: occupancy, income and threshold, machine hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from app.booking import queries as booking
from app.booking.rules import grid
from app.core.period import Period, at
from app.place import queries as place_queries
from app.place.models import Place
from app.portal import queries
from app.web import typography

PEOPLE = ("booking", "space", "session", "training")  # holders that mean that somebody is there
MONTHS = 6
WIDEST = 160  # of a bar of machine hours


@dataclass(frozen=True, slots=True)
class Heat:
    """A half-day of the map: how full, its shade (1 to 5), or closed."""

    percent: int | None
    shade: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    rows: list[tuple[str, list[Heat]]]
    spoken: str


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: str
    size: int
    is_running: bool = False
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Income:
    bars: list[Bar]
    threshold: str
    threshold_at: int
    sentence: str
    spoken: str


def heat_map(place: Place, monday: date) -> HeatMap:
    """How many of the seats are taken, half-day by half-day, this week: what is past too."""
    words, things = typography.words(), booking.directory(place)
    seats = [thing.id for thing in things.of_kind("desk") if thing.bookable]
    frame = grid.frame(place_queries.calendar(place.id), monday)
    rows = booking.rows(seats, Period(at(monday, 0, place.tz), at(frame.days[-1], 1440, place.tz))) if seats else {}
    drawn, said = [], []
    for number, day in enumerate(frame.days):
        halves = [_heat(half, seats, rows) for half in frame.sold[2 * number : 2 * number + 2]]
        if any(half.percent is not None for half in halves):
            drawn.append((words.weekday(day), halves))
            said.append(
                f"{words.weekday(day)} "
                + ", ".join(words.percent(half.percent) if half.percent is not None else _("fermé") for half in halves)
            )
    return HeatMap(drawn, _("Postes occupés, matin et après-midi : %(days)s", days=" ; ".join(said)) if said else _("Rien cette semaine"))


def _heat(half: grid.Half, seats: Sequence[int], rows: dict[int, list[grid.Row]]) -> Heat:
    if not half or not seats:
        return Heat(None, 1)
    taken = sum(
        any(start < half[-1][1] and end > half[0][0] and holder in PEOPLE for start, end, holder in rows.get(seat, ())) for seat in seats
    )
    percent = 100 * taken // len(seats)
    return Heat(percent, min(percent // 20, 4) + 1)


def income(place: Place, today: date) -> Income | None:
    """What each of the last months is billed, beside what a month costs."""
    words = typography.words()
    months = [_months_before(today, ago) for ago in range(MONTHS - 1, -1, -1)]
    billed = queries.income(place.id, months[0], _months_before(today, -1) - timedelta(days=1))
    amounts = [billed.get((month.year, month.month), 0) // 100 for month in months]
    cost = sum(int(one["cents"]) for one in place.monthly_costs) // 100
    if not any(amounts) and not cost:
        return None
    top = max(*amounts, cost, 1)
    bars = [
        Bar(
            label=words.months_short[month.month - 1],
            value=words.number(amount),
            size=140 * max(amount, 0) // top,
            is_running=month == months[-1],
            gap=words.money(100 * (amount - cost), sign=True),
        )
        for month, amount in zip(months, amounts, strict=True)
    ]
    left = cost - amounts[-1]
    sentence = _("Il manque %(amount)s ce mois-ci.", amount=words.money(100 * left)) if left > 0 else _("Le seuil est passé ce mois-ci.")
    spoken = _(
        "Recettes : %(months)s. Seuil : %(cost)s",
        months=", ".join(f"{bar.label} {bar.value} €" for bar in bars),
        cost=words.money(100 * cost),
    )
    return Income(bars, words.money(100 * cost), 176 - 140 * cost // top, sentence, spoken)


def _months_before(today: date, ago: int) -> date:
    """The first day of the month so many months ago."""
    month = today.year * 12 + today.month - 1 - ago
    return date(month // 12, month % 12 + 1, 1)


def machine_hours(place: Place, today: date) -> list[Bar]:
    """How long each machine was booked, the last seven days; the busiest first."""
    words, things = typography.words(), booking.directory(place)
    machines = things.of_kind("machine")
    period = Period(at(today - timedelta(days=6), 0, place.tz), at(today, 1440, place.tz))
    begins, ends = (int(moment.timestamp()) for moment in (period.starts_at, period.ends_at))
    rows = booking.rows([machine.id for machine in machines], period) if machines else {}
    minutes = {
        machine.name: sum(min(end, ends) - max(start, begins) for start, end, holder in rows.get(machine.id, ()) if holder in PEOPLE) // 60
        for machine in machines
    }
    ranked = sorted(((spent, name) for name, spent in minutes.items() if spent), reverse=True)[:8]
    most = ranked[0][0] if ranked else 1
    return [Bar(name, words.minutes(spent), WIDEST * spent // most) for spent, name in ranked]
