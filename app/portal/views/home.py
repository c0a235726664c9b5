"""The front door: what the place is, whether it is open, what can be done and for how much, what is free this week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries as billing
from app.billing.queries import Asked
from app.billing.rules.documents import gross_of_net
from app.booking import views as say
from app.booking.queries import Directory, directory
from app.booking.rules import Thing, grid
from app.booking.rules.grid import FREE, OUT, SHUT, WHOLE, Cell
from app.core import clock
from app.core.cache import Stamped
from app.coworking import queries as coworking
from app.coworking.queries import Week, week_of
from app.place import queries as place_queries
from app.place.models import Place
from app.place.rules import Calendar
from app.portal.views.door import bp
from app.web import caching, compress, i18n, typography
from app.web.registry import sources

FULL = "plein"  # the tariff group of who says nothing
NAMED = 5  # machines that the front page names
SHOWN_DAYS = 5  # open days of the public week
ANNOUNCED = timedelta(days=60)  # before a closure

State = tuple[str, str]  # sign and word


@dataclass(frozen=True, slots=True)
class Card:
    """Something to do here, and what it costs."""

    title: str
    sentence: str
    prices: list[tuple[str, str]]  # an amount, and what for


@bp.get("/")
def home() -> ResponseReturnValue:
    """Who is signed in goes to their week; who is not sees the place, and never a name."""
    if current_user.is_authenticated:
        return redirect(url_for(".week"))
    place = place_queries.at_hand()
    if place is None:
        return render_template("portal/no_place.html")
    now = clock.now()
    stamp = f"home{place.id}-{place.calendar_stamp}-{place.settings_stamp}-{int(now.timestamp()) // 900}"
    if (same := caching.unchanged(stamp)) is not None:
        return same
    today = now.astimezone(place.tz).date()
    days, rows = _public_week(place, today, now)
    page = render_template(
        "portal/home.html",
        place=place,
        opening=sources().open_now(),
        cards=_cards(place, today),
        heads=[(_("Quoi"), ""), *((typography.words().day_short(day), "") for day in days)],
        rows=rows,
        hours=_hours(place_queries.calendar(place.id)),
        notes=_notes(place, today),
        events=coworking.upcoming(place.id, now=now, public_only=True, most=3),
        announcements=coworking.announcements(place.id, on=today, public_only=True),
    )
    return caching.keep(compress.allow(page), stamp)


@bp.get("/place", endpoint="place")
def show_place() -> ResponseReturnValue:
    """The same for who is known: hours, ways to the plan, the week and the machines, house rules, whom to ask."""
    place = place_queries.current()
    today = clock.today(place.tz)
    return render_template(
        "portal/place.html",
        place=place,
        opening=sources().open_now(),
        hours=_hours(place_queries.calendar(place.id)),
        notes=_notes(place, today),
        cards=_cards(place, today),
        has_machines=bool(directory(place).of_kind("machine")),
    )


# ---------------------------------------------------------------- what can be done, and for how much


def _cards(place: Place, today: date) -> list[Card]:
    things = directory(place)
    asked = Asked(group=FULL, on=today)
    return [card for card in (_to_work(place, things, asked), _to_make(place, things, asked), _to_join(place, asked)) if card is not None]


def _to_work(place: Place, things: Directory, asked: Asked) -> Card | None:
    words, prices = typography.words(), billing.price_list(place)
    seats = [thing for thing in things.of_kind("desk") if thing.bookable and thing.public]
    counts = [
        (len(seats), _("un poste"), _("{n} postes")),
        (len(_shown(things, "office")), _("un bureau fermé"), _("{n} bureaux fermés")),
        (len(_shown(things, "room")), _("une salle de réunion"), _("{n} salles")),
        (len(_shown(things, "booth")), _("une cabine"), _("{n} cabines")),
    ]
    listed = [words.plural(count, one, many) for count, one, many in counts if count]
    if not listed:
        return None
    said: list[tuple[str, str]] = []
    if seats:
        units = dict(say.prices_of(seats[0], prices, asked))
        said += [(words.money(cents), f"{label[:1].lower()}{label[1:]}") for label, cents in units.items()]
    rate = prices.rate("pass", asked.on)
    said += [
        (words.money(gross_of_net(one.cents, rate)), _("les %(count)s demi-journées", count=one.units))
        for one in billing.passes_on_sale(place.id)
        if one.unit == "half_day"
    ]
    return Card(_("Travailler"), f"{words.opening(words.listed(listed))}.", said)


def _to_make(place: Place, things: Directory, asked: Asked) -> Card | None:
    words, prices = typography.words(), billing.price_list(place)
    machines = _shown(things, "machine")
    if not machines:
        return None
    names = [machine.name for machine in machines]
    listed = names if len(names) <= NAMED else [*names[: NAMED - 1], _("%(count)s autres machines", count=len(names) - NAMED + 1)]
    hourly = sorted({cents for machine in machines for _label, cents in say.prices_of(machine, prices, asked)[:1]})
    said = []
    if hourly and hourly[0] == hourly[-1]:
        said.append((words.money(hourly[0]), _("l’heure")))
    elif hourly:
        said.append((_("De %(least)s à %(most)s", least=words.money(hourly[0]), most=words.money(hourly[-1])), _("l’heure")))
    return Card(_("Fabriquer"), f"{words.listed(listed)}.", said)


def _to_join(place: Place, asked: Asked) -> Card | None:
    words = typography.words()
    plans, prices = billing.plans_on_sale(place.id), billing.price_list(place)
    rate = prices.rate("plan", asked.on)
    fee = prices.one(["membership"], "year", asked)
    if not plans and fee is None:
        return None
    said = [(words.money(gross_of_net(plan.cents, rate)), _("par mois, %(name)s", name=plan.name)) for plan in plans]
    sentence = _("Un abonnement pour venir souvent.") if plans else _("L’adhésion fait vivre le lieu.")
    if fee is not None:
        said.append((words.money(fee), _("par an, l’adhésion")))
    return Card(_("Faire partie du lieu"), sentence, said)


def _shown(things: Directory, kind: str) -> list[Thing]:
    return [thing for thing in things.of_kind(kind) if thing.bookable and thing.public]


# ---------------------------------------------------------------- the week, free or taken


_weeks: Stamped[tuple[list[date], list[tuple[str, list[State]]]]] = Stamped()


def _public_week(place: Place, today: date, now: datetime) -> tuple[list[date], list[tuple[str, list[State]]]]:
    """The seven days to come of what is public: free or taken, never by whom."""

    def draw() -> tuple[list[date], list[tuple[str, list[State]]]]:
        week, things = week_of(place, today, now=now), directory(place)
        open_days = [number for number in range(7) if any(week.frame.open[2 * number : 2 * number + 2])][:SHOWN_DAYS]
        listed = [thing for kind in ("pool", "desk", "office", "room", "booth", "machine") for thing in _shown(things, kind)]
        rows = [(say.title(thing), [_on_day(thing, week, number) for number in open_days]) for thing in listed if thing.pool_id is None]
        return [week.frame.days[number] for number in open_days], rows

    stamp = (place.calendar_stamp, place.settings_stamp, int(now.timestamp()) // 900)
    return _weeks.get((place.id, i18n.language()), stamp, draw)


def _on_day(thing: Thing, week: Week, number: int) -> State:
    morning, afternoon = week.cells[thing.id][2 * number : 2 * number + 2]
    free = [cell for cell in (morning, afternoon) if cell.kind == FREE]
    if not free:
        kinds = {morning.kind, afternoon.kind}
        if kinds == {SHUT}:
            return "", _("fermé") if number else _("passé")
        return ("down", _("panne")) if OUT in kinds and grid.TAKEN not in kinds else ("busy", _("occupé"))
    if thing.is_pool:
        return "free", typography.words().plural(max(cell.free for cell in free), _("{n} libre"), _("{n} libres"))
    if all(cell.kind in (FREE, SHUT) and cell.free in (WHOLE, 0) for cell in (morning, afternoon)):
        return "free", _("libre")
    return "free", _some_of(morning, afternoon)


def _some_of(morning: Cell, afternoon: Cell) -> str:
    """« matin », « après-midi », or the longest time that is left: « 2 h »."""
    if morning.free == WHOLE:
        return _("matin")
    if afternoon.free == WHOLE:
        return _("après-midi")
    return typography.words().minutes(max(cell.free for cell in (morning, afternoon) if cell.kind == FREE))


# ---------------------------------------------------------------- hours


def _hours(calendar: Calendar) -> list[tuple[str, str]]:
    """Weekdays that are alike, in one line: « lundi à mercredi », « 8 h 30 – 18 h 30 »."""
    words = typography.words()
    lines: list[tuple[int, int, Sequence[tuple[int, int]]]] = []
    for weekday in range(7):
        spans = list(calendar.weekly.get(weekday, ()))
        if lines and list(lines[-1][2]) == spans:
            lines[-1] = (lines[-1][0], weekday, spans)
        else:
            lines.append((weekday, weekday, spans))
    return [(_weekdays(first, last), _spans(spans, words)) for first, last, spans in lines]


def _weekdays(first: int, last: int) -> str:
    names = typography.words().weekdays
    if first == last:
        return names[first]
    if last == first + 1:
        return typography.words().listed([names[first], names[last]])
    return _("%(first)s à %(last)s", first=names[first], last=names[last])


def _spans(spans: Iterable[tuple[int, int]], words: typography.Words) -> str:
    return ", ".join(f"{words.hour_at(opens)} – {words.hour_at(closes)}" for opens, closes in spans) or _("fermé")


def _notes(place: Place, today: date) -> list[str]:
    """Badges, closures to come, unusual hours of the next days."""
    calendar, words = place_queries.calendar(place.id), typography.words()
    notes = [_("Qui a un badge entre jour et nuit.")] if place.badge_all_hours else []
    for closure in calendar.closures:
        if closure.last >= today and closure.first <= today + ANNOUNCED:
            notes.append(
                _("Fermé %(days)s : %(label)s.", days=words.days_range(closure.first, closure.last), label=closure.label)
                if closure.label
                else _("Fermé %(days)s.", days=words.days_range(closure.first, closure.last))
            )
    for day in sorted(day for day in calendar.exceptions if today <= day <= today + timedelta(days=14)):
        notes.append(f"{words.opening(words.day(day))}{_(' : ')}{_spans(calendar.exceptions[day], words)}.")
    return notes
