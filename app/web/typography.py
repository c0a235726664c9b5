"""Days, hours, money and durations as people write them, in French and in English.

By tables and arithmetic, never through a locale library: a page shows thousands of them. A view that fills a grid takes
`words()` once and calls its methods; templates use the filters of the same names.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context

from app.core.period import Period
from app.web import i18n

NBSP = "\u00a0"
THIN = "\u202f"
MINUS = "\u2212"

Moment = datetime | date
Clock = datetime | time


class Words:
    """How one language writes what a lieu counts. Each method is also a template filter."""

    weekdays: tuple[str, ...]
    weekdays_short: tuple[str, ...]
    months: tuple[str, ...]
    months_short: tuple[str, ...]
    today: str
    tomorrow: str
    yesterday: str
    last_joint: str  # « a, b et c »
    decimal_mark: str
    thousands_mark: str

    # ------------------------------------------------------------ days

    def weekday(self, value: Moment, zone: tzinfo | None = None) -> str:
        """« mardi »."""
        return self.weekdays[_local_date(value, zone).weekday()]

    def day(self, value: Moment, zone: tzinfo | None = None, *, month: bool = True, year: bool = False) -> str:
        """« mardi 8 décembre », « vendredi 1er janvier 2027 » with the year, « mardi 8 » without the month."""
        day = _local_date(value, zone)
        weekday, number = self.weekdays[day.weekday()], self._number_of(day)
        if not month:
            return f"{weekday}{NBSP}{number}"
        text = f"{weekday} {number}{NBSP}{self.months[day.month - 1]}"
        return f"{text} {day.year}" if year else text

    def day_short(self, value: Moment, zone: tzinfo | None = None, *, month: bool = False) -> str:
        """« mar. 8 », « mar. 8 déc. » with the month."""
        day = _local_date(value, zone)
        text = f"{self.weekdays_short[day.weekday()]}{NBSP}{self._number_of(day)}"
        return f"{text}{NBSP}{self.months_short[day.month - 1]}" if month else text

    def day_in_week(self, value: Moment, today: date, zone: tzinfo | None = None) -> str:
        """« mardi 8 », « aujourd’hui, mardi 8 »: in the list of a week, whose title says the month."""
        day = _local_date(value, zone)
        named = f"{self.weekdays[day.weekday()]}{NBSP}{self._number_of(day)}"
        return f"{self.today}, {named}" if day == today else named

    def day_near(self, value: Moment, today: date, zone: tzinfo | None = None, *, month: bool = True) -> str:
        """« aujourd’hui, mardi 8 décembre », « demain, … », « hier, … », else the day alone."""
        day = _local_date(value, zone)
        near = {0: self.today, 1: self.tomorrow, -1: self.yesterday}.get((day - today).days)
        text = self.day(day, month=month)
        return f"{near}, {text}" if near else text

    def date_long(self, value: Moment, zone: tzinfo | None = None) -> str:
        """« 8 décembre 2026 », as on papers and bills."""
        day = _local_date(value, zone)
        return f"{self._number_of(day)}{NBSP}{self.months[day.month - 1]} {day.year}"

    def month(self, value: Moment, zone: tzinfo | None = None) -> str:
        """« décembre 2026 »."""
        day = _local_date(value, zone)
        return f"{self.months[day.month - 1]} {day.year}"

    def of_month(self, value: Moment, zone: tzinfo | None = None, *, year: bool = False) -> str:
        """« de mars », « d’avril », « d’octobre 2026 » with the year: what a bill is of."""
        day = _local_date(value, zone)
        return self.month(day) if year else self.months[day.month - 1]

    def days_range(self, first: Moment, last: Moment, zone: tzinfo | None = None) -> str:
        """« du lundi 7 au dimanche 13 décembre »; both days included."""
        raise NotImplementedError

    # ------------------------------------------------------------ hours

    def hour(self, value: Clock, zone: tzinfo | None = None) -> str:
        """« 14 h 30 », « 9 h »."""
        clock = _local_clock(value, zone)
        return self.hour_at(clock.hour * 60 + clock.minute)

    def hour_at(self, minute: int) -> str:
        """The hour at a minute of the day, 0 to 1440: the way of grids, which count in minutes."""
        raise NotImplementedError

    def hours_range(self, start: Clock | Period, end: Clock | None = None, zone: tzinfo | None = None) -> str:
        """« 9 h – 12 h 30 »."""
        first, last, where = _ends(start, end, zone)
        return f"{self.hour(first, where)} – {self._end_hour(first, last, where)}"

    def from_to(self, start: Clock | Period, end: Clock | None = None, zone: tzinfo | None = None) -> str:
        """« de 14 h à 15 h 30 », inside a sentence."""
        raise NotImplementedError

    def moment(self, value: datetime, zone: tzinfo | None = None) -> str:
        """« mardi 8 décembre à 14 h 30 »."""
        raise NotImplementedError

    def span(self, start: datetime | Period, end: datetime | None = None, zone: tzinfo | None = None) -> str:
        """« mardi 8 décembre, de 9 h à 12 h 30 », or from one day's hour to another's."""
        raise NotImplementedError

    # ------------------------------------------------------------ amounts

    def money(self, cents: int, *, sign: bool = False) -> str:
        """« 18,00 € » from 1800; with `sign`, « +18,00 € »."""
        euros, rest = divmod(abs(cents), 100)
        mark = MINUS if cents < 0 else "+" if sign and cents > 0 else ""
        return self._price(mark, f"{self._thousands(euros)}{self.decimal_mark}{rest:02d}")

    def number(self, value: int | Decimal, places: int = 0) -> str:
        """« 1 234 », « 50,8 » with one place; a half goes away from zero."""
        exact = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        whole, _, decimals = f"{abs(exact):f}".partition(".")
        mark = MINUS if exact < 0 else ""
        return f"{mark}{self._thousands(int(whole))}" + (f"{self.decimal_mark}{decimals}" if decimals else "")

    def percent(self, value: int | Decimal, places: int = 0) -> str:
        """« 50,8 % » from 50.8: what is given is already in hundredths."""
        raise NotImplementedError

    def milli(self, value: int) -> str:
        """« 1,5 » from 1500: a quantity in thousandths, without idle zeros."""
        whole, rest = divmod(abs(value), 1000)
        decimals = f"{rest:03d}".rstrip("0")
        return (MINUS if value < 0 else "") + self._thousands(whole) + (f"{self.decimal_mark}{decimals}" if decimals else "")

    def quantity(self, milli: int, unit: str) -> str:
        """« 3,5 dm² » from 3500: so much of a unit that the lieu named."""
        return f"{self.milli(milli)}{NBSP}{unit}".strip()

    def rate(self, basis_points: int) -> str:
        """« 20 % », « 5,5 % » from basis points, without idle zeros."""
        value = Decimal(basis_points).scaleb(-2).normalize()
        return self.percent(value, max(0, -int(value.as_tuple().exponent)))

    def minutes(self, value: int) -> str:
        """« 1 h 30 », « 45 min », « 2 h »: a duration, not a time of day."""
        hours, rest = divmod(abs(value), 60)
        text = f"{hours}{NBSP}h{NBSP}{rest:02d}" if rest else f"{hours}{NBSP}h"
        return (MINUS if value < 0 else "") + (text if hours else f"{rest}{NBSP}min")

    def hours_exact(self, value: int) -> str:
        """« 444 h 30 », « 7 h 00 »: minutes as a column of hours, aligned."""
        return f"{MINUS if value < 0 else ''}{self._thousands(abs(value) // 60)}{NBSP}h{NBSP}{abs(value) % 60:02d}"

    def plural(self, count: int, one: str, many: str) -> str:
        """« 1 place », « 3 places »; or a sentence whose `{n}` is the number. Each language knows where plural begins."""
        chosen = one if self.is_one(count) else many
        number = self.number(count)
        return chosen.replace("{n}", number) if "{n}" in one + many else f"{number}{NBSP}{chosen}"

    def opening(self, text: str) -> str:
        """« Du lundi 7… »: the same words, where a sentence begins."""
        return text[:1].upper() + text[1:]

    def listed(self, items: Iterable[object]) -> str:
        """« a, b et c »."""
        *first, last = [str(item) for item in items] or [""]
        return f"{', '.join(first)} {self.last_joint} {last}" if first else last

    # ------------------------------------------------------------ what each language decides

    def _number_of(self, day: date) -> str:
        return str(day.day)

    def _price(self, mark: str, amount: str) -> str:
        raise NotImplementedError

    def is_one(self, count: int) -> bool:
        raise NotImplementedError

    def _thousands(self, value: int) -> str:
        return f"{value:,}".replace(",", self.thousands_mark) if value >= 1000 else str(value)

    def _end_hour(self, start: Clock, end: Clock, zone: tzinfo | None) -> str:
        """Midnight as an end is the end of that day, « 24 h »."""
        label = _local_clock(end, zone)
        ends_at_midnight = label.hour == label.minute == 0 and _local_clock(start, zone) != label
        return self.hour_at(1440 if ends_at_midnight else label.hour * 60 + label.minute)


class French(Words):
    weekdays = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
    weekdays_short = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
    months = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")
    months_short = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
    today, tomorrow, yesterday = "aujourd’hui", "demain", "hier"
    last_joint = "et"
    decimal_mark, thousands_mark = ",", THIN

    def of_month(self, value: Moment, zone: tzinfo | None = None, *, year: bool = False) -> str:
        named = super().of_month(value, zone, year=year)
        return f"d’{named}" if named[0] in "ao" else f"de {named}"

    def days_range(self, first: Moment, last: Moment, zone: tzinfo | None = None) -> str:
        start, end = _local_date(first, zone), _local_date(last, zone)
        if start == end:
            return f"le {self.day(start)}"
        if (start.year, start.month) == (end.year, end.month):
            return f"du {self.day(start, month=False)} au {self.day(end)}"
        return f"du {self.day(start, year=start.year != end.year)} au {self.day(end, year=start.year != end.year)}"

    def hour_at(self, minute: int) -> str:
        hour, rest = divmod(minute, 60)
        return f"{hour}{NBSP}h{NBSP}{rest:02d}" if rest else f"{hour}{NBSP}h"

    def from_to(self, start: Clock | Period, end: Clock | None = None, zone: tzinfo | None = None) -> str:
        first, last, where = _ends(start, end, zone)
        return f"de {self.hour(first, where)} à {self._end_hour(first, last, where)}"

    def moment(self, value: datetime, zone: tzinfo | None = None) -> str:
        return f"{self.day(value, zone)} à {self.hour(value, zone)}"

    def span(self, start: datetime | Period, end: datetime | None = None, zone: tzinfo | None = None) -> str:
        first, last, where = _ends(start, end, zone)
        if _is_within_one_day(first, last, where):
            return f"{self.day(first, where)}, {self.from_to(first, last, where)}"
        return f"du {self.day(first, where)}, {self.hour(first, where)}, au {self.day(last, where)}, {self.hour(last, where)}"

    def percent(self, value: int | Decimal, places: int = 0) -> str:
        return f"{self.number(value, places)}{NBSP}%"

    def _number_of(self, day: date) -> str:
        return "1er" if day.day == 1 else str(day.day)

    def _price(self, mark: str, amount: str) -> str:
        return f"{mark}{amount}{NBSP}€"

    def is_one(self, count: int) -> bool:
        return abs(count) < 2  # « 0 place »


class English(Words):
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    weekdays_short = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
    months_short = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    today, tomorrow, yesterday = "today", "tomorrow", "yesterday"
    last_joint = "and"
    decimal_mark, thousands_mark = ".", ","

    def days_range(self, first: Moment, last: Moment, zone: tzinfo | None = None) -> str:
        start, end = _local_date(first, zone), _local_date(last, zone)
        if start == end:
            return self.day(start)
        return f"{self.day(start, year=start.year != end.year)} to {self.day(end, year=start.year != end.year)}"

    def day_in_week(self, value: Moment, today: date, zone: tzinfo | None = None) -> str:
        """« Today, Tuesday 8 »: the other days of the list begin with a capital."""
        return self.opening(super().day_in_week(value, today, zone))

    def hour_at(self, minute: int) -> str:
        if minute == 1440:
            return "midnight"
        hour, rest = divmod(minute, 60)
        half = "am" if hour < 12 else "pm"
        return f"{hour % 12 or 12}:{rest:02d}{NBSP}{half}" if rest else f"{hour % 12 or 12}{NBSP}{half}"

    def from_to(self, start: Clock | Period, end: Clock | None = None, zone: tzinfo | None = None) -> str:
        first, last, where = _ends(start, end, zone)
        return f"from {self.hour(first, where)} to {self._end_hour(first, last, where)}"

    def moment(self, value: datetime, zone: tzinfo | None = None) -> str:
        return f"{self.day(value, zone)} at {self.hour(value, zone)}"

    def span(self, start: datetime | Period, end: datetime | None = None, zone: tzinfo | None = None) -> str:
        first, last, where = _ends(start, end, zone)
        if _is_within_one_day(first, last, where):
            return f"{self.day(first, where)}, {self.from_to(first, last, where)}"
        return f"from {self.day(first, where)}, {self.hour(first, where)}, to {self.day(last, where)}, {self.hour(last, where)}"

    def percent(self, value: int | Decimal, places: int = 0) -> str:
        return f"{self.number(value, places)}%"

    def _price(self, mark: str, amount: str) -> str:
        return f"{mark}€{amount}"

    def is_one(self, count: int) -> bool:
        return abs(count) == 1


WORDS: dict[str, Words] = {"fr": French(), "en": English()}

FILTERS = (
    "weekday", "day", "day_short", "day_in_week", "day_near", "date_long", "month", "of_month", "days_range",
    "hour", "hour_at", "hours_range", "from_to", "moment", "span",
    "money", "number", "milli", "percent", "rate", "minutes", "hours_exact", "plural", "listed", "opening",
)  # fmt: skip


def words() -> Words:
    """The words of the language spoken now."""
    return WORDS[i18n.language()]


def install(app: Flask) -> None:
    for name in FILTERS:
        app.jinja_env.filters[name] = _filter(name)


def _filter(name: str) -> Callable[..., str]:
    methods = {language: getattr(of, name) for language, of in WORDS.items()}

    @pass_context  # else Jinja writes `{{ 1800 | money }}` once, when it compiles, in the language of that moment
    def spell(_context: Context, *args: Any, **options: Any) -> str:
        text: str = methods[i18n.language()](*args, **options)
        return text

    return spell


def _local_date(value: Moment, zone: tzinfo | None) -> date:
    return _local(value, zone).date() if isinstance(value, datetime) else value


def _local_clock(value: Clock, zone: tzinfo | None) -> Clock:
    return _local(value, zone) if isinstance(value, datetime) else value


def _local(value: datetime, zone: tzinfo | None) -> datetime:
    """A wall clock is only known once the zone is: an instant in UTC without one is somebody's mistake."""
    if value.tzinfo is None:
        raise ValueError("a naive time has no place on a screen")
    if zone is not None:
        return value.astimezone(zone)
    if value.tzinfo is UTC:
        raise ValueError("give the lieu's zone: this instant is in UTC")
    return value


def _ends(start: Any, end: Any, zone: tzinfo | None) -> tuple[Any, Any, tzinfo | None]:
    """The two ends of a period, given as such or as a Period followed by its zone."""
    if isinstance(start, Period):
        return start.starts_at, start.ends_at, zone if zone is not None else end
    return start, end, zone


def _is_within_one_day(start: datetime, end: datetime, zone: tzinfo | None) -> bool:
    """Until midnight is still the same day."""
    first, last = _local(start, zone), _local(end, zone)
    days = (last.date() - first.date()).days
    return days == 0 or (days == 1 and last.time() == time())
