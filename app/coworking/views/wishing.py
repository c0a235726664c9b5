"""The sentence to fill: what is wished, by whom, and the words it offers."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup, escape

from app.booking import views as say
from app.booking.queries import Directory, directory, held_by
from app.booking.rules import Thing
from app.core import clock
from app.core.cache import Stamped
from app.coworking.forms import PARTS, WishForm
from app.members import queries as members
from app.members.models import Member
from app.place import queries as place_queries
from app.place.models import Place
from app.web import i18n, typography

# What one may wish, and the kinds of things that answer it.
WISHES = {
    "desk": ("pool", "desk"),
    "office": ("office",),
    "room": ("room",),
    "booth": ("booth",),
    "machine": ("machine",),
    "space": ("space",),
}
WISH_OF = {kind: wish for wish, kinds in WISHES.items() for kind in kinds}
QUARTER = 15


@dataclass(frozen=True, slots=True)
class Wish:
    """The sentence as it was understood."""

    what: str
    day: date
    part: str
    start: time
    end: time
    thing: Thing | None = None
    clock: str = ""

    @property
    def half(self) -> str | None:
        return None if self.part == "hours" else self.part


def subject() -> Member:
    """For whom: oneself, or who staff serves (`for=` in the address or the form)."""
    asked = request.values.get("for", "")
    me: Member = current_user._get_current_object()
    if not asked or asked == str(me.id):
        return me
    found = members.member(int(asked)) if asked.isdecimal() and len(asked) < 10 and me.may("book_for_others") else None
    return found or abort(404)


def for_whom(person: Member) -> dict[str, Any]:
    """What an address or a form carries to go on for the same person."""
    return {} if person.id == current_user.id else {"for": person.id}


def usual_wish(place: Place, *, seeks_a_seat: bool = False) -> Wish:
    """What is wished before anything is said: a desk, the half-day that runs or the next one (when they have no seat yet)."""
    calendar, now = place_queries.calendar(place.id), clock.now()
    today = now.astimezone(place.tz).date()
    seated = [held.period for held in held_by(subject().id, since=now) if held.kind in ("desk", "office")] if seeks_a_seat else []
    for ahead in range(15):
        day = today + timedelta(days=ahead)
        if calendar.closure_on(day):
            continue
        for half in ("morning", "afternoon"):
            span = calendar.half_period(day, half)
            if span is not None and span.ends_at > now and not any(span.overlaps(period) for period in seated):
                return Wish("desk", day, half, time(9), time(10))
    return Wish("desk", today, "morning", time(9), time(10))


def understood(form: WishForm, place: Place) -> Wish:
    usual, things = usual_wish(place, seeks_a_seat=not form.is_asked), directory(place)
    thing = _named(things, form.which.data, form.what.data)
    what = WISH_OF[thing.kind] if thing else form.what.data if form.what.data in WISHES else usual.what
    part = form.part.data if form.part.data in PARTS else usual.part if not form.start.data else "hours"
    return Wish(
        what=what,
        day=form.day.data or usual.day,
        part=part,
        start=form.start.data or usual.start,
        end=form.end.data or usual.end,
        thing=thing,
        clock=form.clock.data,
    )


def _named(things: Directory, code: str, what: str) -> Thing | None:
    """The thing of that code, unless the sentence has changed its mind about what it wants."""
    if not code:
        return None
    kinds = WISHES.get(what, tuple(WISH_OF))
    return next((thing for kind in kinds if (thing := things.by_code(code, kind))), None)


def candidates(place: Place, wish: Wish) -> list[Thing]:
    if wish.thing is not None:
        return [wish.thing]
    listed = directory(place).of_kind(*WISHES[wish.what])
    return [thing for thing in listed if thing.bookable and (thing.pool_id is None or thing.is_pool)]


# ---------------------------------------------------------------- what it offers


def what_choices(things: Directory) -> list[tuple[str, str]]:
    named = (
        ("desk", _("un poste")),
        ("office", _("un bureau fermé")),
        ("room", _("une salle")),
        ("booth", _("une cabine")),
        ("machine", _("une machine")),
        ("space", _("un espace entier")),
    )
    kinds = {WISH_OF[thing.kind] for thing in things.things.values() if thing.bookable}
    return [(value, words) for value, words in named if value in kinds]


_listed: Stamped[str] = Stamped()


def which_options(place: Place, wish: Wish) -> Markup:
    """The things of the kind that is wished, a seat of a pool only when it is the one; nothing when there is no choice."""
    things, wished = directory(place), wish.thing
    listed = [thing for thing in things.of_kind(*WISHES[wish.what]) if thing.bookable and (thing.pool_id is None or thing == wished)]
    if len(listed) < 2 and wished is None:
        return Markup()
    seat = wished.id if wished is not None and wished.pool_id is not None else None
    drawn = _listed.get(
        (place.id, i18n.language(), wish.what, seat),
        place.settings_stamp,
        lambda: "".join(f'<option value="{escape(thing.code)}">{escape(say.title(thing))}' for thing in listed),
    )
    return _chosen(drawn, str(escape(wished.code)) if wished is not None else "")


def _chosen(drawn: str, value: str) -> Markup:
    """A list of options drawn once for all, with this one chosen."""
    mark = f'value="{value}"'
    return Markup(drawn.replace(mark, f"{mark} selected", 1))  # noqa: S704 - drawn by us, each word escaped


_days: Stamped[str] = Stamped()


def day_options(place: Place, selected: date) -> str:
    """The days one may choose, closed ones said so; drawn once a day."""
    today = clock.today(place.tz)
    key = (place.id, i18n.language())
    drawn = _days.get(key, (place.settings_stamp, today), lambda: _draw_days(place, today))
    mark = f'value="{selected.isoformat()}"'
    if mark in drawn:
        return drawn.replace(mark, f"{mark} selected").replace(" selected disabled", " selected")
    return f"<option {mark} selected>{typography.words().day(selected, year=selected.year != today.year)}" + drawn


def _draw_days(place: Place, today: date) -> str:
    calendar = place_queries.calendar(place.id)
    horizon = max((thing.rules.horizon_days for thing in directory(place).things.values()), default=60)
    options = []
    for ahead in range(min(horizon, 366) + 1):
        day = today + timedelta(days=ahead)
        closed = calendar.closure_on(day) is not None or not calendar.spans(day)
        words = typography.words().day(day)
        options.append(f'<option value="{day.isoformat()}"{" disabled" if closed else ""}>{words}' + (_(", fermé") if closed else ""))
    return "".join(options)


def time_options(place: Place, wish: Wish) -> tuple[Markup, Markup]:
    """From when, to when: every quarter of an hour when the lieu may be open; all of them for who holds a badge."""
    calendar = place_queries.calendar(place.id)
    spans = [span for day in calendar.weekly.values() for span in day]
    first, last = min((span[0] for span in spans), default=480), max((span[1] for span in spans), default=1200)
    if place.badge_all_hours and (subject().badge or current_user.may("override_rules")):
        first, last = 0, 1425
    said = [60 * one.hour + one.minute for one in (wish.start, wish.end)]
    others = frozenset(minute for minute in said if minute % QUARTER or not first <= minute <= last)
    drawn = _draw_hours(i18n.language(), first, last, others)
    return _chosen(drawn, f"{wish.start:%H:%M}"), _chosen(drawn, f"{wish.end:%H:%M}")


@lru_cache(maxsize=64)
def _draw_hours(_language: str, first: int, last: int, others: frozenset[int]) -> str:
    minutes, words = sorted({*range(first, last + 1, QUARTER), *others}), typography.words()
    return "".join(f'<option value="{minute // 60:02}:{minute % 60:02}">{words.hour_at(minute)}' for minute in minutes)
