"""What is written as text and read as a value, within bounds."""

import re
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

import wtforms
from flask import request
from flask_babel import gettext, ngettext

from app.core.text import clean_line
from app.web.typography import words

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)

_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_FRENCH_DAY = re.compile(r"(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})", re.ASCII)
_HOUR = re.compile(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,6})?", re.ASCII)
_AMOUNT = re.compile(r"([+-]?)(\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)


class Told(wtforms.Field):
    """A value that is written as text and read as something else, within bounds; `None` when empty."""

    widget: Any = wtforms.widgets.TextInput()
    data: Any

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.data = None
        typed = clean_line(str(valuelist[0]))
        if typed:
            self.data = self.read(typed)

    def _value(self) -> str:
        if self.raw_data:
            return clean_line(str(self.raw_data[0]))
        return "" if self.data is None else self.write(self.data)

    def read(self, typed: str) -> Any:
        """The value, or ValueError with the sentence to show."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        raise NotImplementedError


class DateField(Told):
    """A day, picked or typed (« 08/12/2026 » too)."""

    widget = wtforms.widgets.DateInput()

    def __init__(
        self, label: Any = None, validators: Sequence[Any] = (), *, earliest: date = FIRST_DAY, latest: date = LAST_DAY, **kwargs: Any
    ) -> None:
        self.earliest, self.latest = earliest, latest
        kwargs["render_kw"] = {"min": earliest.isoformat(), "max": latest.isoformat()} | (kwargs.get("render_kw") or {})
        super().__init__(label, validators, **kwargs)

    def read(self, typed: str) -> date:
        return _day_typed(typed, earliest=self.earliest, latest=self.latest)

    def write(self, value: date) -> str:
        return value.isoformat()


class DaysField(Told):
    """Several days, with spaces or commas between them."""

    most = 100

    def read(self, typed: str) -> list[date]:
        days = [_day_typed(one, earliest=FIRST_DAY, latest=LAST_DAY) for one in re.split(r"[\s,;]+", typed)[: self.most + 2] if one]
        if len(days) > self.most:
            raise ValueError(gettext("Cent jours au plus."))
        return days

    def write(self, value: Sequence[object]) -> str:
        return ", ".join(map(str, value))


def asked_day(name: str) -> date | None:
    """The day that the address asks for, read as `DateField` would: for pages asked too often to build a form each time."""
    try:
        return _day_typed(clean_line(request.args.get(name, "")), earliest=FIRST_DAY, latest=LAST_DAY)
    except ValueError:
        return None


def _day_typed(typed: str, *, earliest: date, latest: date) -> date:
    if iso := _ISO_DAY.fullmatch(typed):
        year, month, day = iso.groups()
    elif french := _FRENCH_DAY.fullmatch(typed):
        day, month, year = french.groups()
    else:
        raise ValueError(gettext("Écrivez la date comme 08/12/2026."))
    try:
        value = date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(gettext("Ce jour n’existe pas dans le calendrier. Vérifiez le mois et l’année.")) from None
    if not earliest <= value <= latest:
        say = words()
        raise ValueError(
            gettext("Choisissez une date du %(first)s au %(last)s.", first=say.date_long(earliest), last=say.date_long(latest))
        )
    return value


class TimeField(Told):
    """A time of day, « 14:30 », « 14 h 30 » or « 9h »."""

    widget = wtforms.widgets.TimeInput()

    def read(self, typed: str) -> time:
        found = _HOUR.fullmatch(typed)
        hour, minute = (int(part or 0) for part in found.groups()) if found else (99, 0)
        if hour > 23 or minute > 59:
            raise ValueError(gettext("Écrivez l’heure comme 14:30."))
        return time(hour, minute)

    def write(self, value: time) -> str:
        return f"{value:%H:%M}"


class IntegerField(Told):
    """A whole number."""

    def __init__(
        self, label: Any = None, validators: Sequence[Any] = (), *, minimum: int = 0, maximum: int = 1_000_000, **kwargs: Any
    ) -> None:
        self.minimum, self.maximum = minimum, maximum
        kwargs["render_kw"] = {"inputmode": "numeric", "autocomplete": "off"} | (kwargs.get("render_kw") or {})
        super().__init__(label, validators, **kwargs)

    def read(self, typed: str) -> int:
        written = _without_spaces(typed)
        if not _INTEGER.fullmatch(written):
            raise ValueError(gettext("Écrivez un nombre entier, en chiffres."))
        value = int(written)
        if not self.minimum <= value <= self.maximum:
            say = words()
            raise ValueError(
                gettext("Écrivez un nombre de %(least)s à %(most)s.", least=say.number(self.minimum), most=say.number(self.maximum))
            )
        return value

    def write(self, value: int) -> str:
        return str(value)


class DecimalField(Told):
    """A number with decimals, comma or point, exact."""

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] = (),
        *,
        minimum: Decimal = Decimal(0),
        maximum: Decimal = Decimal(1_000_000),
        places: int = 2,
        **kwargs: Any,
    ) -> None:
        self.minimum, self.maximum, self.places = minimum, maximum, places
        kwargs["render_kw"] = {"inputmode": "decimal", "autocomplete": "off"} | (kwargs.get("render_kw") or {})
        super().__init__(label, validators, **kwargs)

    def read(self, typed: str) -> Decimal:
        written = _without_spaces(typed)
        if not _DECIMAL.fullmatch(written):
            raise ValueError(gettext("Écrivez un nombre, comme 12,5."))
        value = Decimal(written.replace(",", "."))
        if round(value, self.places) != value:
            raise ValueError(
                ngettext(
                    "Écrivez %(num)d chiffre au plus après la virgule.", "Écrivez %(num)d chiffres au plus après la virgule.", self.places
                )
            )
        if not self.minimum <= value <= self.maximum:
            raise ValueError(gettext("Écrivez un nombre de %(least)s à %(most)s.", least=_whole(self.minimum), most=_whole(self.maximum)))
        return value

    def write(self, value: Decimal) -> str:
        return f"{value:f}".replace(".", words().decimal_mark)


def _whole(bound: Decimal) -> str:
    """With the decimals that it has: « 0,001 » is no zero."""
    exponent = bound.normalize().as_tuple().exponent
    return words().number(bound, max(0, -exponent) if isinstance(exponent, int) else 0)


class MoneyField(Told):
    """An amount in euros, « 12,50 » or « 12.50 »; its data is in integer cents."""

    def __init__(
        self, label: Any = None, validators: Sequence[Any] = (), *, minimum: int = 0, maximum: int = 100_000_00, **kwargs: Any
    ) -> None:
        self.minimum, self.maximum = minimum, maximum
        kwargs["render_kw"] = {"inputmode": "decimal", "autocomplete": "off"} | (kwargs.get("render_kw") or {})
        super().__init__(label, validators, **kwargs)

    def read(self, typed: str) -> int:
        found = _AMOUNT.fullmatch(_without_spaces(typed).removesuffix("€").removeprefix("€"))
        if not found:
            raise ValueError(gettext("Écrivez un montant en euros, comme 12,50."))
        sign, euros, cents = found.groups()
        value = (int(euros) * 100 + int((cents or "").ljust(2, "0"))) * (-1 if sign == "-" else 1)
        if not self.minimum <= value <= self.maximum:
            say = words()
            raise ValueError(
                gettext("Écrivez un montant de %(least)s à %(most)s.", least=say.money(self.minimum), most=say.money(self.maximum))
            )
        return value

    def write(self, value: int) -> str:
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100}{words().decimal_mark}{abs(value) % 100:02d}"


def _without_spaces(typed: str) -> str:
    return "".join(typed.split())
